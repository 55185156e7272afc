package postgres

import (
	"sync"
	"time"
)

// tellEvery is how long a node waits at least until it tells the others again: PostgreSQL lets one transaction with a
// notification commit at a time, so that one with each command would halve how many commands there can be.
const tellEvery = 200 * time.Millisecond

// herald tells others that something was stored: at once, and what comes within a while after that by one word at its end. It
// has a transaction of its own, so that no command waits for it or fails with it.
type herald struct {
	every time.Duration // the while
	send  func()        // tells, or gives up by itself after a while

	mu      sync.Mutex
	telling bool // a goroutine is under way
	more    bool // something was stored since it told
	closed  chan struct{}
	done    sync.WaitGroup
}

func newHerald(every time.Duration, send func()) *herald {
	return &herald{every: every, send: send, closed: make(chan struct{})}
}

// tell sees to it that others are told of what is stored by now.
func (h *herald) tell() {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.telling:
		h.more = true
	case !h.over():
		h.telling = true
		h.done.Go(h.run)
	}
}

func (h *herald) run() {
	pause := time.NewTimer(h.every)
	defer pause.Stop()
	for {
		h.send()
		pause.Reset(h.every)
		select {
		case <-pause.C:
		case <-h.closed:
		}
		if !h.again() {
			return
		}
	}
}

func (h *herald) again() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.telling, h.more = h.more, false
	return h.telling
}

func (h *herald) over() bool {
	select {
	case <-h.closed:
		return true
	default:
		return false
	}
}

// close tells what is still to be told, and returns when that is done. Nothing is told afterwards.
func (h *herald) close() {
	h.mu.Lock()
	if !h.over() {
		close(h.closed)
	}
	h.mu.Unlock()
	h.done.Wait()
}
