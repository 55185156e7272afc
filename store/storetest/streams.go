package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"tocsin/journal"
	"tocsin/store"
)

func testLoad(t *testing.T, s store.Store) {
	a, b := &chain{stream: "a"}, &chain{stream: "b"}
	first := a.appending(t, 3)
	commit(t, s, store.Commit{Appends: []store.Append{first, b.appending(t, 1)}})
	before := must(s.Position(t.Context()))(t)
	second := a.appending(t, 2)
	commit(t, s, store.Commit{Appends: []store.Append{second}})
	if after := must(s.Position(t.Context()))(t); after <= before {
		t.Errorf("position went from %d to %d", before, after)
	}

	want := append(append([]journal.Record(nil), first.Records...), second.Records...)
	got := must(s.Load(t.Context(), "a", 0))(t)
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("loaded %+v\nwant %+v", got, want)
	}
	if err := journal.Verify(got); err != nil {
		t.Error(err)
	}
	if tail := must(s.Load(t.Context(), "a", 3))(t); !reflect.DeepEqual(tail, want[3:]) {
		t.Errorf("loaded %+v after 3", tail)
	}
	for _, w := range []struct{ after, from, to, limit int }{{0, 0, 2, 2}, {2, 2, 4, 2}, {3, 3, 5, 100}, {1, 1, 1, 0}, {5, 5, 5, 2}} {
		part := must(s.Window(t.Context(), "a", uint64(w.after), w.limit))(t)
		if len(part) != w.to-w.from || len(part) > 0 && !reflect.DeepEqual(part, want[w.from:w.to]) {
			t.Errorf("a window of %d after %d is %+v", w.limit, w.after, part)
		}
	}
	testBefore(t, s, want)
	for _, after := range []uint64{5, 6, 1 << 40} {
		if rest := must(s.Load(t.Context(), "a", after))(t); len(rest) != 0 {
			t.Errorf("%d records after %d", len(rest), after)
		}
	}
	if none := must(s.Load(t.Context(), "nowhere", 0))(t); len(none) != 0 {
		t.Errorf("an unknown stream has %d records", len(none))
	}
	// What was handed out is the caller's to change.
	got[0].Bytes[0] ^= 1
	if err := journal.Verify(must(s.Load(t.Context(), "a", 0))(t)); err != nil {
		t.Errorf("the store shares its bytes: %v", err)
	}
}

func testHeads(t *testing.T, s store.Store) {
	var chains []*chain
	for i := range 4 {
		c := &chain{stream: fmt.Sprint("s", i)}
		chains = append(chains, c)
		commit(t, s, store.Commit{Appends: []store.Append{c.appending(t, i+1)}})
	}
	closing := chains[1].appending(t, 1)
	closing.Open, closing.Summary, closing.DueAt = false, nil, start.Add(time.Hour+time.Microsecond)
	other := (&chain{stream: "p"}).appending(t, 1)
	other.Kind = "plan"
	commit(t, s, store.Commit{Appends: []store.Append{closing, other}})

	want := store.Head{
		Stream: "s1", Kind: "incident", Protocol: "vault", Version: 3, DueAt: closing.DueAt, Updated: chains[1].head.At,
	}
	if got := must(s.Head(t.Context(), "s1"))(t); !reflect.DeepEqual(got, want) {
		t.Errorf("head is %+v\nwant %+v", got, want)
	}
	_, err := s.Head(t.Context(), "nowhere")
	wantErr(t, err, store.ErrNotFound)
	wantStreams(t, must(s.Heads(t.Context(), "incident", false))(t), "s3", "s2", "s1", "s0")
	wantStreams(t, must(s.Heads(t.Context(), "incident", true))(t), "s3", "s2", "s0")
	wantStreams(t, must(s.Heads(t.Context(), "plan", false))(t), "p")
	wantStreams(t, must(s.Heads(t.Context(), "nothing", false))(t))
	wantStreams(t, must(s.Heads(t.Context(), "", false))(t), "p", "s3", "s2", "s1", "s0")
	wantStreams(t, must(s.Heads(t.Context(), "", true))(t), "p", "s3", "s2", "s0")

	// A head can be replaced without an event.
	commit(t, s, store.Commit{Appends: []store.Append{{
		Stream: "s1", Expect: 3, Kind: "incident", Protocol: "vault", Open: true, Summary: []byte("again"),
	}}})
	want.Open, want.Summary, want.DueAt = true, []byte("again"), time.Time{}
	if got := must(s.Head(t.Context(), "s1"))(t); !reflect.DeepEqual(got, want) {
		t.Errorf("head is %+v\nwant %+v", got, want)
	}
}

func wantStreams(t *testing.T, heads []store.Head, want ...string) {
	t.Helper()
	var got []string
	for _, h := range heads {
		got = append(got, h.Stream)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("streams are %v, want %v", got, want)
	}
}

