package deliver

import (
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// Whatever is done with a decision otherwise than by its rule is told in its own words, with the way to the decision; what the incident
// does not hold is not told.
func TestNotices(t *testing.T) {
	p := &plan.Plan{
		CoreTeam:  []plan.Person{{ID: "ada", Name: "Ada"}, {ID: "ben", Name: "Ben"}},
		Decisions: []plan.Decision{{ID: "pause", Name: "Pause the vault"}},
	}
	d := incident.Decision{
		ID: "decision-1", Decision: "pause", Withdrawn: &incident.Withdrawal{By: "ada", Why: "It was a test."}, Anyway: &incident.Anyway{By: "ada", Why: "It drains."},
		Overrides: []incident.Overriding{{Person: "ada", Why: "They sleep."}},
		Approvals: []incident.Approval{{Person: "ada", Denied: true, Attested: &incident.Attestation{By: "ben", Came: "email"}}},
	}
	for kind, want := range map[string]string{
		incident.EventWithdrawn{}.Kind():  "Ben, Ada withdrew what was asked: Pause the vault. “It was a test.”",
		incident.EventSentAnyway{}.Kind(): "Ben, Ada has it sent although the plan's rule is not met",
		incident.EventOverride{}.Kind():   "The plan's rule is being overridden: Pause the vault. Ada signed it. “They sleep.”",
		incident.EventDenied{}.Kind():     "Ada never said what Ben attested: Pause the vault. It does not count.",
	} {
		w := words{plan: p, state: &incident.State{ID: "i", Title: "Theft", Decisions: []incident.Decision{d}}, base: "https://tocsin.example", now: time.Now()}
		dp := incident.Dispatch{ID: "x", Kind: incident.DispatchNotice, Decision: "decision-1", Notice: kind, Person: "ben", Contact: "email", To: "ben@example.com"}
		m, ok := w.message(dp)
		if !ok || !strings.Contains(m.Body, want) || !m.Urgent || m.Link != "https://tocsin.example/incidents/i/decisions/decision-1" {
			t.Errorf("%s: %t, %+v", kind, ok, m)
		}
		w.state.Decisions = []incident.Decision{{ID: "decision-1", Decision: "pause"}}
		if m, ok := w.message(dp); ok {
			t.Errorf("%s of nothing: %+v", kind, m)
		}
	}
}
