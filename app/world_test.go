package app

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/examples"
)

// served is a server that runs for a test.
type served struct {
	t     *testing.T
	desk  *Desk
	ready Ready
	stop  func() error // ends it and returns how it ended
}

func serveOptions(t *testing.T) ServeOptions {
	return ServeOptions{Plans: []PlanFolder{{Files: examples.Vault()}}, Data: t.TempDir(), Listen: "127.0.0.1:0", Terminal: io.Discard, Logger: slog.New(slog.DiscardHandler)}
}

// serve starts a server with the example plan and waits until it answers.
func serve(t *testing.T, change func(*ServeOptions)) *served {
	t.Helper()
	o := serveOptions(t)
	if change != nil {
		change(&o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	desk := o.desk
	if desk == nil {
		var err error
		if desk, err = Open(ctx, o.Data, true, o.Logger); err != nil {
			t.Fatal(err)
		}
	}
	s := &served{t: t, desk: desk}
	ready, ended := make(chan Ready, 1), make(chan error, 1)
	o.desk, o.Ready = desk, func(r Ready) { ready <- r }
	go func() { ended <- Serve(ctx, o) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		err := <-ended
		if e := desk.Close(); e != nil {
			t.Error(e)
		}
		return err
	})
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	select {
	case s.ready = <-ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("it did not start: %v", err)
	}
	return s
}

// operator is somebody signed in, in a browser of their own.
type operator struct {
	*served
	http *http.Client
}

func (s *served) signIn(person string) *operator {
	s.t.Helper()
	l, err := s.desk.SignInLink(s.t.Context(), "", person, s.ready.URL, time.Hour)
	if err != nil {
		s.t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	o := &operator{s, &http.Client{Jar: jar, Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	s.t.Cleanup(o.http.CloseIdleConnections)
	if status, _, _ := o.post(strings.TrimPrefix(l.URL, s.ready.URL), nil); status != http.StatusSeeOther {
		s.t.Fatalf("sign in %s: status %d", person, status)
	}
	return o
}

// post posts a form and returns the status, where it led to, and the page.
func (o *operator) post(path string, form url.Values) (status int, to, body string) {
	res, err := o.http.PostForm(o.ready.URL+path, form)
	if err != nil {
		o.t.Error(err)
		return 0, "", ""
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Error(err)
	}
	return res.StatusCode, res.Header.Get("Location"), string(b)
}

// patience bounds everything that a test waits for; nothing is measured by it.
const patience = 5 * time.Minute

// nowhere is an address at which nobody answers.
const nowhere = "127.0.0.1:1"

// pass passes connections to an address of its own on to another, until it is told of a third. Where that does not answer,
// they end.
func pass(t *testing.T, target string) (addr string, retarget func(string)) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var open []net.Conn
	var pumps sync.WaitGroup
	pumps.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			to := target
			mu.Unlock()
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			mu.Lock()
			open = append(open, in, out)
			mu.Unlock()
			for _, p := range [][2]net.Conn{{in, out}, {out, in}} {
				pumps.Go(func() { _, _ = io.Copy(p[0], p[1]); p[0].Close() })
			}
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		pumps.Wait()
	})
	return l.Addr().String(), func(to string) {
		mu.Lock()
		defer mu.Unlock()
		target = to
		for _, c := range open {
			c.Close()
		}
		open = nil
	}
}

// eventually waits until something holds, looking whenever anything changes.
func (s *served) eventually(what string, f func() bool) {
	s.t.Helper()
	changed, stop := s.desk.Engine.Subscribe()
	defer stop()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	end := time.NewTimer(patience)
	defer end.Stop()
	for !f() {
		select {
		case <-changed:
		case <-look.C:
		case <-end.C:
			s.t.Fatalf("it never came: %s", what)
		}
	}
}