func testDue(t *testing.T, s store.Store) {
	for i, due := range []time.Duration{30, 10, 0, 20, 40} { // seconds; 0 is never
		a := (&chain{stream: fmt.Sprint("s", i)}).appending(t, 1)
		if due > 0 {
			a.DueAt = start.Add(due * time.Second)
		}
		commit(t, s, store.Commit{Appends: []store.Append{a}})
	}
	due := func(after time.Duration, limit int) []store.Head {
		return must(s.Due(t.Context(), start.Add(after), limit))(t)
	}
	wantStreams(t, due(10*time.Second-time.Microsecond, 10))
	wantStreams(t, due(10*time.Second, 10), "s1")
	wantStreams(t, due(time.Minute, 10), "s1", "s3", "s0", "s4")
	wantStreams(t, due(time.Minute, 2), "s1", "s3")
}

func testConflict(t *testing.T, s store.Store) {
	a := &chain{stream: "a"}
	commit(t, s, store.Commit{Appends: []store.Append{a.appending(t, 2)}})
	for _, expect := range []uint64{0, 1, 3} {
		c := chain{stream: "a", head: journal.Record{Seq: expect, Hash: a.head.Hash}}
		if expect == 0 {
			c.head.Hash = [32]byte{}
		}
		wantErr(t, s.Commit(t.Context(), store.Commit{Appends: []store.Append{c.appending(t, 1)}}), store.ErrConflict)
	}
	ghost := chain{stream: "ghost", head: a.head}
	wantErr(t, s.Commit(t.Context(), store.Commit{Appends: []store.Append{ghost.appending(t, 1)}}), store.ErrConflict)
	if h := must(s.Head(t.Context(), "a"))(t); h.Version != 2 {
		t.Errorf("version is %d after conflicts, want 2", h.Version)
	}
}

// testRace: of writers that expect the same version one wins, and the others are told.
func testRace(t *testing.T, s store.Store) {
	const rounds, writers = 12, 6
	c := chain{stream: "a"}
	for range rounds {
		appends := make([]store.Append, writers)
		for i := range appends {
			own := c
			appends[i] = own.appending(t, 1)
			appends[i].Summary = []byte{byte(i)}
		}
		errs := make([]error, writers)
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() { errs[i] = s.Commit(t.Context(), store.Commit{Appends: appends[i : i+1]}) })
		}
		wg.Wait()
		winner := -1
		for i, err := range errs {
			switch {
			case err == nil && winner < 0:
				winner = i
			case err == nil:
				t.Fatalf("both %d and %d won", winner, i)
			case !errors.Is(err, store.ErrConflict):
				t.Fatal(err)
			}
		}
		if winner < 0 {
			t.Fatal("nobody won")
		}
		if h := must(s.Head(t.Context(), "a"))(t); h.Summary[0] != byte(winner) {
			t.Fatalf("%d won, and the head is of %d", winner, h.Summary[0])
		}
		c.head = appends[winner].Records[0]
	}
	if got := must(s.Load(t.Context(), "a", 0))(t); len(got) != rounds || journal.Verify(got) != nil {
		t.Errorf("%d records after %d rounds: %v", len(got), rounds, journal.Verify(got))
	}
}

// testNothing: a commit of which one part cannot be done leaves no trace of the others.
func testNothing(t *testing.T, s store.Store) {
	old := &chain{stream: "old"}
	commit(t, s, store.Commit{
		Appends: []store.Append{old.appending(t, 1)}, Deliveries: []store.Delivery{delivery("taken", "old")},
		Links: []store.Link{{Hash: "taken", Kind: "page"}}, Marks: map[string]string{"taken": "old"},
	})
	epoch, ok, err := s.Lease(t.Context(), "chain", "node", start, start.Add(time.Minute))
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	before := must(s.Position(t.Context()))(t)

	for name, broken := range map[string]struct {
		spoil func(*store.Commit)
		want  error
	}{
		"append":    {func(c *store.Commit) { c.Appends = append(c.Appends, (&chain{stream: "old"}).appending(t, 1)) }, store.ErrConflict},
		"delivery":  {func(c *store.Commit) { c.Deliveries = append(c.Deliveries, delivery("taken", "new")) }, store.ErrConflict},
		"twice":     {func(c *store.Commit) { c.Deliveries = append(c.Deliveries, c.Deliveries[0]) }, store.ErrConflict},
		"link":      {func(c *store.Commit) { c.Links = append(c.Links, store.Link{Hash: "taken", Kind: "page"}) }, store.ErrConflict},
		"mark":      {func(c *store.Commit) { c.Marks["taken"] = "new" }, store.ErrConflict},
		"watch":     {func(c *store.Commit) { c.Watch[0].Epoch++ }, store.ErrLost},
		"unleased":  {func(c *store.Commit) { c.Watch[0].Key = "another" }, store.ErrLost},
		"unclaimed": {func(c *store.Commit) { c.Watch[0].Epoch = 0 }, store.ErrLost},
	} {
		t.Run(name, func(t *testing.T) {
			c := store.Commit{
				Appends: []store.Append{(&chain{stream: "new"}).appending(t, 2)}, Deliveries: []store.Delivery{delivery("new", "new")},
				Links: []store.Link{{Hash: "new", Kind: "page"}}, Marks: map[string]string{"new": "new"},
				Watch: []store.Watch{{Key: "chain", Epoch: epoch, State: []byte("new")}},
			}
			broken.spoil(&c)
			wantErr(t, s.Commit(t.Context(), c), broken.want)
			_, err := s.Head(t.Context(), "new")
			wantErr(t, err, store.ErrNotFound)
			_, err = s.Delivery(t.Context(), "new")
			wantErr(t, err, store.ErrNotFound)
			_, err = s.Link(t.Context(), "new")
			wantErr(t, err, store.ErrNotFound)
			seen := must(s.Seen(t.Context(), []string{"new", "taken"}))(t)
			watch := must(s.Watch(t.Context(), "chain"))(t)
			position := must(s.Position(t.Context()))(t)
			if len(seen) != 1 || watch != nil || position != before {
				t.Errorf("left behind: marks %v, watch %q, position %d (was %d)", seen, watch, position, before)
			}
		})
	}
}

