// Package anvil starts anvil, an EVM chain that is not go-ethereum, for tests. `make needs` installs it.
package anvil

import (
	"bufio"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Start starts a chain with id 31337, funded development accounts and a block for each transaction, and returns its address,
// "127.0.0.1:PORT", which serves HTTP and WebSocket. It ends with the test.
func Start(t *testing.T, args ...string) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	bin, err := filepath.Glob(filepath.Join(filepath.Dir(here), "node_modules/@foundry-rs/anvil-*/bin/anvil"))
	if err != nil || len(bin) != 1 {
		t.Fatalf("anvil is not installed (found %v): run make needs", bin)
	}
	cmd := exec.Command(bin[0], append([]string{"--host", "127.0.0.1", "--port", "0"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, addr, ok := strings.Cut(lines.Text(), "Listening on "); ok {
			go func() { // or it stops when the pipe is full
				for lines.Scan() {
				}
			}()
			return strings.TrimSpace(addr)
		}
	}
	t.Fatal(fmt.Errorf("anvil ended without listening: %w", lines.Err()))
	return ""
}
