package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
	"tocsin/store/memory"
)

const day = 24 * time.Hour

// keeping makes an engine whose plan keeps texts of incidents for 30 days and those of reports for 7.
func keeping(t testing.TB, st store.Store, node string, clock func() time.Time) *engine.Engine {
	t.Helper()
	e := engine.New(engine.Options{Store: st, Node: node, Now: clock})
	p, files := small(t)
	p.Retention = plan.Retention{Incidents: plan.Duration(30 * day), Reports: plan.Duration(7 * day)}
	if _, err := e.Pin(t.Context(), p, files); err != nil {
		t.Fatal(err)
	}
	return e
}

func retain(t testing.TB, e *engine.Engine) {
	t.Helper()
	if err := e.Retain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func dismiss(t testing.TB, e *engine.Engine, id string) {
	t.Helper()
	say(t, e, id, "ada", incident.OpDismiss{Why: "It is nothing"})
	say(t, e, id, "ben", incident.OpDismiss{Why: "It is nothing"})
}

// texts counts the texts about people that a stream still holds.
func texts(t testing.TB, st store.Store, stream string) int {
	t.Helper()
	records, err := st.Load(t.Context(), stream, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := journal.Verify(records); err != nil {
		t.Errorf("%s does not verify: %v", stream, err)
	}
	n := 0
	for _, r := range records {
		if _, err := journal.Redact(r, func(_, value string) bool {
			if value != "" {
				n++
			}
			return true
		}); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// TestRetainIncidents: nothing goes before the plan's time, all of it after, once, and what is written later is kept as long.
func TestRetainIncidents(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		a, b := keeping(t, st, "a", clock.now), keeping(t, st, "b", clock.now)
		open, over := report(t, a).State.ID, report(t, a).State.ID
		attach(t, a, over, "ben", "ledger.txt", "Mallory took it")
		if err := a.Step(t.Context()); err != nil { // which carries the pages
			t.Fatal(err)
		}
		dismiss(t, a, over)
		held, going := texts(t, st, "incident/"+over), texts(t, st, "incident/"+open)
		clock.pass(30*day - time.Second)
		retain(t, a)
		if n := texts(t, st, "incident/"+over); n != held {
			t.Fatalf("%d of %d texts are left before their time", n, held)
		}
		view(t, b, over) // holds it in memory
		say(t, a, over, "ben", incident.OpNote{Text: "Mallory wrote again"})
		clock.pass(time.Second)
		retain(t, a)
		if n := texts(t, st, "incident/"+over); n != 1 {
			t.Fatalf("%d texts are left, want the one that is younger", n)
		}
		if n := texts(t, st, "incident/"+open); n != going {
			t.Errorf("%d of %d texts are left of the incident that goes on", n, going)
		}
		for _, e := range []*engine.Engine{a, b, keeping(t, st, "c", clock.now)} {
			v := view(t, e, over)
			text, err := json.Marshal(v.State)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(text, []byte("It is nothing")) || bytes.Contains(text, []byte("ledger.txt")) || !bytes.Contains(text, []byte("Mallory wrote again")) {
				t.Errorf("what is left is %s", text)
			}
			_, _, err = v.File(t.Context(), "evidence-1")
			want(t, err, fault.Expired)
			if r := export(t, e, over); !r.OK() {
				t.Errorf("after it: %v", r.Failures)
			}
		}
		sent, err := st.Deliveries(t.Context(), "incident/"+over)
		if err != nil || len(sent) == 0 {
			t.Fatal(sent, err)
		}
		for _, d := range sent {
			if ended := d.State != store.Queued && d.State != store.Sending; ended && d.Payload != nil {
				t.Errorf("%s is %s and holds %s", d.ID, d.State, d.Payload)
			}
		}

		last, err := st.Before(t.Context(), "incident/"+over, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		var ev incident.EventRedacted
		env, err := last[0].Open(&ev)
		if err != nil || env.Kind != "redacted" || env.Actor.Kind != journal.System || ev.By != "" || ev.Texts != held || ev.Rule != "retention.incidents" || fmt.Sprint(ev.Discarded) != "[evidence-1]" {
			t.Errorf("the record says %+v by %+v, %v", ev, env.Actor, err)
		}
		retain(t, a)
		retain(t, b)
		if v := view(t, b, over); v.Events != last[0].Seq {
			t.Errorf("done again, it made %d events", v.Events-last[0].Seq)
		}
		clock.pass(30 * day)
		retain(t, b)
		if n := texts(t, st, "incident/"+over); n != 0 {
			t.Errorf("%d texts are left of what was written later", n)
		}
	})
}

// TestRetainPortions: a long incident is not done in one go, and whoever dies halfway through has another go on.
func TestRetainPortions(t *testing.T) {
	over := stores
	if testing.Short() { // under the race detector; how portions are stored is seen without it
		over = func(t *testing.T, test func(*testing.T, store.Store)) { test(t, memory.New(nil)) }
	}
	over(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		dies := &dying{Store: st}
		a, b := keeping(t, dies, "a", clock.now), keeping(t, st, "b", clock.now)
		id := fill(t, st, a, 6000)
		dismiss(t, a, id)
		held := texts(t, st, "incident/"+id)
		clock.pass(31 * day)
		dies.after = 1
		if err := a.Retain(t.Context()); !errors.Is(err, errNodeDied) {
			t.Fatalf("it did not die: %v", err)
		}
		left := texts(t, st, "incident/"+id)
		if left == 0 || left >= held {
			t.Fatalf("%d of %d texts are left halfway", left, held)
		}
		clock.pass(time.Hour)
		retain(t, b) // it sees who holds the lease, and cannot know by the clock whether they live
		if n := texts(t, st, "incident/"+id); n != left {
			t.Errorf("%d of %d texts are left while another node may be at it", n, left)
		}
		clock.pass(2 * time.Minute)
		retain(t, b)
		if n := texts(t, st, "incident/"+id); n != 0 {
			t.Errorf("%d texts are left", n)
		}
		if n := count(view(t, b, id), "redacted"); n < 2 {
			t.Errorf("the record speaks of %d portions", n)
		}
		if r := export(t, b, id); !r.OK() {
			t.Errorf("after it: %v", r.Failures)
		}
	})
}

var errNodeDied = errors.New("the node died")

// dying is a store that redacts so often, and then not any more.
type dying struct {
	store.Store
	after int // 0: it lives
	done  int
}

func (d *dying) Commit(ctx context.Context, c store.Commit) error {
	if d.after > 0 && len(c.Redactions) > 0 {
		if d.done++; d.done > d.after {
			return errNodeDied
		}
	}
	return d.Store.Commit(ctx, c)
}

func (d *dying) Release(ctx context.Context, name, owner string) error {
	if d.after > 0 { // the dead give nothing up
		return nil
	}
	return d.Store.Release(ctx, name, owner)
}

// wrote is a report through the public form, of a detector that only observes.
func wrote(id string) engine.Observation {
	f := incident.Finding{ID: id, Detector: "form", Say: "Somebody reports.", Text: "Mallory took it", Contact: journal.Personal(id + "@example.com")}
	return engine.Observation{Protocol: "small", Findings: []incident.Finding{f}}
}

// TestRetainReports: what reports brought goes after its time, wherever the last pass ended, and is said once.
func TestRetainReports(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		dies := &dying{Store: st}
		a, b := keeping(t, dies, "a", clock.now), keeping(t, st, "b", clock.now)
		observe := func(id string) {
			t.Helper()
			if err := b.Observe(t.Context(), wrote(id)); err != nil {
				t.Fatal(err)
			}
		}
		observe("r1")
		clock.pass(3 * day)
		observe("r2")
		clock.pass(4*day - time.Second)
		retain(t, a)
		if n := texts(t, st, "findings/small"); n != 4 {
			t.Fatalf("%d texts are left before their time", n)
		}
		clock.pass(time.Second)
		retain(t, a)
		if n := texts(t, st, "findings/small"); n != 2 {
			t.Fatalf("%d texts are left, want those of the younger report", n)
		}
		retain(t, b)
		clock.pass(3 * day)
		dies.after, dies.done = 1, 1
		if err := a.Retain(t.Context()); !errors.Is(err, errNodeDied) {
			t.Fatalf("it did not die: %v", err)
		}
		retain(t, b) // the other one's lease has not run out
		if n := texts(t, st, "findings/small"); n != 2 {
			t.Errorf("%d texts are left while another node is at it", n)
		}
		clock.pass(2 * time.Minute)
		retain(t, b)
		retain(t, b)
		if n := texts(t, st, "findings/small"); n != 0 {
			t.Errorf("%d texts are left", n)
		}
		said, err := st.Before(t.Context(), "findings/small", 0, 9, "redacted")
		if err != nil || len(said) != 2 || !strings.Contains(string(said[0].Bytes), `"rule":"retention.reports"`) || !strings.Contains(string(said[0].Bytes), `"texts":2`) {
			t.Errorf("the record says %v, %v", said, err)
		}
		page, err := b.Findings(t.Context(), "small", engine.FindingQuery{})
		if err != nil || len(page.Findings) != 2 || page.Findings[0].Say != "Somebody reports." || page.Findings[0].Text+page.Findings[0].Contact != "" {
			t.Errorf("the findings are %+v, %v", page, err)
		}
	})
}

