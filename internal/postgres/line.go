package postgres

import (
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
)

// Line is a way to a server over the network that can be cut without either end being told: what is written goes nowhere, and
// nothing comes back.
type Line struct {
	URL string // of the database, by this line

	mu     sync.Mutex
	cut    bool
	healed chan struct{} // closed when it is not cut
	open   []net.Conn
	closed bool
}

// Line makes a line to a database. It ends with the test.
func (s *Server) Line(t testing.TB, database string) *Line {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	line := &Line{healed: make(chan struct{})}
	close(line.healed)
	u.RawQuery = url.Values{"user": {"tocsin"}, "sslmode": {"disable"}}.Encode()
	u.Host = l.Addr().String()
	line.URL = u.String()
	var pumps sync.WaitGroup
	pumps.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("unix", filepath.Join(s.dir, ".s.PGSQL.5432"))
			if err != nil {
				in.Close()
				continue
			}
			if !line.keep(in, out) {
				continue
			}
			for _, p := range [][2]net.Conn{{in, out}, {out, in}} {
				pumps.Go(func() { line.pump(p[0], p[1]) })
			}
		}
	})
	t.Cleanup(func() {
		l.Close()
		line.end()
		pumps.Wait()
	})
	return line
}

func (l *Line) keep(conns ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		for _, c := range conns {
			c.Close()
		}
		return false
	}
	l.open = append(l.open, conns...)
	return true
}

// pump passes bytes on, but holds them back while the line is cut.
func (l *Line) pump(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		l.mu.Lock()
		healed := l.healed
		l.mu.Unlock()
		<-healed
		if _, err := to.Write(b[:n]); err != nil && err != io.ErrShortWrite {
			return
		}
	}
}

// Cut cuts the line. Connections stay as they are, and nothing comes through.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.cut && !l.closed {
		l.cut, l.healed = true, make(chan struct{})
	}
}

// Heal lets through what was held back, and what comes from then on.
func (l *Line) Heal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heal()
}

func (l *Line) heal() {
	if l.cut {
		l.cut = false
		close(l.healed)
	}
}

func (l *Line) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heal()
	l.closed = true
	for _, c := range l.open {
		c.Close()
	}
}
