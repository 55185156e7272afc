//go:build !race

package watch

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	gethrpc "github.com/ethereum/go-ethereum/rpc"

	"tocsin/chain/rpc"
	"tocsin/engine"
	"tocsin/internal/anvil"
	"tocsin/store/sqlite"
)

var kills = flag.Int("kills", 10, "times that TestKilledWhileFollowing kills the process that follows")

// The environment that makes the test's own binary a process that follows a chain into a database, and may be killed.
const (
	childDir   = "TOCSIN_WATCH_CHILD_DIR"
	childChain = "TOCSIN_WATCH_CHILD_CHAIN"
)

const anvilChain = 31337

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := followUntilKilled(context.Background(), dir, os.Getenv(childChain)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// crier says on standard output where the watch stands after each observation.
type crier struct {
	relay
	protocol string
}

func (c crier) Observe(ctx context.Context, o engine.Observation) error {
	err := c.relay.Observe(ctx, o)
	at, open := c.stands(ctx, c.protocol, anvilChain)
	fmt.Println(at, open)
	return err
}

// database opens the engine in a folder. It is the same node each time, so that no lease is waited for.
func database(ctx context.Context, dir string) (*engine.Engine, func() error, error) {
	st, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(dir, "tocsin.db")})
	if err != nil {
		return nil, nil, err
	}
	return engine.New(engine.Options{Store: st, Node: "a"}), st.Close, nil
}

// followUntilKilled follows a chain from its first block.
func followUntilKilled(ctx context.Context, dir, url string) error {
	p, x, err := stormPlan(anvilChain)
	if err != nil {
		return err
	}
	e, _, err := database(ctx, dir)
	if err != nil {
		return err
	}
	if _, err := e.Pin(ctx, p, nil); err != nil {
		return err
	}
	pool, err := rpc.NewPool(rpc.PoolOptions{Options: rpc.Options{ChainID: anvilChain, Depth: 128}, URLs: []string{url}})
	if err != nil {
		return err
	}
	first := uint64(1)
	return New(Options{Engine: crier{relay{e, make(chan struct{}, 1)}, p.Protocol}, Client: pool, Plan: p, Index: x, From: &first}).Run(ctx)
}

// tap is anvil, made to pay and to reorganise.
type tap struct {
	t    *testing.T
	rpc  *gethrpc.Client
	r    *rand.Rand
	paid uint64
}

func (a *tap) call(into any, method string, args ...any) {
	a.t.Helper()
	if err := a.rpc.CallContext(a.t.Context(), into, method, args...); err != nil {
		a.t.Fatalf("%s: %v", method, err)
	}
}

// stir makes something happen on the chain.
func (a *tap) stir() {
	a.t.Helper()
	switch a.r.IntN(6) {
	case 0:
		var head string
		a.call(&head, "eth_blockNumber")
		if head != "0x0" {
			var most uint64
			fmt.Sscanf(head, "0x%x", &most)
			a.call(nil, "anvil_reorg", 1+a.r.Uint64N(min(most, 4)), []any{})
		}
	case 1:
		a.call(nil, "anvil_mine", fmt.Sprintf("0x%x", 1+a.r.IntN(5)))
	default:
		a.pay()
	}
}

func (a *tap) pay() {
	a.t.Helper()
	var accounts []string
	a.call(&accounts, "eth_accounts")
	a.paid++
	var tx string
	a.call(&tx, "eth_sendTransaction", map[string]any{"from": accounts[0], "to": target.Hex(), "value": fmt.Sprintf("0x%x", a.paid), "gas": "0x5208"})
	// It is mined a moment later. A reorganisation in that moment leaves anvil with a block that continues none.
	for mined := json.RawMessage("null"); string(mined) == "null"; {
		a.call(&mined, "eth_getTransactionReceipt", tx)
	}
}

// follower is a process that follows.
type follower struct {
	cmd   *exec.Cmd
	lines chan string // where it stands; closed once it is gone
}

func newFollower(t *testing.T, dir, url string) *follower {
	t.Helper()
	f := &follower{cmd: exec.Command(os.Args[0]), lines: make(chan string, 1<<16)}
	f.cmd.Env = append(os.Environ(), childDir+"="+dir, childChain+"="+url)
	f.cmd.Stderr = os.Stderr
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(f.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			f.lines <- lines.Text()
		}
	}()
	return f
}

// kill kills it and waits until it is gone. One that ended of itself has failed.
func (f *follower) kill(t *testing.T) {
	t.Helper()
	_ = f.cmd.Process.Kill()
	for range f.lines {
	}
	if err := f.cmd.Wait(); err == nil || err.(*exec.ExitError).Exited() {
		t.Fatalf("the process ended by itself: %v", err)
	}
}

// A process that is killed at any instant while it follows a chain that goes on and is reorganised, and is started again as
// often, leaves in its database what one undisturbed look at the chain finds.
// The race detector does without it: it sees nothing in a process that is killed.
func TestKilledWhileFollowing(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute+time.Duration(*kills)*10*time.Second)
	defer cancel()
	address := anvil.Start(t)
	conn, err := gethrpc.DialContext(ctx, "http://"+address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	a := &tap{t: t, rpc: conn, r: rand.New(rand.NewPCG(31, 32))}
	url, dir := "ws://"+address, t.TempDir()
	a.pay()
	killed, committing := 0, 0
	for killed < *kills {
		f := newFollower(t, dir, url)
		if a.r.IntN(5) > 0 { // else it is killed while it starts
			select {
			case <-f.lines:
				committing++
			case <-ctx.Done():
				t.Fatal("the process does not follow")
			}
		}
		gone := make(chan struct{})
		time.AfterFunc(time.Duration(a.r.IntN(60_000))*time.Microsecond, func() { f.kill(t); close(gone) })
		for over := false; !over; {
			a.stir()
			select {
			case <-gone:
				over = true
			default:
			}
		}
		killed++
		a.stir() // while nobody watches
	}
	if committing == 0 {
		t.Fatal("no process came to commit anything")
	}
	a.pay()
	client, err := rpc.Dial(ctx, rpc.Options{URL: url, ChainID: anvilChain})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	head, err := client.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	f := newFollower(t, dir, url)
	for done := false; !done; {
		select {
		case line, ok := <-f.lines:
			if !ok {
				t.Fatal("the last process ended by itself")
			}
			done = line == fmt.Sprint(head.Hash, false)
		case <-ctx.Done():
			t.Fatalf("the head %d %s is never seen", head.Number, head.Hash)
		}
	}
	f.kill(t)
	_, x, err := stormPlan(anvilChain)
	if err != nil {
		t.Fatal(err)
	}
	e, shut, err := database(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := shut(); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}()
	want := undisturbed(t, client, head.Number, x)
	same(t, want, standing(t, e))
	t.Logf("killed %d times, %d of them while it followed; %d blocks, %d findings", killed, committing, head.Number, len(want))
}
