// Package chaos is an endpoint that misbehaves in front of a chain that does not: a JSON-RPC proxy, over HTTP and WebSocket,
// that lies, leaves out, stalls, cuts, limits, lags and repeats when it is told to, and passes on everything else.
//
//	client ─▶ Endpoint ─▶ chain      the question: checked to be JSON-RPC, perhaps turned
//	client ◀─ Endpoint ◀─ chain      the answer: perhaps twisted, held back, cut or lost
package chaos

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Endpoint is one endpoint of a chain. Its methods are safe for concurrent use.
type Endpoint struct {
	server *httptest.Server

	mu      sync.Mutex
	target  string // host:port of the chain
	way     Way
	frozen  uint64        // its head, while it lags
	freed   chan struct{} // closed when the way changes
	hits    map[string]int
	strange []string
	lines   map[*line]bool
	closed  bool
	pumps   sync.WaitGroup
}

// Start starts an endpoint of the chain at an address: host:port, or a URL whose host that is. It ends with the test, which
// fails if a client sent what is not JSON-RPC.
func Start(t testing.TB, chain string) *Endpoint {
	t.Helper()
	e := &Endpoint{target: host(chain), way: Fine, freed: make(chan struct{}), hits: map[string]int{}, lines: map[*line]bool{}}
	e.server = httptest.NewServer(e)
	t.Cleanup(func() {
		e.mu.Lock()
		e.closed = true
		e.mu.Unlock()
		e.Be(Fine)
		e.hangUp()
		e.server.Close()
		e.pumps.Wait()
		for _, s := range e.strange {
			t.Errorf("an endpoint was asked: %s", s)
		}
	})
	return e
}

func host(chain string) string {
	if _, after, ok := strings.Cut(chain, "://"); ok {
		chain = after
	}
	chain, _, _ = strings.Cut(chain, "/")
	return chain
}

// URL is its address over HTTP, without a path.
func (e *Endpoint) URL() string { return e.server.URL }

// WSURL is its address over WebSocket, without a path.
func (e *Endpoint) WSURL() string { return "ws" + strings.TrimPrefix(e.server.URL, "http") }

// Be makes it behave in a way from now on. What it holds back while it stalls is answered when it no longer does.
func (e *Endpoint) Be(w Way) { e.behave(w, 0) }

// Lag makes a block the head for as long as it lags.
func (e *Endpoint) Lag(head uint64) { e.behave(Lags, head) }

func (e *Endpoint) behave(w Way, head uint64) {
	e.mu.Lock()
	e.way, e.frozen = w, head
	close(e.freed)
	e.freed = make(chan struct{})
	e.mu.Unlock()
	if w == OtherChain || w == HangsUp || w == Fails {
		e.hangUp()
		e.server.CloseClientConnections()
	}
}

// Way is how it behaves.
func (e *Endpoint) Way() Way {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.way
}

// Turn makes it an endpoint of another chain.
func (e *Endpoint) Turn(chain string) {
	e.mu.Lock()
	e.target = host(chain)
	e.mu.Unlock()
	e.hangUp()
}

// Hits counts how often a method was asked for; of all methods if it is empty.
func (e *Endpoint) Hits(method string) (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for m, times := range e.hits {
		if method == "" || m == method {
			n += times
		}
	}
	return n
}

// now is how it behaves just now; freed is closed when that changes.
func (e *Endpoint) now() (w Way, target string, frozen uint64, freed <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.way, e.target, e.frozen, e.freed
}

// took counts questions and takes note of what is none.
func (e *Endpoint) took(qs []question, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		e.strange = append(e.strange, err.Error())
	}
	for _, q := range qs {
		e.hits[q.Method]++
	}
}

// ServeHTTP answers over HTTP, or opens a line over WebSocket.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		e.open(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	qs, batch, err := questions(body)
	if r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		err = fmt.Errorf("%s of %q", r.Method, r.Header.Get("Content-Type"))
	}
	e.took(qs, err)
	way, target, frozen, freed := e.now()
	switch way {
	case Limits:
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case Fails:
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprint(w, "no upstream for ", r.URL)
		return
	case HangsUp:
		panic(http.ErrAbortHandler)
	case Garbles:
		fmt.Fprint(w, page, r.URL)
		return
	case Stalls:
		select {
		case <-freed:
		case <-r.Context().Done():
			return
		}
	}
	resp, err := http.Post("http://"+target, "application/json", bytes.NewReader(turned(body, way, frozen)))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	answer = twisted(answer, way, qs, batch)
	w.Header().Set("Content-Type", "application/json")
	if way == Cuts {
		w.Header().Set("Content-Length", fmt.Sprint(len(answer)))
		_, _ = w.Write(answer[:len(answer)/2])
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(answer)
}

// page is what a provider shows to a browser.
const page = "<html>welcome to "
