package engine_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"tocsin/store"
)

// So many incidents are open, and come due within this time.
const (
	dueIncidents = 10_000
	dueWithin    = time.Minute
)

// BenchmarkTimerLateness has ten thousand open incidents come due uniformly over a minute: in each of them people are called
// again, the calls are handed over, and what became of them is stored. It reports how long after its time what is due in an
// incident was stored.
func BenchmarkTimerLateness(b *testing.B) {
	databases(b, func(b *testing.B, st store.Store) {
		var w *punctual
		for b.Loop() {
			clock := &paced{from: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
			w = &punctual{Store: st, clock: clock, due: map[string]time.Time{}, done: make(chan struct{})}
			e := start(b, w, "a", clock.now)
			w.fill(b)
			clock.run(w.first.Add(-2 * time.Second))
			stop := operate(b, e, &post{})
			<-w.done
			stop()
		}
		b.ReportMetric(float64(percentile(w.late, 50).Milliseconds()), "p50-ms")
		b.ReportMetric(float64(percentile(w.late, 99).Milliseconds()), "p99-ms")
		b.ReportMetric(float64(percentile(w.late, 100).Milliseconds()), "max-ms")
	})
}

// paced is a clock that stands still until it runs, at the pace of time.
type paced struct {
	mu    sync.Mutex
	from  time.Time
	since time.Time // zero: it stands still
}

func (c *paced) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since.IsZero() {
		return c.from
	}
	return c.from.Add(time.Since(c.since))
}

func (c *paced) run(from time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.from, c.since = from, time.Now()
}

// punctual is a store that notes how late it is given what was due.
type punctual struct {
	store.Store
	clock *paced
	first time.Time // when the first is due

	mu   sync.Mutex
	due  map[string]time.Time // by stream
	late []time.Duration
	done chan struct{} // closed when nothing is due any more
}

// fill stores the incidents, opened one after the other by the clock that stands still.
func (w *punctual) fill(b *testing.B) {
	b.Helper()
	p, _ := small(b)
	var c store.Commit
	for n := range dueIncidents {
		a := opened(b, p, fmt.Sprintf("2026-11-21-%d", n+1), w.clock.now().Add(time.Duration(n)*dueWithin/dueIncidents))
		if n == 0 {
			w.first = a.DueAt
		}
		w.due[a.Stream] = a.DueAt
		if c.Appends = append(c.Appends, a); len(c.Appends) == 500 {
			if err := w.Store.Commit(b.Context(), c); err != nil {
				b.Fatal(err)
			}
			c.Appends = nil
		}
	}
}

func (w *punctual) Commit(ctx context.Context, c store.Commit) error {
	if err := w.Store.Commit(ctx, c); err != nil {
		return err
	}
	now := w.clock.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range c.Appends {
		due, ok := w.due[a.Stream]
		if !ok {
			continue
		}
		delete(w.due, a.Stream)
		w.late = append(w.late, now.Sub(due))
		if len(w.due) == 0 {
			close(w.done)
		}
	}
	return nil
}
