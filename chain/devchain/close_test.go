package devchain

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestCloseLeavesNoGoroutineBehind(t *testing.T) {
	before := len(ours()) // go-ethereum never ends a few of a node that failed to start
	for range 2 {
		c := start(t, options(t, t.TempDir(), 0))
		mined(t, c.Client(), send(t, c.Client(), 0))
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Errorf("closing again: %v", err)
		}
	}
	// What go-ethereum winds down in the background may take a moment.
	deadline := time.Now().Add(5 * time.Minute)
	for {
		left := ours()
		if len(left) <= before {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines where %d were:\n%s", len(left), before, strings.Join(left, "\n\n"))
		}
		runtime.Gosched()
	}
}

// ours are the goroutines of chains.
func ours() (left []string) {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	for i, g := range strings.Split(string(buf), "\n\n") {
		if i == 0 || strings.Contains(g, "core.(*txSenderCacher)") { // the test itself; a pool of go-ethereum's for the whole process
			continue
		}
		if strings.Contains(g, "tocsin/chain") || strings.Contains(g, "go-ethereum/") {
			left = append(left, g)
		}
	}
	return left
}
