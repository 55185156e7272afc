package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// grow opens an incident and writes into it until a snapshot is kept of it.
func grow(t testing.TB, st store.Store, e *engine.Engine) string {
	t.Helper()
	id := fill(t, st, e, 600)
	if err := e.KeepSnapshot(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	return id
}

// looking is a store that counts the records it hands out, and may have another snapshot.
type looking struct {
	store.Store
	records int
	bend    func(*store.Snapshot)
}

func (l *looking) Window(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	records, err := l.Store.Window(ctx, stream, after, limit)
	l.records += len(records)
	return records, err
}

func (l *looking) Snapshot(ctx context.Context, stream string) (store.Snapshot, error) {
	s, err := l.Store.Snapshot(ctx, stream)
	if err == nil && l.bend != nil {
		l.bend(&s)
	}
	return s, err
}

// same holds two views to being the same, in what they show and in what they do.
func same(t *testing.T, got, want *engine.View) {
	t.Helper()
	a, err := json.Marshal(got.State)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(want.State)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) || got.Events != want.Events || got.Head != want.Head || fmt.Sprint(got.Kinds) != fmt.Sprint(want.Kinds) {
		t.Errorf("the incident opens as\n%s\nwant\n%s", a, b)
	}
}

// TestSnapshot: an incident opens from its snapshot and what followed, as it would from all of its records.
func TestSnapshot(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		id := grow(t, st, e)
		say(t, e, id, "ben", incident.OpNote{Text: "After it"})
		seen := &looking{Store: st}
		b := start(t, seen, "b", clock.now)
		got := view(t, b, id)
		if n := seen.records - int(got.Events); n > 10 { // view itself reads them all
			t.Errorf("%d records were read to open it", n)
		}
		all := &looking{Store: st, bend: func(s *store.Snapshot) { s.Bytes = nil }}
		same(t, got, view(t, start(t, all, "c", clock.now), id))
		v := say(t, b, id, "ben", incident.OpValidate{})
		same(t, v, view(t, start(t, all, "d", clock.now), id))
		if r := export(t, b, id); !r.OK() {
			t.Errorf("its export does not verify: %v", r.Failures)
		}
		// A command that was carried out before the snapshot is still known.
		cmd := incident.Command{ID: "once", Actor: as("ben"), Op: incident.OpNote{Text: "Once"}}
		if v, err := b.Do(t.Context(), id, cmd); err != nil || v.State.Notes[len(v.State.Notes)-1].Text != "Once" {
			t.Fatal(err)
		}
	})
}

// TestSnapshotDoubted: a snapshot that is not of the record, or cannot be read, is as good as none.
func TestSnapshotDoubted(t *testing.T) {
	clock := newClock()
	st := open(t)
	e := start(t, st, "a", clock.now)
	id := grow(t, st, e)
	other := grow(t, st, e)
	strange, err := st.Snapshot(t.Context(), "incident/"+other)
	if err != nil {
		t.Fatal(err)
	}
	want := view(t, start(t, &looking{Store: st, bend: func(s *store.Snapshot) { s.Bytes = nil }}, "x", clock.now), id)
	for name, bend := range map[string]func(*store.Snapshot){
		"none":            func(s *store.Snapshot) { s.Bytes = nil },
		"no head":         func(s *store.Snapshot) { s.Bytes = []byte("?\n{}") },
		"cut off":         func(s *store.Snapshot) { s.Bytes = s.Bytes[:len(s.Bytes)-1] },
		"changed":         func(s *store.Snapshot) { s.Bytes = replaced(s.Bytes, `"severity":"`, `"severitx":"`) },
		"another release": func(s *store.Snapshot) { s.Bytes = replaced(s.Bytes, `"release":"`, `"release":"v9 `) },
		"another record":  func(s *store.Snapshot) { s.Bytes = turned(s.Bytes, `"record":"`) },
		"another version": func(s *store.Snapshot) { s.Version-- },
		"of the future":   func(s *store.Snapshot) { s.Version += 1000 },
		"of none":         func(s *store.Snapshot) { s.Version = 0 },
		"another's":       func(s *store.Snapshot) { s.Version, s.Bytes = strange.Version, strange.Bytes },
	} {
		t.Run(name, func(t *testing.T) {
			seen := &looking{Store: st, bend: bend}
			same(t, view(t, start(t, seen, "b", clock.now), id), want)
			if seen.records < 2*int(want.Events) {
				t.Errorf("only %d records were read: the snapshot was believed", seen.records)
			}
		})
	}
}

