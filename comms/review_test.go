package comms

import (
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/plan"
)

// What was decided otherwise than by those who have to agree is listed for review; a decision by the rule is not.
func TestReviewed(t *testing.T) {
	d := &report{p: &plan.Plan{CoreTeam: []plan.Person{{ID: "ada", Name: "Ada"}, {ID: "ben", Name: "Ben"}}}, s: &incident.State{}}
	d.reviewed(&incident.Decision{Approvals: []incident.Approval{{Person: "ada", Choice: "approve"}}})
	if d.String() != "" {
		t.Errorf("a decision by the rule is reviewed: %q", d.String())
	}
	d.reviewed(&incident.Decision{
		Overrides: []incident.Overriding{{Person: "ada", Why: "They sleep."}}, Anyway: &incident.Anyway{By: "ben", Why: "It drains."}, Withdrawn: &incident.Withdrawal{By: "ada", Why: "A test."},
		Subject: incident.Subject{Kind: incident.SubjectRejection, Ref: "decision-1"}, Proposer: "ben", Why: "The wrong vault.",
		Approvals: []incident.Approval{{Person: "ada", Denied: true, Attested: &incident.Attestation{By: "ben"}}},
	})
	for _, want := range []string{"Ada signed an override", "“They sleep.”", "Ben had it sent", "Ada withdrew it", "Ben wanted that what the Safe's owners had signed can never be carried out: “The wrong vault.”", "Ada never said what Ben attested."} {
		if !strings.Contains(d.String(), want) {
			t.Errorf("it does not say %q: %s", want, d.String())
		}
	}
}
