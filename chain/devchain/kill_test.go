package devchain

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"tocsin/chain/rpc"
	"tocsin/evm"
)

// childDir names the folder to a copy of the test binary that is to run a chain until it is killed.
const childDir = "DEVCHAIN_TEST_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, mineUntilKilled(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// mineUntilKilled mines as fast as it can and prints each head that a client outside sees.
func mineUntilKilled(dir string) error {
	ctx := context.Background()
	c, err := Start(ctx, Options{ChainID: 31337, Dir: dir, Period: time.Millisecond})
	if err != nil {
		return err
	}
	client, err := rpc.Dial(ctx, rpc.Options{URL: c.WSURL()})
	if err != nil {
		return err
	}
	return client.Heads(ctx, func(h evm.Header) error {
		_, err := fmt.Println(h.Number, h.Hash.Hex())
		return err
	})
}

func TestNoHeadThatAClientSawIsLostByKillingTheProcess(t *testing.T) {
	dir := t.TempDir()
	seen := make(map[uint64]string)
	for round := range 4 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childDir+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		heads := 0
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			var n uint64
			var hash string
			if _, err := fmt.Sscan(lines.Text(), &n, &hash); err != nil || len(hash) != 66 {
				continue // cut by the kill
			}
			if was, ok := seen[n]; ok && was != hash {
				t.Errorf("block %d was %s before the kill and is %s", n, was, hash)
			}
			seen[n] = hash
			if heads++; heads == 7+5*round {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait() // killed
		if heads < 7 {
			t.Fatalf("the process ended after %d heads", heads)
		}
	}
	c := start(t, Options{ChainID: 31337, Dir: dir, Period: Manual})
	for n, hash := range seen {
		if h := c.eth.BlockChain().GetHeaderByNumber(n); h == nil || h.Hash().Hex() != hash {
			t.Errorf("block %d, seen as %s, is lost", n, hash)
		}
	}
}
