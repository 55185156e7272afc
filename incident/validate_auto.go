package incident

import (
	"slices"

	"tocsin/plan"
)

// Tocsin is who did what nobody of the team did.
const tocsin = "Tocsin"

// ByItself is what an issue says that is validated by a finding of one of its detectors, and not by a person.
const byItself = "automatically"

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

// Validates reports whether a finding of a detector may say by itself that an issue is real: the plan wants it so, the detector can
// mean no other issue, and no outsider can cheaply set it off.
func Validates(p *plan.Plan, issue, detector string) bool {
	i, ok := p.Issue(issue)
	d, held := p.Detector(detector)
	return ok && held && i.Validate == byItself && Hard(d.Kind) && slices.Equal(p.IssuesOf(detector), []string{issue})
}

// Hard reports whether findings of a kind of detector are such that an outsider cannot cheaply cause them.
func Hard(kind string) bool { return kind == "state" || kind == "match" }

// validateByItself validates an incident that can be only one issue, if a finding is there that may. After a dismissal a person has
// to say it: somebody had looked and thought otherwise.
func (d *decider) validateByItself() {
	if d.s.Phase != Detected || !d.s.Reopened.IsZero() || d.s.Issue == "" {
		return
	}
	only := func(ids []string) bool {
		return !slices.ContainsFunc(ids, func(id string) bool { return id != d.s.Issue })
	}
	standing := d.s.standing()
	if !only(d.s.Candidates) || slices.ContainsFunc(standing, func(f Finding) bool { return !only(f.Issues) }) {
		return
	}
	for _, f := range standing {
		if len(f.Issues) == 1 && (f.Mode == "page" || f.Mode == modeAct) && Validates(d.p, d.s.Issue, f.Detector) {
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