// replaced changes a text in bytes without changing what they belong to.
func replaced(b []byte, old, with string) []byte {
	return bytes.Replace(slices.Clone(b), []byte(old), []byte(with), 1)
}

// turned changes the character after a text.
func turned(b []byte, after string) []byte {
	b = slices.Clone(b)
	i := bytes.Index(b, []byte(after)) + len(after)
	if b[i] == '0' {
		b[i] = '1'
	} else {
		b[i] = '0'
	}
	return b
}

// TestSnapshotIsKept: a server keeps them by itself.
func TestSnapshotIsKept(t *testing.T) {
	st := &telling{Store: open(t), put: make(chan store.Snapshot, 8)}
	e := start(t, st, "a", nil)
	id := fill(t, st, e, 600)
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- e.Run(ctx) }()
	say(t, e, id, "ben", incident.OpNote{Text: "One more"})
	if s := <-st.put; s.Stream != "incident/"+id || s.Version < 600 {
		t.Errorf("a snapshot of %s was kept at %d", s.Stream, s.Version)
	}
	stop()
	if err := <-ran; err != nil {
		t.Fatal(err)
	}
}

// telling is a store that tells of snapshots.
type telling struct {
	store.Store
	put chan store.Snapshot
}

func (s *telling) PutSnapshot(ctx context.Context, n store.Snapshot) error {
	err := s.Store.PutSnapshot(ctx, n)
	select {
	case s.put <- n:
	default:
	}
	return err
}

// TestLatest reads an incident from its end, in windows, and only what a view has.
func TestLatest(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		e := start(t, st, "a", newClock().now)
		id := report(t, e).State.ID
		for i := range 5 {
			say(t, e, id, "ben", incident.OpNote{Text: fmt.Sprint("note ", i)})
		}
		v := view(t, e, id)
		say(t, e, id, "ben", incident.OpNote{Text: "after the view"})
		all := happened(t, v)
		var seqs []uint64
		for before := uint64(0); ; {
			list, err := v.Latest(t.Context(), before, 3)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range list {
				seqs = append(seqs, x.Seq)
				if !reflect.DeepEqual(x.Happened, all[x.Seq-1]) {
					t.Errorf("event %d is %+v, want %+v", x.Seq, x.Happened, all[x.Seq-1])
				}
				before = x.Seq
			}
			if len(list) < 3 {
				break
			}
		}
		slices.Reverse(seqs)
		for i, seq := range seqs {
			if seq != uint64(i+1) {
				t.Fatalf("the events read are %v", seqs)
			}
		}
		if len(seqs) != int(v.Events) || len(all) != int(v.Events) {
			t.Errorf("%d events were read, and %d, of %d", len(seqs), len(all), v.Events)
		}
		notes, err := v.Latest(t.Context(), 0, 2, "noted")
		if err != nil || len(notes) != 2 || notes[0].Event.(incident.EventNoted).Text != "note 4" {
			t.Errorf("the latest notes are %v, %v", notes, err)
		}
		if v.Kinds["noted"] != 6 || v.Kinds["opened"] != 1 {
			t.Errorf("the kinds are %v", v.Kinds)
		}
	})
	_, err := start(t, open(t), "a", nil).View(t.Context(), "nothing")
	want(t, err, fault.NotFound)
}
