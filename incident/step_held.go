package incident

import (
	"slices"
	"time"

	"tocsin/plan"
)

// stepsHeld lists the steps of the running procedure and those added on the spot, each behind the step that it follows.
func stepsHeld(p *plan.Plan, s *State) []plan.Step {
	proc, _ := p.Procedure(s.Procedure)
	if len(s.Added) == 0 {
		return proc.Steps
	}
	steps := slices.Clone(proc.Steps)
	for _, a := range s.Added {
		// A track of its own: nothing that the plan orders waits for it.
		st := plan.Step{ID: a.ID, Name: a.Name, How: a.How, Owner: a.Owner, Track: a.ID}
		at := slices.IndexFunc(steps, func(x plan.Step) bool { return x.ID == a.After })
		if at < 0 {
			steps = append(steps, st)
			continue
		}
		st.After = []string{a.After}
		for at++; at < len(steps) && s.added(steps[at].ID) != nil; at++ { // behind those added before it
		}
		steps = slices.Insert(steps, at, st)
	}
	return steps
}

// stepNamed is the step with an id; if there is none, one that is named by the id.
func stepNamed(steps []plan.Step, id string) plan.Step {
	if st := find(steps, func(st *plan.Step) bool { return st.ID == id }); st != nil {
		return *st
	}
	return plan.Step{ID: id, Name: id}
}

// stepTitle is the name of a step of the running procedure, or else of one that ran before it.
func stepTitle(p *plan.Plan, s *State, id string) string {
	if steps := stepsHeld(p, s); slices.ContainsFunc(steps, func(x plan.Step) bool { return x.ID == id }) {
		return stepNamed(steps, id).Name
	}
	for i := range p.Procedures {
		if st, ok := p.Step(p.Procedures[i].ID, id); ok {
			return st.Name
		}
	}
	return id
}

// added is the step added on the spot with an id, nil if there is none.
func (s *State) added(id string) *Added {
	return find(s.Added, func(a *Added) bool { return a.ID == id })
}

func (s *State) evidenceOf(step string) []Evidence {
	var list []Evidence
	for _, e := range s.Evidence {
		if e.Step == step {
			list = append(list, e)
		}
	}
	return list
}

// stepDue is until when the plan allows time for a step: its budget from when it was begun or, if nobody has, from when it
// might have been. The clock does not run before the incident is validated, and not for what failed: somebody has to begin
// that again first.
func stepDue(s *State, v *StepView, after []string) time.Time {
	if v.Budget <= 0 || s.Phase.Over() {
		return time.Time{}
	}
	from := v.Begun
	if v.State == StepNow {
		from = s.Moments.Validated
		if from.IsZero() {
			return time.Time{}
		}
		for _, a := range after {
			if at := s.Step(a).Ended; at.After(from) {
				from = at
			}
		}
	} else if v.State != UnderWay {
		return time.Time{}
	}
	if s.Reopened.After(from) {
		from = s.Reopened
	}
	return from.Add(time.Duration(v.Budget))
}
