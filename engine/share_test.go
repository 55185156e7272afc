package engine_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/store"
)

// TestNodesShare has three nodes find the same incidents due: each is looked at by one of them, which calls people once.
func TestNodesShare(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		w := &witness{Store: st, looks: map[string]int{}}
		first := start(t, st, "a", clock.now)
		var ids []string
		for range 20 {
			ids = append(ids, report(t, first).State.ID)
		}
		first.Carry(incident.DispatchPage, &post{})
		if err := first.Step(t.Context()); err != nil { // the first calls are made, so that nothing else is written meanwhile
			t.Fatal(err)
		}
		clock.pass(2 * time.Minute)
		w.mu.Lock()
		w.want, w.done = len(ids), make(chan struct{})
		w.mu.Unlock()
		for _, node := range []string{"b", "c", "d"} {
			stop := run(t, start(t, w, node, clock.now), &post{})
			defer stop()
		}
		<-w.done
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, id := range ids {
			if n := w.looks["incident/"+id]; n != 1 {
				t.Errorf("%s was taken %d times", id, n)
			}
			rung := map[string]int{}
			for _, h := range happened(t, view(t, first, id)) {
				if ev, ok := h.Event.(incident.EventPageRung); ok {
					rung[ev.Delivery]++
				}
			}
			if len(rung) != 4 { // Ben and Cyd, twice each
				t.Errorf("%s: calls %v", id, rung)
			}
		}
	})
}

// witness is a store that notes who takes what.
type witness struct {
	store.Store
	mu    sync.Mutex
	looks map[string]int
	want  int
	done  chan struct{} // closed when so many have been appended to as were wanted
	seen  map[string]bool
}

func (w *witness) Take(ctx context.Context, now, until time.Time, limit int) ([]store.Head, error) {
	heads, err := w.Store.Take(ctx, now, until, limit)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range heads {
		w.looks[h.Stream]++
	}
	return heads, err
}

func (w *witness) Commit(ctx context.Context, c store.Commit) error {
	err := w.Store.Commit(ctx, c)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range c.Appends {
		if w.want == 0 || err != nil || a.Kind != "incident" || len(c.Deliveries) == 0 || w.seen[a.Stream] {
			continue
		}
		if w.seen == nil {
			w.seen = map[string]bool{}
		}
		if w.seen[a.Stream] = true; len(w.seen) == w.want {
			close(w.done)
		}
	}
	return err
}