// testUnusable: a commit that contradicts itself is refused before anything is stored.
func testUnusable(t *testing.T, s store.Store) {
	appending := func(change func(*store.Append)) store.Commit {
		a := (&chain{stream: "a"}).appending(t, 2)
		change(&a)
		return store.Commit{Appends: []store.Append{a}}
	}
	sent := delivery("d", "a")
	sent.State = store.Landed
	for name, c := range map[string]store.Commit{
		"gap":             appending(func(a *store.Append) { a.Records[1].Seq = 3 }),
		"stranger":        appending(func(a *store.Append) { a.Records[1].Stream = "b" }),
		"empty":           appending(func(a *store.Append) { a.Records = nil }),
		"nameless":        appending(func(a *store.Append) { a.Stream = "" }),
		"kindless":        appending(func(a *store.Append) { a.Kind = "" }),
		"not queued":      {Deliveries: []store.Delivery{sent}},
		"no id":           {Deliveries: []store.Delivery{delivery("", "a")}},
		"no hash":         {Links: []store.Link{{Kind: "page"}}},
		"redacts nowhere": {Redactions: []store.Redaction{{Seq: 1}}},
		"redacts none":    {Redactions: []store.Redaction{{Stream: "a"}}},
		"twice": {Appends: []store.Append{
			(&chain{stream: "a"}).appending(t, 1), (&chain{stream: "a"}).appending(t, 1),
		}},
	} {
		if err := s.Commit(t.Context(), c); err == nil || errors.Is(err, store.ErrConflict) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if n := must(s.Position(t.Context()))(t); n != 0 {
		t.Errorf("position is %d, want 0", n)
	}
}

func testRedact(t *testing.T, s store.Store) {
	c := &chain{stream: "a"}
	commit(t, s, store.Commit{Appends: []store.Append{c.appending(t, 2)}})
	records := must(s.Load(t.Context(), "a", 0))(t)
	left, err := journal.Redact(records[0], func(_, value string) bool { return value == "Alice, +1 555 0100" })
	if err != nil {
		t.Fatal(err)
	}
	commit(t, s, store.Commit{Redactions: []store.Redaction{{Stream: "a", Seq: 1, Openings: left}}})
	records = must(s.Load(t.Context(), "a", 0))(t)
	if err := journal.Verify(records); err != nil {
		t.Error(err)
	}
	for i, want := range []journal.Personal{"", "Alice, +1 555 0100"} {
		var n note
		if _, err := records[i].Open(&n); err != nil || n.Who != want {
			t.Errorf("record %d names %q, want %q: %v", i+1, n.Who, want, err)
		}
	}
	for _, r := range []store.Redaction{{Stream: "a", Seq: 3}, {Stream: "b", Seq: 1}} {
		wantErr(t, s.Commit(t.Context(), store.Commit{
			Appends: []store.Append{(&chain{stream: "new"}).appending(t, 1)}, Redactions: []store.Redaction{{Stream: "a", Seq: 2}, r},
		}), store.ErrNotFound)
	}
	_, err = s.Head(t.Context(), "new")
	wantErr(t, err, store.ErrNotFound)
	var kept note
	if _, err := must(s.Load(t.Context(), "a", 1))(t)[0].Open(&kept); err != nil || kept.Who == "" {
		t.Errorf("a redaction that was refused removed a text: %v", err)
	}
}
