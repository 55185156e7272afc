package engine

import "sync"

// bell tells subscribers that something changed. Ticks that nobody has taken yet are one.
type bell struct {
	mu   sync.Mutex
	subs map[chan struct{}]bool
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.subs {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// Subscribe returns a channel that gets a tick whenever anything changed, by this process or another (then within a second,
// while Run runs), and a function that ends the subscription.
func (e *Engine) Subscribe() (<-chan struct{}, func()) {
	b := &e.bell
	c := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs == nil {
		b.subs = map[chan struct{}]bool{}
	}
	b.subs[c] = true
	return c, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subs, c)
	}
}
