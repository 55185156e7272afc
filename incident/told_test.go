package incident_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// TestWhoIsToldWhen lets incidents of every category and severity run their course: who is called or told at each moment, and
// how. Everybody called comes before the next moment. "team" is on call.
func TestWhoIsToldWhen(t *testing.T) {
	both := []plan.Contact{{Kind: "phone", To: "+1999555001"}, {Kind: "email", To: "x@example.com"}}
	p := &plan.Plan{
		Protocol:   "p",
		Severities: []plan.Severity{{ID: "high", Page: []string{"on-call"}}, {ID: "low"}},
		Categories: []plan.Category{{ID: "attack"}, {ID: "network"}},
		CoreTeam: []plan.Person{
			{ID: "ann", Contact: both, Categories: []string{"attack"}},
			{ID: "ben", Contact: both, Categories: []string{"network"}},
			{ID: "cat", Contact: both},
		},
		ExtendedTeam: []plan.Person{
			{ID: "law", Contact: both},
			{ID: "net", Contact: both, Categories: []string{"network"}},
			{ID: "firm", Body: true, Contact: both},
			{ID: "duty", Contact: both},
		},
		Rotas: []plan.Rota{{ID: "on-call", Start: plan.Date{Time: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}, Members: []string{"duty"}}},
		Escalation: plan.Escalation{Rounds: 1, Rules: []plan.EscalationRule{
			{Categories: []string{"attack"}, Severities: []string{"high"}, Core: "detection", Extended: "validation"},
			{Categories: []string{"attack"}, Severities: []string{"low"}, Core: "validation", Extended: "resolution", Who: []string{"on-call"}},
			{Categories: []string{"network"}, Core: "containment", Extended: "resolution", Who: []string{"on-call"}, When: "detection"},
		}},
	}
	for _, c := range p.Categories {
		for _, s := range p.Severities {
			id := c.ID + "-" + s.ID
			p.Issues = append(p.Issues, plan.Issue{ID: id, Name: id, Category: c.ID, Severity: s.ID})
		}
	}
	for issue, want := range map[string]string{
		// Those of the category, whoever answers for all, and who is on call; no body; the rest of the plan as it is reached.
		"attack-high":  "detection: ann phone, cat phone, duty phone; validation: law phone; containment: ; resolution: ",
		"attack-low":   "detection: duty phone, ann phone, cat phone; validation: ; containment: ; resolution: law email",
		"network-high": "detection: duty phone, ben phone, cat phone; validation: ; containment: ; resolution: law email, net email",
		"network-low":  "detection: duty phone, ben phone, cat phone; validation: ; containment: ; resolution: law email, net email",
	} {
		w := newWorld(t, p)
		var say []string
		moment := func(name, who string, op incident.Op) {
			t.Helper()
			var calls []string
			list := must(t, w, who, op)
			for _, h := range list {
				if e, ok := h.Event.(incident.EventPageRung); ok {
					i := slices.IndexFunc(w.state.Pages, func(pg incident.Page) bool { return pg.ID == e.Page })
					calls = append(calls, w.state.Pages[i].Person+" "+e.Contact)
				}
			}
			say = append(say, name+": "+strings.Join(calls, ", "))
			for _, pg := range slices.Clone(w.state.Pages) {
				if pg.State == incident.Ringing {
					must(t, w, pg.Person, incident.OpAnswer{Answer: incident.Coming})
				}
			}
		}
		f := incident.Finding{ID: "f", Detector: "d", Issues: []string{issue}, At: w.now, Say: "It happens."}
		moment("detection", "detector", incident.OpOpen{ID: "i", Protocol: "p", Issue: issue, Findings: []incident.Finding{f}})
		moment("validation", "cat", incident.OpValidate{})
		moment("containment", "cat", incident.OpContain{Note: "It has stopped."})
		moment("resolution", "cat", incident.OpResolve{})
		if got := strings.Join(say, "; "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", issue, got, want)
		}
	}
}

// TestToldOnceAfterContainment is for a notice: it goes out over one way that rings nobody, once, and nobody is called in the
// place of who does not answer it.
func TestToldOnceAfterContainment(t *testing.T) {
	p := loadPlan(t, "testdata/muster/plan")
	w := newWorld(t, p)
	must(t, w, "ada", incident.OpOpen{ID: "i", Protocol: "p", Title: "Something is wrong", Text: "Look"})
	for _, pg := range slices.Clone(w.state.Pages) {
		if pg.State == incident.Ringing {
			must(t, w, pg.Person, incident.OpAnswer{Answer: incident.Coming})
		}
	}
	must(t, w, "ada", incident.OpValidate{})
	must(t, w, "ada", incident.OpContain{Note: "It has stopped."})
	for range 20 {
		due := incident.NextDue(p, w.state)
		if due.IsZero() {
			break
		}
		w.now = due
		must(t, w, "clock", incident.OpTick{})
	}
	var lou []string
	for _, pg := range w.state.Pages {
		if pg.Person != "lawyer" {
			continue
		}
		lou = append(lou, pg.State)
		for _, c := range pg.Calls {
			lou = append(lou, c.Contact)
		}
	}
	if got := fmt.Sprint(lou); got != "[exhausted email]" {
		t.Errorf("Lou is told %s, want once by mail", got)
	}
}

// must carries a command out.
func must(t *testing.T, w *world, who string, op incident.Op) []incident.Happened {
	t.Helper()
	list, err := w.do(incident.Command{Actor: actorOf(who), Op: op})
	if err != nil {
		t.Fatalf("%s: %T: %v", who, op, err)
	}
	return list
}
