package incident

import (
	"slices"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

func (d *decider) validate(op OpValidate) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	if d.s.Phase != Detected {
		return fault.New(fault.Conflict, "It was validated at %s.", clock(d.s.Moments.Validated))
	}
	note, err := words(op.Note, "note", false)
	if err != nil {
		return err
	}
	id := op.Issue
	if id == "" {
		id = d.s.Issue
	}
	e := EventValidated{By: who, Issue: id, Category: d.s.Category, Severity: d.s.Severity, Criteria: op.Criteria, Note: journal.Personal(note)}
	if id != "" {
		issue, ok := d.p.Issue(id)
		if !ok {
			return fault.New(fault.Invalid, "The plan names no issue %q.", id).Instead("Choose one of the plan's issues, or none.")
		}
		for _, c := range op.Criteria {
			if !slices.Contains(issue.Activation, c) {
				return fault.New(fault.Invalid, "%q is not one of the activation criteria of %s.", c, issue.Name)
			}
		}
		if id != d.s.Issue {
			e.Category = issue.Category
			if !d.p.SecondPerson(d.s.Severity) || d.p.Worse(issue.Severity, d.s.Severity) {
				e.Severity = issue.Severity // where lowering takes two, it is not lowered by the way
			}
		}
	}
	d.validated(e)
	return nil
}

func (d *decider) dismiss(op OpDismiss) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	if d.s.Phase != Detected && d.s.Phase != Validated {
		return fault.New(fault.Conflict, "An incident that is %s cannot be dismissed.", d.s.Phase).Instead("Resolve and close it.")
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	for _, a := range d.s.Actions {
		if a.underWay() {
			return fault.New(fault.Conflict, "%s is being carried out.", a.title()).Instead("Wait until it has landed.")
		}
	}
	if both, err := d.needSecond(whatDismiss, who, why, ""); err != nil || !both {
		return err
	}
	d.emit(EventDismissed{By: who, Why: journal.Personal(why)})
	d.withdrawDecisions("The incident was dismissed.")
	d.endPages()
	d.endUpdates("The incident was dismissed.", func(plan.Communication) bool { return true })
	return nil
}

func (d *decider) severity(op OpSeverity) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	to, ok := d.p.Severity(op.To)
	if !ok {
		return fault.New(fault.Invalid, "The plan names no severity %q.", op.To)
	}
	if to.ID == d.s.Severity {
		return fault.New(fault.Conflict, "The severity is %s already.", to.Name)
	}
	why, err := words(op.Why, "reason", false)
	if err != nil {
		return err
	}
	if d.p.Worse(d.s.Severity, to.ID) {
		if both, err := d.needSecond(whatLower, who, why, to.ID); err != nil || !both {
			return err
		}
	}
	raised := d.p.Worse(to.ID, d.s.Severity)
	d.emit(EventSeverity{To: to.ID, Why: journal.Personal(why)})
	if raised {
		d.escalateAgain()
	}
	d.oweAnew()
	return nil
}

func (d *decider) contain(op OpContain) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	if d.s.Phase != Validated {
		return fault.New(fault.Conflict, "The incident is %s.", d.s.Phase).Instead("Validate it first; a contained one needs nothing more.")
	}
	if m := d.measured(); m != "" {
		return fault.New(fault.Forbidden, "Whether this incident is contained is measured, not said: %s", m)
	}
	note, err := words(op.Note, "account of how it was stopped", true)
	if err != nil {
		return err
	}
	d.contained(NameOf(d.p, who) + " says: " + note)
	return nil
}

func (d *decider) reopen(op OpReopen) error {
	if _, err := d.person(); err != nil {
		return err
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	switch d.s.Phase {
	case Dismissed:
		d.goBack(Detected, why)
	case Merged:
		if d.s.Into.Phase == Detected {
			d.goBack(Detected, why)
		} else {
			d.goBack(Validated, why)
		}
	case Contained, Resolved, Closed:
		d.goBack(Validated, why)
	default:
		return fault.New(fault.Conflict, "The incident is %s: it is going on.", d.s.Phase)
	}
	return nil
}

// goBack makes an incident live again and calls the people again.
func (d *decider) goBack(to Phase, why string) {
	d.emit(EventReopened{Phase: to, Why: journal.Personal(why)})
	if d.cmd.Actor.Kind == journal.Person {
		d.there(d.cmd.Actor.ID)
	}
	d.endUpdates("The incident goes on.", func(c plan.Communication) bool {
		return c.Timing.From == momentResolution || c.Timing.From == momentContainment
	})
	d.beginProcedure()
	d.askDecisions()
	d.ringWorse(true)
	d.escalateAgain()
	d.oweAnew()
}
