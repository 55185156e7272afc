package engine_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/store"
)

// TestRedactOrder removes texts for good, also from what other nodes hold in memory and from what was sent; the record holds.
func TestRedactOrder(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		a, b := start(t, st, "a", clock.now), start(t, st, "b", clock.now)
		id := fill(t, st, a, 600)
		say(t, a, id, "ben", incident.OpNote{Text: "Mallory rang from +1 555 0100"})
		say(t, a, id, "ben", incident.OpNote{Text: "The second node is slow"})
		if err := a.KeepSnapshot(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		old := view(t, b, id) // holds it in memory
		order := engine.RedactOrder{Incident: id, Containing: "mallory", Why: "She asked for it", Actor: as("ada")}
		if n, err := a.Redact(t.Context(), order); err != nil || n != 1 {
			t.Fatalf("%d texts were removed: %v", n, err)
		}
		if n, err := a.Redact(t.Context(), order); err != nil || n != 0 {
			t.Fatalf("the second time %d texts were removed: %v", n, err)
		}
		for _, e := range []*engine.Engine{a, b, start(t, st, "c", clock.now)} {
			v := view(t, e, id)
			text, err := json.Marshal(v.State)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(text, []byte("Mallory")) || bytes.Contains(exported(t, e, id), []byte("Mallory")) {
				t.Error("what was removed can still be read")
			}
			if !bytes.Contains(text, []byte("The second node is slow")) || v.Events != old.Events+1 || v.Kinds["redacted"] != 1 {
				t.Errorf("more was removed than was asked for; %d events, %v", v.Events, v.Kinds)
			}
			if r := export(t, e, id); !r.OK() || r.Redacted != 1 {
				t.Errorf("after it: %+v", r)
			}
		}
		if s, err := st.Snapshot(t.Context(), "incident/"+id); err == nil && bytes.Contains(s.Bytes, []byte("Mallory")) {
			t.Error("the snapshot still holds it")
		}
		same(t, view(t, b, id), view(t, a, id))
		say(t, b, id, "ben", incident.OpNote{Text: "It goes on"})
	})
}

// TestRedactAll removes everything about people from an incident that is over, and nothing while it goes on.
func TestRedactAll(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		e := start(t, st, "a", newClock().now)
		id := report(t, e).State.ID
		if err := e.Step(t.Context()); err != nil { // which carries the pages
			t.Fatal(err)
		}
		order := engine.RedactOrder{Incident: id, Why: "The time is over", Actor: as("ada")}
		_, err := e.Redact(t.Context(), order)
		want(t, err, fault.Conflict)
		say(t, e, id, "ada", incident.OpDismiss{Why: "It is nothing"})
		say(t, e, id, "ben", incident.OpDismiss{Why: "It is nothing"})
		order.Why = ""
		_, err = e.Redact(t.Context(), order)
		want(t, err, fault.Invalid)
		order.Why = "The time is over"
		if n, err := e.Redact(t.Context(), order); err != nil || n < 3 {
			t.Fatalf("%d texts were removed: %v", n, err)
		}
		for _, r := range records(t, view(t, e, id)) {
			if strings.Contains(string(r.Openings), "Money is gone") || strings.Contains(string(r.Openings), "@") {
				t.Errorf("record %d still opens with %s", r.Seq, r.Openings)
			}
		}
		sent, err := st.Deliveries(t.Context(), "incident/"+id)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range sent {
			if ended := d.State != store.Queued && d.State != store.Sending; ended != (d.Payload == nil) {
				t.Errorf("%s is %s and holds %s", d.ID, d.State, d.Payload)
			}
		}
		heads, err := st.Heads(t.Context(), "incident", false)
		if err != nil || len(heads) != 1 || bytes.Contains(heads[0].Summary, []byte("Money is gone")) {
			t.Errorf("the list still shows %s", heads[0].Summary)
		}
	})
}
