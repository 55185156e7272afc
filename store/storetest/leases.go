package storetest

import (
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/store"
)

func testLease(t *testing.T, s store.Store) {
	ctx := t.Context()
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	lease := func(owner string, now, until int, wantEpoch uint64, want bool) {
		t.Helper()
		epoch, ok, err := s.Lease(ctx, "chain", owner, at(now), at(until))
		if err != nil || ok != want || epoch != wantEpoch {
			t.Fatalf("%s got epoch %d, %t, %v; want %d, %t", owner, epoch, ok, err, wantEpoch, want)
		}
	}
	lease("one", 0, 10, 1, true)
	lease("two", 9, 19, 0, false)
	lease("one", 9, 20, 1, true) // renewed
	lease("two", 19, 29, 0, false)
	lease("two", 20, 30, 2, true) // taken over
	lease("one", 21, 31, 0, false)
	lease("two", 40, 50, 2, true) // over, but nobody came
	if err := s.Release(ctx, "chain", "one"); err != nil {
		t.Fatal(err)
	}
	lease("one", 41, 51, 0, false) // not its to release
	if err := s.Release(ctx, "chain", "two"); err != nil {
		t.Fatal(err)
	}
	lease("one", 41, 51, 3, true)
	if err := s.Release(ctx, "unknown", "one"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Lease(ctx, "chain", "", at(100), at(110)); err == nil {
		t.Error("a lease without an owner was given")
	}
}

func testLeaseRace(t *testing.T, s store.Store) {
	for round := range 10 {
		now := start.Add(time.Duration(round) * time.Minute)
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 5 {
			wg.Go(func() {
				epoch, ok, err := s.Lease(t.Context(), "chain", fmt.Sprint(round, "/", i), now, now.Add(time.Minute))
				if err != nil {
					t.Error(err)
				}
				if ok {
					won.Add(1)
					if epoch != uint64(round)+1 {
						t.Errorf("epoch is %d in round %d", epoch, round)
					}
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d won", won.Load())
		}
	}
}

// testWatch: a follower that was overtaken cannot move the state, nor commit anything with it.
func testWatch(t *testing.T, s store.Store) {
	ctx := t.Context()
	if b := must(s.Watch(ctx, "chain"))(t); b != nil {
		t.Errorf("state is %q before any", b)
	}
	epoch, _, err := s.Lease(ctx, "chain", "one", start, start.Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	put := func(epoch uint64, state string) error {
		return s.Commit(ctx, store.Commit{Watch: []store.Watch{{Key: "chain", Epoch: epoch, State: []byte(state)}}})
	}
	for _, state := range []string{"block 1", "block 2"} {
		if err := put(epoch, state); err != nil {
			t.Fatal(err)
		}
		if b := must(s.Watch(ctx, "chain"))(t); string(b) != state {
			t.Errorf("state is %q, want %q", b, state)
		}
	}
	next, ok, err := s.Lease(ctx, "chain", "two", start.Add(time.Second), start.Add(time.Minute))
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	wantErr(t, put(epoch, "block 3, from the dead"), store.ErrLost)
	if err := put(next, "block 3"); err != nil {
		t.Fatal(err)
	}
	if b := must(s.Watch(ctx, "chain"))(t); string(b) != "block 3" {
		t.Errorf("state is %q", b)
	}
}

func testMarks(t *testing.T, s store.Store) {
	ctx := t.Context()
	commit(t, s, store.Commit{Marks: map[string]string{"finding 1": "a", "finding 2": ""}})
	wantErr(t, s.Commit(ctx, store.Commit{Marks: map[string]string{"finding 3": "b", "finding 1": "b"}}), store.ErrConflict)
	want := map[string]string{"finding 1": "a", "finding 2": ""}
	if got := must(s.Seen(ctx, []string{"finding 3", "finding 1", "finding 2", "finding 1", `"]`}))(t); !maps.Equal(got, want) {
		t.Errorf("seen are %v, want %v", got, want)
	}
	if got := must(s.Seen(ctx, nil))(t); len(got) != 0 {
		t.Errorf("of no marks, %v were seen", got)
	}
}