// TestRedactFinding removes the texts of one finding.
func TestRedactFinding(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		e := start(t, st, "a", newClock().now)
		for _, id := range []string{"r1", "r2"} {
			if err := e.Observe(t.Context(), wrote(id)); err != nil {
				t.Fatal(err)
			}
		}
		follow(t, e, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)).see(found("f1"))
		order := engine.RedactFindingOrder{Protocol: "small", Finding: "r1", Why: "She asked for it", Actor: as("ada")}
		if n, err := e.RedactFinding(t.Context(), order); err != nil || n != 2 {
			t.Fatalf("%d texts were removed: %v", n, err)
		}
		if n, err := e.RedactFinding(t.Context(), order); err != nil || n != 0 {
			t.Fatalf("the second time %d texts were removed: %v", n, err)
		}
		if n := texts(t, st, "findings/small"); n != 2 {
			t.Errorf("%d texts are left, want those of the other", n)
		}
		order.Finding = "f1"
		_, err := e.RedactFinding(t.Context(), order)
		want(t, err, fault.Conflict)
		order.Finding = "nothing"
		_, err = e.RedactFinding(t.Context(), order)
		want(t, err, fault.NotFound)
		order.Finding, order.Why = "r2", " "
		_, err = e.RedactFinding(t.Context(), order)
		want(t, err, fault.Invalid)
	})
}

// TestRetainMerged: what was merged is kept as long as the incident that it goes on in, and goes with it.
func TestRetainMerged(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := keeping(t, st, "a", clock.now)
		from, into := pair(t, e, follow(t, e, clock.now().Add(365*day)))
		merge(t, e, "ada", from, into)
		held := texts(t, st, "incident/"+from)
		clock.pass(60 * day)
		retain(t, e)
		if n := texts(t, st, "incident/"+from); n != held || n == 0 {
			t.Fatalf("%d of %d texts are left while the other goes on", n, held)
		}
		dismiss(t, e, into)
		clock.pass(30 * day)
		retain(t, e)
		if a, b := texts(t, st, "incident/"+from), texts(t, st, "incident/"+into); a+b != 0 {
			t.Errorf("%d and %d texts are left", a, b)
		}
	})
}
