package incident

import (
	"slices"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// merge ends an incident because it is the same event as another one, where everything goes on.
func (d *decider) merge(op OpMerge) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	if op.Into == nil || op.Into.ID == "" {
		return fault.New(fault.NotFound, "There is no such incident.")
	}
	if op.Into.ID == d.s.ID {
		return fault.New(fault.Invalid, "An incident cannot be merged into itself.").Instead("Name the other incident.")
	}
	why, err := words(op.Why, "reason", false)
	if err != nil {
		return err
	}
	for i := range d.s.Actions {
		if a := &d.s.Actions[i]; a.underWay() {
			return fault.New(fault.Conflict, "%s is being carried out in incident %s.", a.title(), d.s.ID).Instead("Wait until it has landed. Or merge the other incident into this one.")
		}
	}
	if hide := hiddenBeside(d.s, op.Into); len(hide) > 0 { // who must not know of the other must not learn of it here
		d.emit(EventRestricted{Hide: hide, By: who})
	}
	id := op.Into.ID
	d.emit(EventMerged{Into: id, By: who, Why: journal.Personal(why), Phase: d.s.Phase})
	d.withdrawDecisions("The incident was merged into " + id + "; what is to be decided is decided there.")
	d.endPages()
	d.endUpdates("The incident was merged into "+id+"; what is owed is owed there.", func(plan.Communication) bool { return true })
	return nil
}

// elsewhere says where a merged incident goes on.
func (s *State) elsewhere() error {
	return fault.New(fault.Conflict, "Incident %s was merged into %s at %s.", s.ID, s.Into.Incident, clock(s.Into.At)).
		Instead("Go on in %s. Or reopen %s, if it is an event of its own.", s.Into.Incident, s.ID)
}

// hiddenBeside lists those who see an incident and do not see another one.
func hiddenBeside(s, other *State) []string {
	return slices.DeleteFunc(other.unseen(), func(who string) bool { return !s.Sees(who) })
}

// absorb takes in an incident that is the same event.
func (d *decider) absorb(op OpAbsorb) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	from := op.From
	if from == nil || from.ID == "" {
		return fault.New(fault.NotFound, "There is no such incident.")
	}
	why, err := words(op.Why, "reason", false)
	if err != nil {
		return err
	}
	if err := d.mergeable(from); err != nil {
		return err
	}
	if err := d.hideAlso(from, who); err != nil {
		return err
	}
	e := d.together(from)
	e.By, e.Why = who, journal.Personal(why)
	taken := d.takes(from)
	e.Taken = len(taken)
	goes := d.goesOn(from)
	known := d.s.Issue != e.Issue
	d.emit(e)
	for _, f := range taken {
		d.emit(EventFinding{Finding: f})
	}
	d.distrustAlso(from, who)
	if goes {
		d.goBack(Validated, "Incident "+from.ID+" is the same event, and it goes on.")
	}
	d.joined(from)
	if known {
		d.beginProcedure()
		d.askDecisions()
	}
	d.escalateAgain()
	d.callOn(from)
	d.oweAnew()
	return nil
}

// mergeable says why another incident cannot be merged into this one.
func (d *decider) mergeable(from *State) error {
	switch {
	case from.ID == d.s.ID:
		return fault.New(fault.Invalid, "An incident cannot be merged into itself.").Instead("Name the other incident.")
	case from.Protocol != d.s.Protocol:
		return fault.New(fault.Invalid, "Incident %s is of another protocol than incident %s.", from.ID, d.s.ID).Instead("Work on each by itself; a note can name the other.")
	case (from.Exercise == nil) != (d.s.Exercise == nil):
		return fault.New(fault.Invalid, "Of %s and %s one is an exercise and the other is not.", from.ID, d.s.ID).Instead("Work on each by itself.")
	case from.Exercise != nil && !from.Exercise.same(d.s.Exercise):
		return fault.New(fault.Invalid, "%s and %s are different exercises.", from.ID, d.s.ID).Instead("Work on each by itself.")
	case d.s.Phase == Detected && from.Phase != Detected:
		return fault.New(fault.Conflict, "Incident %s is %s, and nobody has said that incident %s is real.", from.ID, from.Phase, d.s.ID).
			Instead("Merge %s into %s; or validate %s first.", d.s.ID, from.ID, d.s.ID)
	}
	if _, ok := d.p.Severity(from.Severity); !ok && from.Severity != "" && from.Severity != d.s.Severity {
		return fault.New(fault.Conflict, "The plan that incident %s runs by has no severity %q, which incident %s has.", d.s.ID, from.Severity, from.ID).
			Instead("Let the one that runs by the older plan take up the newer plan first.")
	}
	return nil
}

// together says what the incident is with another one in it.
func (d *decider) together(from *State) EventAbsorbed {
	e := EventAbsorbed{
		Incident: from.ID, Title: from.Title, Issue: d.s.Issue, Candidates: d.s.Candidates, Category: d.s.Category, Severity: d.s.Severity, Asset: d.s.Asset,
		Moments: from.Times(), Findings: len(from.standing()), Notes: len(from.Notes), Evidence: len(from.Evidence),
	}
	if d.p.Worse(from.Severity, e.Severity) {
		e.Severity = from.Severity
	}
	if e.Asset == "" {
		e.Asset = from.Asset
	}
	if issue, ok := d.p.Issue(from.Issue); ok && e.Issue == "" {
		e.Issue = issue.ID
		if e.Category == "" {
			e.Category = issue.Category
		}
	}
	if d.s.Phase == Detected {
		all := slices.Concat(d.s.Candidates, []string{d.s.Issue}, from.Candidates, []string{from.Issue})
		all = slices.DeleteFunc(all, func(id string) bool { _, ok := d.p.Issue(id); return !ok })
		if list := candidates(d.p, []Finding{{Issues: all}}); len(list) > 1 || len(d.s.Candidates) > 0 {
			e.Candidates = list
		}
	}
	return e
}

// release takes out again what an incident had brought that goes on by itself.
func (d *decider) release(op OpRelease) error {
	if d.s.AbsorbedFrom(op.Incident) == nil {
		return nil
	}
	d.emit(EventReleased(op))
	return nil
}
