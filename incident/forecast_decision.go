package incident

import (
	"slices"
	"time"

	"tocsin/decision"
	"tocsin/plan"
)

// Agreement is a decision that an issue asks for.
type Agreement struct {
	Decision plan.Decision
	For      []string        // names of the steps and messages that need it, in order
	Optional bool            // it is needed only for what may be left out
	Status   decision.Status // before anybody has answered
}

// AgreementsOf lists the decisions that the procedure of an issue and the messages about it need, in order, as they would stand
// if they were asked for at a time.
func AgreementsOf(p *plan.Plan, issue string, at time.Time) []Agreement {
	i, ok := p.Issue(issue)
	if !ok {
		return nil
	}
	var list []Agreement
	need := func(id, what string, optional bool) {
		d, ok := p.Decision(id)
		if !ok {
			return
		}
		n := slices.IndexFunc(list, func(a Agreement) bool { return a.Decision.ID == id })
		if n < 0 {
			n = len(list)
			list = append(list, Agreement{Decision: d, Optional: true, Status: decision.Tally(p, &d, nil, at, at, "")})
		}
		list[n].Optional = list[n].Optional && optional
		if !slices.Contains(list[n].For, what) {
			list[n].For = append(list[n].For, what)
		}
	}
	if r, ok := p.Procedure(i.Procedure); ok {
		for _, st := range r.Steps {
			need(st.Decision, st.Name, st.Optional)
		}
	}
	s := &State{Issue: i.ID, Category: i.Category, Severity: i.Severity}
	for _, c := range p.Communications {
		if concerns(c, s) {
			need(c.Approval, c.Name, false)
		}
	}
	return list
}
