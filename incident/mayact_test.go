package incident_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// acting is the small plan with a detector that may act: alone, for a reason, or together with another.
func acting(t *testing.T, reason, together string) *plan.Plan {
	t.Helper()
	p, _, err := plan.Load(os.DirFS("testdata/plan"))
	if err != nil {
		t.Fatal(err)
	}
	p.Detectors[0].Mode, p.Detectors[0].ActReason, p.Detectors[0].ActTogether = "act", reason, together
	return p
}

// watch is an incident that findings are reported to.
type watch struct {
	t     *testing.T
	plan  *plan.Plan
	state *incident.State
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// a is a finding of a detector some time after noon.
func a(id, detector, mode string, after time.Duration, issues ...string) incident.Finding {
	if issues == nil {
		issues = []string{"theft"}
	}
	return incident.Finding{ID: id, Detector: detector, Mode: mode, Issues: issues, Asset: "vault", Chain: 31337, At: noon.Add(after), Say: "Money leaves.", Act: "because it says so"}
}

func (w *watch) do(op incident.Op) {
	w.t.Helper()
	events, err := incident.Decide(w.plan, w.state, incident.Command{Actor: journal.Actor{Kind: journal.Detector, ID: "x"}, Op: op}, noon)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range events {
		w.state.Apply(incident.Happened{Event: e, At: noon})
	}
}

// see reports findings at once, the first of them opening the incident.
func (w *watch) see(fs ...incident.Finding) {
	w.t.Helper()
	if w.state == nil {
		w.state = &incident.State{}
		w.do(incident.OpOpen{ID: "1", Protocol: "small", Findings: fs})
		return
	}
	w.do(incident.OpFind{Findings: fs})
}

// recorded is what was recorded of whether a finding may act.
func (w *watch) recorded(id string) string {
	for _, f := range w.state.Findings {
		if f.ID == id {
			return f.Act
		}
	}
	w.t.Fatalf("there is no finding %s", id)
	return ""
}

func (w *watch) may(id string) string {
	for _, f := range w.state.Findings {
		if f.ID == id {
			return incident.MayAct(w.plan, w.state, f)
		}
	}
	return ""
}

func TestMayActForAReason(t *testing.T) {
	w := &watch{t: t, plan: acting(t, "Only a thief can do this", "")}
	w.see(a("d1", "drain", "act", 0), a("o1", "odd", "page", 0), a("d2", "drain", "page", 0))
	if got := w.recorded("d1"); got != "The plan says why it needs no second detector: Only a thief can do this" {
		t.Errorf("of d1: %q", got)
	}
	if w.recorded("o1") != "" || w.recorded("d2") != "" {
		t.Errorf("what pages may act: %q, %q", w.recorded("o1"), w.recorded("d2"))
	}
	w.plan = acting(t, "", "") // a plan without the reason came into force meanwhile
	if got := w.may("d1"); got != "" {
		t.Errorf("without the reason: %q", got)
	}
	w.plan.Detectors[0].Mode, w.plan.Detectors[0].ActReason = "page", "Only a thief can do this"
	if got := w.may("d1"); got != "" {
		t.Errorf("a detector that pages by now: %q", got)
	}
}

func TestMayActTogether(t *testing.T) {
	agrees := "The detector Oddity agrees: it found something at 12:03:00 UTC."
	w := &watch{t: t, plan: acting(t, "", "odd")}
	w.see(a("d1", "drain", "act", 0))
	if got := w.recorded("d1"); got != "" {
		t.Fatalf("alone: %q", got)
	}
	w.see(a("d2", "drain", "act", time.Minute)) // the same one again is no second
	w.see(a("o0", "odd", "page", 0, "outage"))  // of another issue
	if got := w.may("d2"); got != "" {
		t.Fatalf("with itself, or of another issue: %q", got)
	}
	w.see(a("o1", "odd", "page", 3*time.Minute))
	if w.may("d1") != agrees || w.may("d2") != agrees {
		t.Errorf("agreed upon later: %q, %q", w.may("d1"), w.may("d2"))
	}
	w.see(a("d3", "drain", "act", 13*time.Minute), a("d4", "drain", "act", 13*time.Minute+time.Second))
	if w.recorded("d3") != agrees || w.recorded("d4") != "" {
		t.Errorf("ten minutes after: %q, later: %q", w.recorded("d3"), w.recorded("d4"))
	}
	w.do(incident.OpRetract{IDs: []string{"o1", "d3"}, Why: "Its block is gone."})
	if w.may("d1") != "" || w.may("d3") != "" {
		t.Errorf("taken back: %q, %q", w.may("d1"), w.may("d3"))
	}
}

// Both come in one block, whichever comes first.
func TestMayActAtOnce(t *testing.T) {
	for _, open := range []bool{true, false} {
		w := &watch{t: t, plan: acting(t, "", "odd")}
		if !open {
			w.see(a("x", "drain", "page", -time.Hour))
		}
		w.see(a("d1", "drain", "act", 0), a("o1", "odd", "page", 0))
		if got := w.recorded("d1"); !strings.HasPrefix(got, "The detector Oddity agrees") {
			t.Errorf("opening %t: %q", open, got)
		}
	}
	w := &watch{t: t, plan: acting(t, "", "drain")}
	w.see(a("d1", "drain", "act", 0), a("d2", "drain", "act", 0))
	if got := w.recorded("d1"); got != "" {
		t.Errorf("together with itself: %q", got)
	}
}
