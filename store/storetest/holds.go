package storetest

import (
	"slices"
	"testing"
	"time"

	"tocsin/store"
)

// testHolds: it can be told who has what, whatever the time is.
func testHolds(t *testing.T, s store.Store) {
	ctx := t.Context()
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	if pending, leases := must(s.Pending(ctx, 10))(t), must(s.Leases(ctx))(t); len(pending)+len(leases) != 0 {
		t.Errorf("at first there are %v and %v", pending, leases)
	}
	for _, l := range []struct{ name, owner string }{{"z", "one"}, {"a", "two"}, {"m", "one"}} {
		if _, ok, err := s.Lease(ctx, l.name, l.owner, start, at(4)); err != nil || !ok {
			t.Fatal(ok, err)
		}
	}
	if err := s.Release(ctx, "m", "one"); err != nil {
		t.Fatal(err)
	}
	want := []store.Hold{{Name: "a", Owner: "two", Epoch: 1, Until: at(4)}, {Name: "z", Owner: "one", Epoch: 1, Until: at(4)}}
	if got := must(s.Leases(ctx))(t); !slices.Equal(got, want) {
		t.Errorf("leases are %v, want %v", got, want)
	}
	var c store.Commit
	for _, id := range []string{"1", "2", "3", "4", "5"} {
		c.Deliveries = append(c.Deliveries, store.Delivery{ID: id, Stream: "s", Kind: "page", Created: start})
	}
	commit(t, s, c)
	for _, id := range []string{"3", "1", "4", "5"} {
		if _, ok, err := s.Claim(ctx, id, "one", start, at(4)); err != nil || !ok {
			t.Fatal(ok, err)
		}
	}
	if _, ok, err := s.Claim(ctx, "3", "two", at(4), at(8)); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := s.Finish(ctx, "4", 1, store.Landed, time.Time{}, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Finish(ctx, "5", 1, store.Queued, at(60), nil); err != nil {
		t.Fatal(err)
	}
	want = []store.Hold{{Name: "1", Owner: "one", Epoch: 1, Until: at(4)}, {Name: "3", Owner: "two", Epoch: 2, Until: at(8)}, {Name: "5", Epoch: 1, Until: at(60)}}
	if got := must(s.Pending(ctx, 10))(t); !slices.Equal(got, want) {
		t.Errorf("pending are %v, want %v", got, want)
	}
	if got := must(s.Pending(ctx, 1))(t); !slices.Equal(got, want[:1]) {
		t.Errorf("the first that is pending is %v, want %v", got, want[:1])
	}
}

// testAhead: what was written by a clock that was ahead is found, if something is due in it.
func testAhead(t *testing.T, s store.Store) {
	for _, name := range []string{"never due", "late", "soon"} {
		c := chain{stream: name}
		due := map[string]time.Time{"late": start.Add(2 * time.Hour), "soon": start.Add(time.Hour)}[name]
		commit(t, s, store.Commit{Appends: []store.Append{{Stream: name, Records: c.next(t, 3), Kind: "incident", DueAt: due, Open: true}}})
	}
	last := must(s.Head(t.Context(), "late"))(t).Updated
	for _, tt := range []struct {
		now   time.Time
		limit int
		want  []string
	}{
		{last.Add(-time.Microsecond), 10, []string{"soon", "late"}},
		{last.Add(-time.Microsecond), 1, []string{"soon"}},
		{last, 10, nil},
	} {
		var got []string
		for _, h := range must(s.Ahead(t.Context(), tt.now, tt.limit))(t) {
			got = append(got, h.Stream)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("ahead of %s are %q, want %q", tt.now, got, tt.want)
		}
	}
}
