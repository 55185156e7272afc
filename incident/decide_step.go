package incident

import (
	"slices"

	"tocsin/fault"
	"tocsin/journal"
)

func (d *decider) stepOf(id string) (*StepView, error) {
	for _, v := range course(d.p, d.s) {
		if v.ID == id {
			return &v, nil
		}
	}
	return nil, NoStep(d.p, d.s, id)
}

func (d *decider) beginStep(op OpBeginStep) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	v, err := d.stepOf(op.Step)
	if err != nil {
		return err
	}
	switch v.State {
	case StepNow, Failed:
	case StepToCome:
		return fault.New(fault.Conflict, "%s comes later: %s.", v.Name, v.Say)
	case NotTaken:
		return fault.New(fault.Conflict, "%s is not to be done: %s.", v.Name, v.Say).Instead("Change the answer to the question before it, if that was wrong.")
	case UnderWay:
		switch by := d.s.Step(v.ID).By; {
		case by == who:
			return fault.New(fault.Conflict, "You began %s at %s.", v.Name, clock(v.Begun))
		case by != op.From: // two who begin at the same time do not do it twice
			return fault.New(fault.Conflict, "%s began %s at %s.", v.By, v.Name, clock(v.Begun)).Instead("Take it over from them, if that is agreed.")
		}
	default:
		return fault.New(fault.Conflict, "%s is %s: %s, %s.", v.Name, v.State, v.By, clock(v.Ended))
	}
	if !d.s.Phase.AtLeast(Validated) && v.Purpose != "find" {
		return fault.New(fault.Conflict, "%s begins once the incident is validated.", v.Name).Instead("Say first whether it is real.")
	}
	d.emit(EventStepBegun{Step: v.ID, By: who})
	d.there(who)
	return nil
}

func (d *decider) endStep(op OpEndStep) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	v, err := d.stepOf(op.Step)
	if err != nil {
		return err
	}
	switch op.State {
	case Done, Skipped, Failed:
	default:
		return fault.New(fault.Invalid, "%q is not how a step ends.", op.State).Instead("Say %s, %s or %s.", Done, Skipped, Failed)
	}
	branch, err := answered(v.Step, op.State, op.Answer)
	if err != nil {
		return err
	}
	note, err := words(op.Note, "note", op.State != Done)
	if err != nil {
		return err
	}
	switch v.State {
	case StepToCome:
		return fault.New(fault.Conflict, "%s comes later: %s.", v.Name, v.Say)
	case NotTaken:
		return fault.New(fault.Conflict, "%s is not to be done: %s.", v.Name, v.Say).Instead("Change the answer to the question before it, if that was wrong.")
	case Done, Skipped:
		return fault.New(fault.Conflict, "%s ended at %s already: %s, by %s.", v.Name, clock(v.Ended), v.State, v.By)
	}
	if !d.s.Phase.AtLeast(Validated) {
		return fault.New(fault.Conflict, "%s cannot end before the incident is validated.", v.Name).Instead("Say first whether it is real.")
	}
	if op.State == Done {
		if v.Step.Action != "" {
			return fault.New(fault.Forbidden, "%s is done by Tocsin when its decision is met; a person cannot say that it is done.", v.Name).Instead("If somebody did it by other means, Tocsin sees the effect on the chain and records it; else skip the step and say why.")
		}
		if v.Step.Decision != "" && (v.Decision == nil || v.Decision.State != Met) {
			pd, _ := d.p.Decision(v.Step.Decision)
			return fault.New(fault.Forbidden, "%s needs the decision %s first.", v.Name, pd.Name)
		}
	}
	if a := v.Action; a != nil && a.underWay() && a.State != Ordered {
		return fault.New(fault.Conflict, "%s is being carried out.", v.Name).Instead("Wait until its transaction has landed.")
	}
	for _, a := range slices.Clone(d.s.Actions) {
		if a.Step == v.ID && a.State == Ordered {
			d.emit(EventActionFailed{ID: a.ID, Why: "The step was " + op.State + " by " + NameOf(d.p, who) + " before anything was signed."})
		}
	}
	d.emit(EventStepEnded{Step: v.ID, State: op.State, By: who, Note: journal.Personal(note)})
	for _, x := range slices.Clone(d.s.Decisions) {
		if op.State == Skipped && x.Subject.Step == v.ID && x.State == Open {
			d.emit(EventDecisionSettled{Decision: x.ID, State: Withdrawn, Say: "The step was skipped."})
		}
	}
	if branch.Answer != "" {
		d.lead(v.Step, branch, who, "")
	}
	d.there(who)
	return nil
}

// settleSteps ends the steps whose action has taken effect.
func (d *decider) settleSteps() {
	actions := slices.Clone(d.s.Actions)
	for i, a := range actions {
		if a.Step == "" {
			continue
		}
		if st, ok := d.p.Step(d.s.Procedure, a.Step); ok {
			if ids := parts(d.p, st.Action); len(ids) > 1 {
				d.settleTogether(a.Step, ids)
				continue
			}
		}
		st := d.s.Step(a.Step).State
		switch {
		case (a.State == Verified || a.State == Unneeded) && st != Done && st != Skipped:
			d.emit(EventStepEnded{Step: a.Step, State: Done, By: "Tocsin", Note: journal.Personal(sayAction(&a))})
		case a.State == Gone && st == UnderWay && !slices.ContainsFunc(actions[i+1:], func(b Action) bool { return b.Step == a.Step }): // nor tried anew
			d.emit(EventStepEnded{Step: a.Step, State: Failed, By: "Tocsin", Note: journal.Personal(a.Say)})
		}
	}
}
