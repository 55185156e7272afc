package web

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/incident"
)

// stream is somebody listening to what changes.
type stream struct {
	t      *testing.T
	lines  chan string
	cancel context.CancelFunc
}

func listen(t *testing.T, base string, who as) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range who.cookies {
		r.AddCookie(k)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("the stream answers %d, %s", answer.StatusCode, answer.Header.Get("Content-Type"))
	}
	s := &stream{t: t, lines: make(chan string, 100), cancel: cancel}
	go func() {
		defer close(s.lines)
		defer answer.Body.Close()
		lines := bufio.NewScanner(answer.Body)
		for lines.Scan() {
			s.lines <- lines.Text()
		}
	}()
	t.Cleanup(cancel)
	return s
}

// version waits for the next version; false when the stream has ended.
func (s *stream) version() (string, bool) {
	s.t.Helper()
	patience := time.After(5 * time.Minute)
	event := ""
	for {
		select {
		case line, ok := <-s.lines:
			if !ok {
				return "", false
			}
			if e, is := strings.CutPrefix(line, "event: "); is {
				event = e
			}
			if data, is := strings.CutPrefix(line, "data: "); is && event == "version" {
				return data, true
			}
		case <-patience:
			s.t.Fatal("the stream says nothing")
		}
	}
}

func TestLiveStreamsTellOfEveryChange(t *testing.T) {
	w := newWorld(t, false)
	srv := httptest.NewServer(w.console)
	defer srv.Close()
	janet := w.signedIn("janet")
	var streams []*stream
	for range 20 {
		s := listen(t, srv.URL, janet)
		if _, ok := s.version(); !ok {
			t.Fatal("a stream ended at once")
		}
		streams = append(streams, s)
	}
	if n := w.console.hub.listeners(); n != 20 {
		t.Errorf("%d streams, want 20", n)
	}
	id := w.attack(false)
	for _, s := range streams {
		if _, ok := s.version(); !ok {
			t.Fatal("a stream ended")
		}
	}
	w.does(id, "janet", incident.OpNote{Text: "again"})
	for _, s := range streams {
		if _, ok := s.version(); !ok {
			t.Fatal("a stream ended")
		}
	}
	close(w.done) // the server shuts down
	for _, s := range streams {
		for {
			if _, ok := s.version(); !ok {
				break
			}
		}
	}
}

func TestHubLeavesTheEngineWithItsLastStream(t *testing.T) {
	w := newWorld(t, false)
	h := w.console.hub
	before := h.now()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				_, leave := h.join()
				leave()
			}
		})
	}
	wg.Wait()
	if n := h.listeners(); n != 0 {
		t.Errorf("%d streams are left", n)
	}
	if h.now() <= before {
		t.Error("what changed while nobody listened was not counted")
	}
	ticks, leave := h.join()
	defer leave()
	w.attack(false)
	select {
	case <-ticks:
	case <-time.After(5 * time.Minute):
		t.Fatal("nothing was told after everybody had left once")
	}
}

func (h *hub) listeners() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.streams)
}
