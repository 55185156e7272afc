package incident

import (
	"slices"

	"tocsin/plan"
)

// Tocsin is who did what nobody of the team did.
const tocsin = "Tocsin"

// foundBy says which detector found something, and what.
func foundBy(p *plan.Plan, s *State, id string) string {
	f := find(s.Findings, func(f *Finding) bool { return f.ID == id })
	if f == nil {
		return "a detector found it."
	}
	name := f.Detector
	if d, ok := p.Detector(f.Detector); ok && d.Name != "" {
		name = d.Name
	}
	return "the detector " + name + " found it. " + f.Say
}

// validateByItself validates an incident that can be only one issue, if a finding is there that may. After a dismissal a person has
// to say it: somebody had looked and thought otherwise.
func (d *decider) validateByItself() {
	if d.s.Phase != Detected || !d.s.Reopened.IsZero() || d.s.Issue == "" {
		return
	}
	only := func(ids []string) bool {
		return !slices.ContainsFunc(ids, func(id string) bool { return id != d.s.Issue })
	}
	standing := d.s.harm()
	if !only(d.s.Candidates) || slices.ContainsFunc(standing, func(f Finding) bool { return !only(f.Issues) }) {
		return
	}
	for _, f := range standing {
		if len(f.Issues) == 1 && (f.Mode == "page" || f.Mode == modeAct) && d.p.Validates(d.s.Issue, f.Detector) {
			d.validated(EventValidated{By: tocsin, Issue: d.s.Issue, Category: d.s.Category, Severity: d.s.Severity, Finding: f.ID})
			return
		}
	}
}

// validated records that the incident is real, and draws what follows.
func (d *decider) validated(e EventValidated) {
	before := d.s.Procedure
	d.emit(e)
	if e.By != tocsin {
		d.there(e.By)
	}
	if issue, ok := d.p.Issue(e.Issue); ok && issue.Procedure != before && d.s.Led == "" {
		d.withdrawDecisions("The incident is another issue than was thought.")
		d.beginProcedure()
		d.askDecisions()
	}
	d.escalate(momentValidation)
	d.escalateAgain()
	d.oweAnew()
}
