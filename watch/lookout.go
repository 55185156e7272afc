package watch

import (
	"context"
	"sync"

	"tocsin/evm"
)

// lookout knows how far the head is, and how far the blocks that come in order are.
type lookout struct {
	mu    sync.Mutex
	head  uint64
	at    uint64
	begun bool
	watch map[chan struct{}]bool
}

// subscribe returns a channel that tells of news.
func (l *lookout) subscribe() (news chan struct{}, end func()) {
	news = make(chan struct{}, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.watch == nil {
		l.watch = map[chan struct{}]bool{}
	}
	l.watch[news] = true
	return news, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.watch, news)
	}
}

// see notes a head.
func (l *lookout) see(head uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.head = head
	l.announce()
}

// announce tells those who listen; l.mu is held.
func (l *lookout) announce() {
	for news := range l.watch {
		select {
		case news <- struct{}{}:
		default:
		}
	}
}

// stand notes how far the blocks are that come in order.
func (l *lookout) stand(at uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at, l.begun = at, true
	l.announce()
}

// gap is how many blocks lie between the two, the head included; 0 as long as it is not known.
func (l *lookout) gap() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.begun {
		return 0
	}
	return l.head - min(l.at, l.head)
}

// lookOut hears of heads until ctx ends.
func (w *Watcher) lookOut(ctx context.Context) {
	// It ends with ctx, which is all that its error could say.
	_ = w.o.Client.Heads(ctx, func(h evm.Header) error {
		w.lookout.see(h.Number)
		return nil
	})
}
