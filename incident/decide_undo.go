package incident

import (
	"slices"

	"tocsin/fault"
	"tocsin/journal"
)

// undoStep takes back a mistaken tick. What followed stays as it is, unless it cannot be undone: then the tick stays too.
func (d *decider) undoStep(op OpUndoStep) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	v, err := d.stepOf(op.Step)
	if err != nil {
		return err
	}
	why, err := words(op.Why, "reason", d.s.Phase.AtLeast(Contained))
	if err != nil {
		return err
	}
	switch {
	case v.State != Done && v.State != Skipped:
		return fault.New(fault.Conflict, "%s is %s; there is nothing to take back.", v.Name, stateWord(v.State))
	case v.State == Done && v.Step.Action != "":
		return fault.New(fault.Conflict, "%s was done by Tocsin and measured; it cannot be taken back.", v.Name).Instead("To undo what it did, ask for the action that undoes it.")
	case v.State == Done && v.Irreversible:
		return fault.New(fault.Conflict, "%s cannot be undone, as the plan says.", v.Name).Instead("Put a note into the timeline, or add a step.")
	case d.s.Phase.AtLeast(Resolved):
		return fault.New(fault.Conflict, "The incident is %s.", d.s.Phase).Instead("Reopen it first.")
	}
	if name := d.irreversibleAfter(v); name != "" {
		return fault.New(fault.Conflict, "%s has followed, and cannot be undone.", name).Instead("Put a note into the timeline, or add a step.")
	}
	d.emit(EventStepUndone{Step: v.ID, By: who, Why: journal.Personal(why)})
	d.withdrawPassed()
	if v.Purpose == purposeHalt && d.s.Phase == Contained && v.State == Done {
		d.goBack(Validated, "What was said to have stopped it had not been done.")
	}
	return nil
}

// irreversibleAfter names what followed a step and cannot be undone: a step that the plan says so of, or an action that may
// have changed the world. What followed is what waited for the step and began no sooner than it ended.
func (d *decider) irreversibleAfter(v *StepView) string {
	behind := []string{v.ID}
	last := map[string]string{}
	for _, w := range course(d.p, d.s) {
		after := w.After
		if len(after) == 0 && last[w.Track] != "" {
			after = []string{last[w.Track]}
		}
		last[w.Track] = w.ID
		if !slices.ContainsFunc(after, func(a string) bool { return slices.Contains(behind, a) }) {
			continue
		}
		behind = append(behind, w.ID)
		if w.Begun.Before(v.Ended) { // it did not wait, or nobody began it
			continue
		}
		if (w.State == UnderWay || w.State == Done) && w.Irreversible || w.Action != nil && w.Action.State != Gone {
			return w.Name
		}
	}
	return ""
}

// stateWord is a state of a step for a sentence.
func stateWord(state string) string {
	switch state {
	case UnderWay:
		return "under way"
	case StepNow, StepToCome:
		return "still to be done"
	case NotTaken:
		return "not to be done"
	}
	return state
}
