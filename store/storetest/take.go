package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"tocsin/store"
)

// testTake: what is due is taken once, until it is appended to or its time is over.
func testTake(t *testing.T, s store.Store) {
	chains := make([]*chain, 5)
	for i, due := range []time.Duration{30, 10, 0, 20, 40} { // seconds; 0 is never
		chains[i] = &chain{stream: fmt.Sprint("s", i)}
		a := chains[i].appending(t, 1)
		if due > 0 {
			a.DueAt = start.Add(due * time.Second)
		}
		commit(t, s, store.Commit{Appends: []store.Append{a}})
	}
	take := func(after time.Duration, limit int) []store.Head {
		now := start.Add(after)
		return must(s.Take(t.Context(), now, now.Add(2*time.Second), limit))(t)
	}
	wantStreams(t, take(10*time.Second-time.Microsecond, 10))
	wantStreams(t, take(time.Minute, 2), "s1", "s3")
	wantStreams(t, take(time.Minute, 10), "s0", "s4")
	wantStreams(t, take(62*time.Second-time.Microsecond, 10))
	wantStreams(t, must(s.Due(t.Context(), start.Add(time.Minute), 10))(t), "s1", "s3", "s0", "s4")
	// Who looked at it gives it back, and says when it is due again.
	a := chains[3].appending(t, 1)
	a.DueAt = start.Add(61 * time.Second)
	commit(t, s, store.Commit{Appends: []store.Append{a}})
	wantStreams(t, take(61*time.Second, 10), "s3")
	// Who died does not keep it.
	wantStreams(t, take(62*time.Second, 10), "s1", "s0", "s4")
}

// testTakeAhead: what was taken by a clock that was far ahead does not wait until the others have caught up with it.
func testTakeAhead(t *testing.T, s store.Store) {
	const span = 2 * time.Second
	c := &chain{stream: "s"}
	due := func() {
		a := c.appending(t, 1)
		a.DueAt = start
		commit(t, s, store.Commit{Appends: []store.Append{a}})
	}
	take := func(after time.Duration) []store.Head {
		now := start.Add(after)
		return must(s.Take(t.Context(), now, now.Add(span), 10))(t)
	}
	due()
	wantStreams(t, take(time.Hour), "s") // and its node dies
	wantStreams(t, take(0), "s")
	wantStreams(t, take(0))
	wantStreams(t, take(span), "s")
	due()
	wantStreams(t, take(store.Skew), "s") // by a clock that is as far ahead as one may be
	wantStreams(t, take(0))
	wantStreams(t, take(store.Skew+span), "s")
}

// testTakeRace: of several who take at once, each gets something else.
func testTakeRace(t *testing.T, s store.Store) {
	const streams, takers = 60, 6
	for i := range streams {
		a := (&chain{stream: fmt.Sprint("s", i)}).appending(t, 1)
		a.DueAt = start
		commit(t, s, store.Commit{Appends: []store.Append{a}})
	}
	var mu sync.Mutex
	taken := map[string]int{}
	var wg sync.WaitGroup
	for range takers {
		wg.Go(func() {
			for {
				heads, err := s.Take(t.Context(), start, start.Add(time.Second), 5)
				if err != nil {
					t.Error(err)
				}
				if err != nil || len(heads) == 0 {
					return
				}
				mu.Lock()
				for _, h := range heads {
					taken[h.Stream]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for len(taken) < streams { // what was passed by because somebody else was just taking it
		heads := must(s.Take(t.Context(), start, start.Add(time.Second), streams))(t)
		if len(heads) == 0 {
			break
		}
		for _, h := range heads {
			taken[h.Stream]++
		}
	}
	for stream, n := range taken {
		if n != 1 {
			t.Errorf("%s was taken %d times", stream, n)
		}
	}
	if len(taken) != streams {
		t.Errorf("%d of %d streams were taken", len(taken), streams)
	}
}
