package rpc_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// gate passes connections on until they are cut.
type gate struct {
	listener net.Listener
	mu       sync.Mutex
	open     []net.Conn
}

func newGate(t *testing.T, target string) *gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return pass(t, l, target)
}

// pass passes on what comes in at a listener.
func pass(t *testing.T, l net.Listener, target string) *gate {
	g := &gate{listener: l}
	var pumps sync.WaitGroup
	pumps.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", target)
			if err != nil {
				in.Close()
				continue
			}
			g.mu.Lock()
			g.open = append(g.open, in, out)
			g.mu.Unlock()
			pump := func(to, from net.Conn) {
				_, _ = io.Copy(to, from)
				to.Close()
			}
			pumps.Go(func() { pump(in, out) })
			pumps.Go(func() { pump(out, in) })
		}
	})
	t.Cleanup(func() { l.Close(); g.cut(); pumps.Wait() })
	return g
}

func (g *gate) address() string { return g.listener.Addr().String() }

// cut breaks every connection; new ones are let through.
func (g *gate) cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.open {
		c.Close()
	}
	g.open = nil
}
