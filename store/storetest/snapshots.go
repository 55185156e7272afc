package storetest

import (
	"reflect"
	"testing"
	"time"

	"tocsin/journal"
	"tocsin/store"
)

func testSnapshot(t *testing.T, s store.Store) {
	ctx := t.Context()
	_, err := s.Snapshot(ctx, "a")
	wantErr(t, err, store.ErrNotFound)
	wantErr(t, s.PutSnapshot(ctx, store.Snapshot{Stream: "a", Version: 1, Bytes: []byte("one")}), store.ErrNotFound)

	c := &chain{stream: "a"}
	commit(t, s, store.Commit{Appends: []store.Append{c.appending(t, 3), (&chain{stream: "b"}).appending(t, 1)}})
	_, err = s.Snapshot(ctx, "a")
	wantErr(t, err, store.ErrNotFound)
	for _, step := range []struct {
		put, want store.Snapshot
	}{
		{store.Snapshot{Stream: "a", Version: 2, Bytes: []byte("two")}, store.Snapshot{Stream: "a", Version: 2, Bytes: []byte("two")}},
		{store.Snapshot{Stream: "a", Version: 1, Bytes: []byte("one")}, store.Snapshot{Stream: "a", Version: 2, Bytes: []byte("two")}},
		{store.Snapshot{Stream: "a", Version: 2, Bytes: []byte("mended")}, store.Snapshot{Stream: "a", Version: 2, Bytes: []byte("mended")}},
		{store.Snapshot{Stream: "a", Version: 3, Bytes: []byte("three")}, store.Snapshot{Stream: "a", Version: 3, Bytes: []byte("three")}},
	} {
		if err := s.PutSnapshot(ctx, step.put); err != nil {
			t.Fatal(err)
		}
		if got := must(s.Snapshot(ctx, "a"))(t); !reflect.DeepEqual(got, step.want) {
			t.Errorf("after %+v the snapshot is %+v, want %+v", step.put, got, step.want)
		}
	}
	_, err = s.Snapshot(ctx, "b")
	wantErr(t, err, store.ErrNotFound)
	if len(must(s.Load(ctx, "a", 0))(t)) != 3 {
		t.Error("a snapshot changed the records")
	}
}

// testRedactAll: what was made of the records before they were redacted is gone, and cannot come back.
func testRedactAll(t *testing.T, s store.Store) {
	ctx := t.Context()
	c := &chain{stream: "a"}
	commit(t, s, store.Commit{Appends: []store.Append{c.appending(t, 2)}})
	if err := s.PutSnapshot(ctx, store.Snapshot{Stream: "a", Version: 2, Bytes: []byte("Alice")}); err != nil {
		t.Fatal(err)
	}
	commit(t, s, store.Commit{
		Appends: []store.Append{c.appending(t, 1)}, Redactions: []store.Redaction{{Stream: "a", Seq: 1}, {Stream: "a", Seq: 2}, {Stream: "a", Seq: 3}},
	})
	for _, r := range must(s.Load(ctx, "a", 0))(t) {
		if r.Openings != nil {
			t.Errorf("record %d still opens with %s", r.Seq, r.Openings)
		}
	}
	_, err := s.Snapshot(ctx, "a")
	wantErr(t, err, store.ErrNotFound)
	if err := s.PutSnapshot(ctx, store.Snapshot{Stream: "a", Version: 2, Bytes: []byte("Alice")}); err != nil {
		t.Fatal(err)
	}
	_, err = s.Snapshot(ctx, "a")
	wantErr(t, err, store.ErrNotFound)
	if err := s.PutSnapshot(ctx, store.Snapshot{Stream: "a", Version: 3, Bytes: []byte("nobody")}); err != nil {
		t.Fatal(err)
	}
	if got := must(s.Snapshot(ctx, "a"))(t); string(got.Bytes) != "nobody" {
		t.Errorf("the snapshot after the redaction is %q", got.Bytes)
	}
}

// testForget: what a delivery carried is removed once it has ended, and not before.
func testForget(t *testing.T, s store.Store) {
	ctx := t.Context()
	commit(t, s, store.Commit{
		Appends:    []store.Append{(&chain{stream: "a"}).appending(t, 1)},
		Deliveries: []store.Delivery{delivery("landed", "a"), delivery("queued", "a"), delivery("sending", "a")},
	})
	for _, id := range []string{"landed", "sending"} {
		if _, ok, err := s.Claim(ctx, id, "node", start, start.Add(time.Minute)); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	if err := s.Finish(ctx, "landed", 1, store.Landed, time.Time{}, []byte("Alice has it")); err != nil {
		t.Fatal(err)
	}
	commit(t, s, store.Commit{Forget: []string{"landed", "queued", "sending", "nothing"}})
	for _, d := range must(s.Deliveries(ctx, "a"))(t) {
		if gone := d.Payload == nil && d.Outcome == nil; gone != (d.ID == "landed") {
			t.Errorf("%s is %s and holds %q and %q", d.ID, d.State, d.Payload, d.Outcome)
		}
	}
}

// testBefore: the records of stream a are want.
func testBefore(t *testing.T, s store.Store, want []journal.Record) {
	t.Helper()
	for _, w := range []struct {
		before uint64
		limit  int
		kinds  []string
		seqs   []uint64
	}{
		{0, 2, nil, []uint64{5, 4}},
		{0, 9, nil, []uint64{5, 4, 3, 2, 1}},
		{4, 2, nil, []uint64{3, 2}},
		{1, 2, nil, nil},
		{1 << 40, 1, nil, []uint64{5}},
		{0, 0, nil, nil},
		{4, 9, []string{"noted", "other"}, []uint64{3, 2, 1}},
		{4, 9, []string{"other"}, nil},
	} {
		got := must(s.Before(t.Context(), "a", w.before, w.limit, w.kinds...))(t)
		if len(got) != len(w.seqs) {
			t.Errorf("%+v gave %d records", w, len(got))
			continue
		}
		for i, seq := range w.seqs {
			if !reflect.DeepEqual(got[i], want[seq-1]) {
				t.Errorf("%+v gave %+v, want record %d", w, got[i], seq)
			}
		}
	}
	if got := must(s.Before(t.Context(), "nowhere", 0, 9))(t); len(got) != 0 {
		t.Errorf("an unknown stream has %d records", len(got))
	}
}
