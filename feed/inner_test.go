package feed

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
)

// inner is a net within the process: machines by name, each a web server. In a bubble of time, nothing else would do.
type inner struct {
	mu       sync.Mutex
	machines map[string]*pipes
}

// pipes is a listener whose connections are pipes.
type pipes struct {
	calls chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "inner"} }

// serve puts a machine on the net until the returned function is called.
func (n *inner) serve(at string, h http.HandlerFunc) (stop func()) {
	p := &pipes{calls: make(chan net.Conn), done: make(chan struct{})}
	n.mu.Lock()
	if n.machines == nil {
		n.machines = map[string]*pipes{}
	}
	n.machines[at] = p
	n.mu.Unlock()
	s := &http.Server{Handler: h}
	go func() { _ = s.Serve(p) }()
	return func() {
		close(p.done)
		_ = s.Close()
	}
}

func (n *inner) dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	p := n.machines[address]
	n.mu.Unlock()
	if p == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	}
	a, b := net.Pipe()
	select {
	case p.calls <- b:
		return a, nil
	case <-p.done:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
