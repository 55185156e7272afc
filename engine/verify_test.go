package engine_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// append1 writes an event of another release behind an incident.
func append1(t *testing.T, st store.Store, e *engine.Engine, id, kind string) {
	t.Helper()
	v := view(t, e, id)
	last := records(t, v)[v.Events-1]
	r, err := journal.Seal(last.Hash, journal.Envelope{
		Stream: last.Stream, Seq: last.Seq + 1, Kind: kind, KindV: 1, At: last.At, Actor: journal.Actor{Kind: journal.System},
	}, map[string]string{"new": "thing"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	head, err := st.Head(t.Context(), last.Stream)
	if err != nil {
		t.Fatal(err)
	}
	a := store.Append{
		Stream: last.Stream, Expect: last.Seq, Records: []journal.Record{r}, Kind: head.Kind, Protocol: head.Protocol, DueAt: last.At, Open: true, Summary: head.Summary,
	}
	if err := st.Commit(t.Context(), store.Commit{Appends: []store.Append{a}}); err != nil {
		t.Fatal(err)
	}
}

// TestNewerRelease shows an incident with an event that this release does not know, and decides nothing.
func TestNewerRelease(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		id := report(t, e).State.ID
		append1(t, st, e, id, "event-of-2031")
		for _, node := range []*engine.Engine{e, start(t, st, "b", clock.now)} {
			v := view(t, node, id)
			var unknown *incident.UnknownKind
			if !errors.As(v.ReadOnly, &unknown) || unknown.Kind != "event-of-2031" || v.State.Title == "" {
				t.Fatalf("read only because of %v", v.ReadOnly)
			}
			_, err := node.Do(t.Context(), id, incident.Command{Actor: as("ben"), Op: incident.OpValidate{}})
			want(t, err, fault.Unavailable)
			if err := node.Tick(t.Context()); err != nil {
				t.Errorf("the sweep stumbles over it: %v", err)
			}
			if len(list(t, node)) != 1 {
				t.Error("it is not listed")
			}
			if report := export(t, node, id); !report.OK() {
				t.Errorf("its export does not verify: %v", report.Failures)
			}
		}
	})
}

func export(t *testing.T, e *engine.Engine, id string) journal.Report {
	t.Helper()
	b := exported(t, e, id)
	r, err := journal.VerifyExport(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func exported(t *testing.T, e *engine.Engine, id string) []byte {
	t.Helper()
	x, err := e.Export(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := journal.WriteExport(&buf, x); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestExport(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		e := start(t, st, "a", newClock().now)
		v := report(t, e)
		id := v.State.ID
		approve(t, e, id, "ben", v.State.Decision("decision-1"))
		report := export(t, e, id)
		if !report.OK() || report.Incident != "incident/"+id || report.Protocol != "small" || report.Opened == 0 {
			t.Errorf("the export verifies as %+v", report)
		}
		x, err := e.Export(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for name, edit := range map[string]func(*journal.Export){
			"word": func(x *journal.Export) {
				x.Records[2].Bytes = bytes.Replace(x.Records[2].Bytes, []byte("ada"), []byte("ben"), 1)
			},
			"opening": func(x *journal.Export) {
				for i, r := range x.Records {
					if len(r.Openings) > 0 {
						x.Records[i].Openings = bytes.Replace(r.Openings, []byte("Money is gone"), []byte("Money is here"), 1)
					}
				}
			},
			"plan": func(x *journal.Export) { x.Canonical = bytes.Replace(x.Canonical, []byte("cyd"), []byte("dan"), 1) },
		} {
			y := x
			y.Records = make([]journal.Record, len(x.Records))
			for i, r := range x.Records {
				r.Bytes, r.Openings = bytes.Clone(r.Bytes), bytes.Clone(r.Openings)
				y.Records[i] = r
			}
			y.Canonical = bytes.Clone(x.Canonical)
			edit(&y)
			var buf bytes.Buffer
			if err := journal.WriteExport(&buf, y); err != nil {
				continue // not even to be written
			}
			if r, err := journal.VerifyExport(bytes.NewReader(buf.Bytes()), int64(buf.Len())); err == nil && r.OK() {
				t.Errorf("an edited %s verifies", name)
			}
		}
	})
}

// TestTamper changes each byte of one record in the store: the chain shows it, or the record cannot be read at all.
func TestTamper(t *testing.T) {
	st := open(t)
	e := start(t, st, "a", newClock().now)
	id := report(t, e).State.ID
	records, err := st.Load(t.Context(), "incident/"+id, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range records[3].Bytes {
		edited := &tampered{Store: st, seq: 4, at: i}
		loaded, err := edited.Load(t.Context(), "incident/"+id, 0)
		if err != nil {
			t.Fatal(err)
		}
		if journal.Verify(loaded) == nil {
			t.Fatalf("byte %d of record 4 was changed, and it verifies", i)
		}
	}
}

// tampered is a store in which one byte of one record was changed.
type tampered struct {
	store.Store
	seq uint64
	at  int
}

func (s *tampered) Load(ctx context.Context, stream string, after uint64) ([]journal.Record, error) {
	records, err := s.Store.Load(ctx, stream, after)
	for i := range records {
		if records[i].Seq == s.seq {
			records[i].Bytes = bytes.Clone(records[i].Bytes)
			records[i].Bytes[s.at] ^= 1
		}
	}
	return records, err
}

// TestRedact takes a text out for good: the record still verifies, and goes on.
func TestRedact(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		id := report(t, e).State.ID
		for _, r := range records(t, view(t, e, id)) {
			left, err := journal.Redact(r, func(_, value string) bool { return strings.Contains(value, "Money is gone") })
			if err != nil {
				t.Fatal(err)
			}
			if err := st.Commit(t.Context(), store.Commit{Redactions: []store.Redaction{{Stream: r.Stream, Seq: r.Seq, Openings: left}}}); err != nil {
				t.Fatal(err)
			}
		}
		next := start(t, st, "b", clock.now)
		v := view(t, next, id)
		if v.State.Notes[0].Text != "" || bytes.Contains(exported(t, next, id), []byte("Money is gone")) {
			t.Error("what was redacted can still be read")
		}
		say(t, next, id, "ben", incident.OpValidate{})
		if r := export(t, next, id); !r.OK() || r.Redacted != 1 {
			t.Errorf("after the redaction: %+v", r)
		}
	})
}
