package incident

import (
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// resolve ends the work of an incident once its conditions are met, or in spite of what is missing. It may take two.
func (d *decider) resolve(op OpResolve) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	switch d.s.Phase {
	case Contained:
	case Resolved:
		return fault.New(fault.Conflict, "It was resolved at %s.", clock(d.s.Moments.Resolved))
	default:
		return fault.New(fault.Conflict, "An incident that is only %s cannot be resolved.", d.s.Phase).Instead("It must be contained first.")
	}
	note, err := words(op.Note, "note", false)
	if err != nil {
		return err
	}
	despite, err := words(op.Despite, "reason", false)
	if err != nil {
		return err
	}
	absent, err := d.absent(op.Absent)
	if err != nil {
		return err
	}
	missing := Unresolved(d.p, d.s, absent)
	what, why := whatResolve, note
	if len(missing) > 0 {
		if despite == "" {
			return d.lacking("resolve", missing)
		}
		what, why = whatResolveDespite, despite
	} else {
		despite = ""
		if x := find(d.s.Seconds, func(x *Second) bool { return x.What == whatResolveDespite && x.By != who }); x != nil {
			what = whatResolveDespite // whoever wanted it in spite of what was missing wants it now
		}
	}
	if both, err := d.needSecond(what, who, why, ""); err != nil || !both {
		return err
	}
	d.emit(EventResolved{By: who, Note: journal.Personal(note), Absent: absent, Missing: missing, Despite: journal.Personal(despite)})
	d.endPages()
	d.endUpdates("The incident is resolved.", func(c plan.Communication) bool { return c.Timing.Every > 0 })
	d.escalate(momentResolution)
	d.owe(momentResolution)
	return nil
}

// close ends a resolved incident once all that is owed has been published. In spite of what is missing it may take two.
func (d *decider) close(op OpClose) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	if d.s.Phase != Resolved {
		return fault.New(fault.Conflict, "An incident that is %s cannot be closed.", d.s.Phase).Instead("Resolve it first.")
	}
	for _, a := range d.s.Actions {
		if a.underWay() {
			return fault.New(fault.Conflict, "%s is being carried out.", a.title()).Instead("Wait until it has landed.")
		}
	}
	note, err := words(op.Note, "note", false)
	if err != nil {
		return err
	}
	despite, err := words(op.Despite, "reason", false)
	if err != nil {
		return err
	}
	missing := Unclosed(d.p, d.s)
	if len(missing) > 0 {
		if despite == "" {
			return d.lacking("close", missing)
		}
		if both, err := d.needSecond(whatCloseDespite, who, despite, ""); err != nil || !both {
			return err
		}
	} else {
		despite = ""
	}
	d.emit(EventClosed{By: who, Note: journal.Personal(note), Missing: missing, Despite: journal.Personal(despite)})
	d.endPages()
	d.withdrawDecisions("The incident is closed.")
	d.endUpdates("The incident is closed.", func(plan.Communication) bool { return true })
	return nil
}
