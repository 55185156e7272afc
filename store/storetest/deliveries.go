package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"tocsin/store"
)

func testClaim(t *testing.T, s store.Store) {
	c := &chain{stream: "a"}
	late := delivery("late", "a")
	late.NotBefore = start.Add(time.Minute)
	commit(t, s, store.Commit{Appends: []store.Append{c.appending(t, 1)}, Deliveries: []store.Delivery{delivery("d", "a"), late}})
	want := delivery("d", "a")
	if got := must(s.Delivery(t.Context(), "d"))(t); !reflect.DeepEqual(got, want) {
		t.Fatalf("delivery is %+v\nwant %+v", got, want)
	}

	until := start.Add(10 * time.Second)
	d, ok, err := s.Claim(t.Context(), "d", "node1", start, until)
	want.State, want.Owner, want.Lease, want.Epoch, want.Attempts = store.Sending, "node1", until, 1, 1
	if err != nil || !ok || !reflect.DeepEqual(d, want) {
		t.Fatalf("claimed %+v, %t, %v\nwant %+v", d, ok, err, want)
	}
	for _, no := range []struct {
		id  string
		now time.Time
	}{{"d", start}, {"d", until.Add(-time.Microsecond)}, {"late", late.NotBefore.Add(-time.Microsecond)}, {"unknown", start}} {
		if d, ok, err := s.Claim(t.Context(), no.id, "node2", no.now, until); ok || err != nil || d.ID != "" {
			t.Errorf("claimed %+v at %s: %t, %v", d, no.now, ok, err)
		}
	}

	outcome := []byte(`{"message":"250 ok"}`)
	if err := s.Finish(t.Context(), "d", 1, store.Landed, time.Time{}, outcome); err != nil {
		t.Fatal(err)
	}
	want.State, want.Owner, want.Lease, want.NotBefore, want.Outcome = store.Landed, "", time.Time{}, time.Time{}, outcome
	all := must(s.Deliveries(t.Context(), "a"))(t)
	if len(all) != 2 || !reflect.DeepEqual(all[0], want) || all[1].ID != "late" {
		t.Errorf("deliveries are %+v", all)
	}
	if _, ok, err := s.Claim(t.Context(), "d", "node2", start.Add(time.Hour), until); ok || err != nil {
		t.Errorf("what has landed was claimed again: %v", err)
	}

	// Queued again with a time, it is to be had at that time.
	if _, ok, err := s.Claim(t.Context(), "late", "node1", late.NotBefore, late.NotBefore.Add(time.Second)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	again := late.NotBefore.Add(time.Hour)
	if err := s.Finish(t.Context(), "late", 1, store.Queued, again, []byte("busy")); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := s.Claim(t.Context(), "late", "node1", again.Add(-time.Second), again); ok {
		t.Error("claimed before its time")
	}
	if d, ok, err := s.Claim(t.Context(), "late", "node1", again, again.Add(time.Second)); !ok || err != nil || d.Attempts != 2 || d.Epoch != 2 {
		t.Errorf("claimed %+v, %t, %v", d, ok, err)
	}
	_, err = s.Delivery(t.Context(), "unknown")
	wantErr(t, err, store.ErrNotFound)
}

// testLost: who was overtaken can write nothing any more.
func testLost(t *testing.T, s store.Store) {
	commit(t, s, store.Commit{Deliveries: []store.Delivery{delivery("d", "a")}})
	ctx, until := t.Context(), start.Add(10*time.Second)
	wantErr(t, s.Renew(ctx, "d", 0, until), store.ErrLost) // nobody has it
	wantErr(t, s.Finish(ctx, "d", 0, store.Landed, time.Time{}, nil), store.ErrLost)
	if _, ok, err := s.Claim(ctx, "d", "node1", start, until); !ok || err != nil {
		t.Fatal(ok, err)
	}
	until = until.Add(10 * time.Second)
	if err := s.Renew(ctx, "d", 1, until); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := s.Claim(ctx, "d", "node2", until.Add(-time.Second), until); ok {
		t.Fatal("claimed in spite of a renewed lease")
	}
	if d, ok, err := s.Claim(ctx, "d", "node2", until, until.Add(time.Minute)); !ok || err != nil || d.Epoch != 2 || d.Owner != "node2" {
		t.Fatalf("claimed %+v, %t, %v", d, ok, err)
	}
	wantErr(t, s.Renew(ctx, "d", 1, until.Add(time.Hour)), store.ErrLost)
	wantErr(t, s.Finish(ctx, "d", 1, store.Failed, time.Time{}, nil), store.ErrLost)
	if err := s.Finish(ctx, "d", 2, store.Unknown, time.Time{}, nil); err != nil {
		t.Fatal(err)
	}
	wantErr(t, s.Finish(ctx, "d", 2, store.Landed, time.Time{}, nil), store.ErrLost) // once is enough
	if d := must(s.Delivery(ctx, "d"))(t); d.State != store.Unknown {
		t.Errorf("state is %s, want %s", d.State, store.Unknown)
	}
	for _, state := range []string{store.Sending, "", "gone"} {
		if err := s.Finish(ctx, "d", 2, state, time.Time{}, nil); err == nil || errors.Is(err, store.ErrLost) {
			t.Errorf("finished as %q: %v", state, err)
		}
	}
}

func testClaimRace(t *testing.T, s store.Store) {
	const deliveries, claimers = 20, 5
	var c store.Commit
	for i := range deliveries {
		c.Deliveries = append(c.Deliveries, delivery(fmt.Sprint("d", i), "a"))
	}
	commit(t, s, c)
	var mu sync.Mutex
	claimed := map[string]int{}
	var wg sync.WaitGroup
	for i := range claimers {
		wg.Go(func() {
			for _, d := range c.Deliveries {
				_, ok, err := s.Claim(t.Context(), d.ID, fmt.Sprint("node", i), start, start.Add(time.Minute))
				if err != nil {
					t.Error(err)
				}
				if ok {
					mu.Lock()
					claimed[d.ID]++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	for _, d := range c.Deliveries {
		if claimed[d.ID] != 1 {
			t.Errorf("%s was claimed %d times", d.ID, claimed[d.ID])
		}
	}
}

func testStale(t *testing.T, s store.Store) {
	ctx := t.Context()
	var c store.Commit
	for i := range 5 {
		d := delivery(fmt.Sprint("d", i), "a")
		d.NotBefore = start.Add(time.Duration(4-i) * time.Second)
		c.Deliveries = append(c.Deliveries, d)
	}
	commit(t, s, c)
	stale := func(after time.Duration, limit int, want ...string) {
		t.Helper()
		if got := must(s.Stale(ctx, start.Add(after), limit))(t); !reflect.DeepEqual(got, want) {
			t.Errorf("stale after %s are %v, want %v", after, got, want)
		}
	}
	stale(-time.Microsecond, 10)
	stale(0, 10, "d4")
	stale(2*time.Second, 10, "d2", "d3", "d4")
	stale(time.Minute, 2, "d0", "d1")
	if _, ok, err := s.Claim(ctx, "d3", "node", start.Add(2*time.Second), start.Add(5*time.Second)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, ok, err := s.Claim(ctx, "d4", "node", start.Add(2*time.Second), start.Add(5*time.Second)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := s.Finish(ctx, "d4", 1, store.Failed, time.Time{}, nil); err != nil {
		t.Fatal(err)
	}
	stale(4*time.Second, 10, "d0", "d1", "d2")
	stale(5*time.Second, 10, "d0", "d1", "d2", "d3") // its owner is gone
}
