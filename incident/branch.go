package incident

import (
	"slices"
	"strings"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// notTaken are the steps that answers lead past: those between the question and where its answer leads, if that is on the
// question's track, and tracks that another answer would have begun, for they wait for the question. A step that waits for
// something else is done whatever the answer is.
func notTaken(steps []plan.Step, s *State) map[string]bool {
	passed := map[string]bool{}
	for i, st := range steps {
		b, ok := branchOf(st, s.Step(st.ID).Answer)
		if !ok || s.Step(st.ID).State != Done || b.Step == "" {
			continue
		}
		to := slices.IndexFunc(steps, func(x plan.Step) bool { return x.ID == b.Step })
		for k := i + 1; k < to; k++ {
			if steps[k].Track == st.Track && steps[to].Track == st.Track {
				passed[steps[k].ID] = true
			}
		}
		for _, other := range st.Question.Branches {
			first := slices.IndexFunc(steps, func(x plan.Step) bool { return x.ID == other.Step })
			if first < 0 || to < 0 || steps[first].Track == st.Track || steps[first].Track == steps[to].Track || !slices.Contains(steps[first].After, st.ID) {
				continue
			}
			for _, x := range steps[first:] {
				if x.Track == steps[first].Track {
					passed[x.ID] = true
				}
			}
		}
	}
	return passed
}

// branchOf is where an answer to a step's question leads; false if it is none of its answers.
func branchOf(st plan.Step, answer string) (plan.Branch, bool) {
	if st.Question == nil || answer == "" {
		return plan.Branch{}, false
	}
	for _, b := range st.Question.Branches {
		if b.Answer == answer {
			return b, true
		}
	}
	return plan.Branch{}, false
}

// answered checks the answer that comes with the end of a step.
func answered(st plan.Step, state, answer string) (plan.Branch, error) {
	if st.Question == nil || state != Done {
		if answer != "" {
			return plan.Branch{}, fault.New(fault.Invalid, "%s asks nothing that could be answered now.", st.Name)
		}
		return plan.Branch{}, nil
	}
	b, ok := branchOf(st, answer)
	if !ok {
		var may []string
		for _, b := range st.Question.Branches {
			may = append(may, "“"+b.Answer+"”")
		}
		return b, fault.New(fault.Invalid, "%s asks: %s", st.Name, st.Question.Ask).Instead("Answer with one of %s.", strings.Join(may, ", "))
	}
	return b, nil
}

// answerStep changes an answer. What was done on the way that it led is kept; what was asked for there and is not decided
// yet is withdrawn.
func (d *decider) answerStep(op OpAnswerStep) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	v, err := d.stepOf(op.Step)
	if err != nil {
		return err
	}
	why, err := words(op.Why, "reason", false)
	if err != nil {
		return err
	}
	if v.State != Done || v.Question == nil {
		return fault.New(fault.Conflict, "%s has no answer that could be changed.", v.Name)
	}
	if d.s.Phase.AtLeast(Resolved) {
		return fault.New(fault.Conflict, "The incident is %s.", d.s.Phase).Instead("Reopen it first.")
	}
	b, err := answered(v.Step, Done, op.Answer)
	if err != nil {
		return err
	}
	if b.Answer == v.Answer {
		return fault.New(fault.Conflict, "The answer is “%s” already.", b.Answer)
	}
	d.lead(v.Step, b, who, why)
	return nil
}

// lead records an answer and goes where it leads: on, past some steps, back to one, or to another procedure.
func (d *decider) lead(st plan.Step, b plan.Branch, who, why string) {
	d.emit(EventStepAnswered{Step: st.ID, Answer: b.Answer, Procedure: b.Procedure, By: who, Why: journal.Personal(why)})
	if b.Procedure != "" && b.Procedure != d.s.Procedure {
		d.withdrawDecisions("The answer to a question leads to another procedure.")
		d.emit(EventProcedureBegun{Procedure: b.Procedure})
		return
	}
	steps := stepsHeld(d.p, d.s)
	from := slices.IndexFunc(steps, func(x plan.Step) bool { return x.ID == b.Step })
	here := slices.IndexFunc(steps, func(x plan.Step) bool { return x.ID == st.ID })
	if from >= 0 && from <= here { // back: what lies between is done again, and the question asked again when its turn comes
		for _, x := range steps[from : here+1] {
			if x.Track == st.Track && x.Action == "" && !x.Irreversible && slices.Contains([]string{Done, Skipped}, d.s.Step(x.ID).State) {
				d.emit(EventStepUndone{Step: x.ID, By: who, Why: journal.Personal("The answer “" + b.Answer + "” leads back.")})
			}
		}
	}
	d.withdrawPassed()
}

// withdrawPassed withdraws what was asked for on steps that are not to be done now.
func (d *decider) withdrawPassed() {
	for _, v := range course(d.p, d.s) {
		if v.State != NotTaken && v.State != StepToCome {
			continue
		}
		for _, x := range d.s.Decisions {
			if x.Subject.Step == v.ID && (x.State == Open || d.s.waits(x)) {
				d.emit(EventDecisionSettled{Decision: x.ID, State: Withdrawn, Say: "Its step is not to be done now."})
			}
		}
	}
}
