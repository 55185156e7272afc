package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"tocsin/engine"
)

// heartbeat is how often a live stream says that it lives; live.js counts on it.
const heartbeat = 15 * time.Second

// hub fans one subscription to the engine out to any number of live streams. It subscribes with the first stream and
// leaves with the last.
type hub struct {
	engine *engine.Engine
	done   <-chan struct{}

	mu      sync.Mutex
	streams map[chan struct{}]bool
	leave   context.CancelFunc
	version uint64 // grows with every tick
}

func newHub(e *engine.Engine, done <-chan struct{}) *hub {
	return &hub{engine: e, done: done, streams: map[chan struct{}]bool{}, version: 1}
}

// join returns a channel that gets a tick whenever anything changed, and the way to leave.
func (h *hub) join() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.streams) == 0 {
		ctx, cancel := context.WithCancel(context.Background())
		h.leave = cancel
		ticks, end := h.engine.Subscribe()
		h.version++ // what changed while nobody listened was not counted
		go h.fan(ctx, ticks, end)
	}
	h.streams[c] = true
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.streams, c)
		if len(h.streams) == 0 {
			h.leave()
		}
	}
}

func (h *hub) fan(ctx context.Context, ticks <-chan struct{}, end func()) {
	defer end()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
			h.tell()
		}
	}
}

func (h *hub) tell() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.version++
	for c := range h.streams {
		select {
		case c <- struct{}{}:
		default: // it has not taken the last tick yet; both are one
		}
	}
}

// now is the version of what everything shows.
func (h *hub) now() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.version
}

// live streams a version that grows whenever anything changed. It says nothing of what: the page is fetched again by
// whoever may see it.
func (c *Console) live(w http.ResponseWriter, r *http.Request, _ *session) {
	out := http.NewResponseController(w)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	ticks, leave := c.hub.join()
	defer leave()
	send := func(event, data string) bool {
		// A stream outlives the server's limit on writing; each write has its own.
		_ = out.SetWriteDeadline(time.Now().Add(heartbeat))
		if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, data); err != nil {
			return false
		}
		return out.Flush() == nil
	}
	version := func() bool { return send("version", strconv.FormatUint(c.hub.now(), 10)) }
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	if _, err := fmt.Fprint(w, "retry: 1000\n\n"); err != nil {
		return
	}
	for ok := version(); ok; {
		select {
		case <-r.Context().Done():
			return
		case <-c.Done:
			return
		case <-ticks:
			ok = version()
		case <-beat.C:
			ok = send("beat", "")
		}
	}
}
