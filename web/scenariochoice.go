package web

import (
	"strings"

	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/exercise/library"
	"tocsin/fault"
	"tocsin/plan"
)

// choices are the scenarios that fit the plan: its own, then those of the library.
func choices(p *plan.Plan, s *exercise.State) []scenarioChoice {
	var list []scenarioChoice
	add := func(x plan.Scenario, misfits []library.Misfit, ofLibrary bool) {
		if library.Fails(misfits) || x.Opening == "" {
			return
		}
		c := scenarioChoice{ID: x.ID, Name: x.Name, Library: ofLibrary}
		for _, m := range misfits {
			c.Misfits = append(c.Misfits, m.String())
		}
		for i := range s.Runs {
			c.Played = c.Played || s.Runs[i].Scenario.ID == x.ID && s.Runs[i].Outcome == exercise.Completed
		}
		list = append(list, c)
	}
	for _, own := range p.Exercises.Scenarios {
		bound, misfits := library.Scenario(p, own)
		add(bound, misfits, false)
	}
	for _, x := range library.Scripts() {
		if _, own := p.Scenario(x.ID); !own {
			bound, misfits := library.Bind(p, x, nil)
			add(bound, misfits, true)
		}
	}
	return list
}

// chosen chooses a scenario by its id, as it is played with the plan, and the world that it is played in. Only the moderator is told why
// one does not fit.
func (c *Console) chosen(v *engine.ExerciseView, person, id, asked string) (exercise.Op, error) {
	if !v.State.Moderates(person) {
		return exercise.OpChoose{}, nil // the core says who may
	}
	p := v.Plan
	bound, misfits := plan.Scenario{}, []library.Misfit(nil)
	if own, ok := p.Scenario(id); ok {
		bound, misfits = library.Scenario(p, own)
	} else if x, ok := library.Find(id); ok {
		bound, misfits = library.Bind(p, x, nil)
	} else {
		return nil, fault.New(fault.NotFound, "There is no scenario %q.", id).Instead("Choose one of those offered.")
	}
	op := exercise.OpChoose{Scenario: bound, Library: bound.From}
	for _, m := range misfits {
		op.Misfits = append(op.Misfits, m.String())
	}
	if library.Fails(misfits) {
		return nil, fault.New(fault.Invalid, "The scenario %q does not fit this plan.", bound.Name).Instead("%s", strings.Join(op.Misfits, " "))
	}
	world, why, err := c.worldFor(p, asked, bound.Live)
	if op.World = world; why != "" {
		op.Misfits = append(op.Misfits, why)
	}
	return op, err
}

// suggested is the scenario that is offered first: the first that was not played in this session.
func (p *moderatePage) suggested() string {
	for _, x := range p.Choices {
		if !x.Played && (p.Run == nil || p.Run.Scenario.ID != x.ID) {
			return x.ID
		}
	}
	return ""
}
