package engine

import (
	"context"

	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
)

// Member is a person of one protocol's plan.
type Member struct{ Protocol, Person string }

// Duties lists what is somebody's to do now in all incidents of all protocols that they belong to, most urgent first: one list for a
// person who may have several identities. Incidents that are hidden from them owe them nothing.
func (e *Engine) Duties(ctx context.Context, as ...Member) ([]incident.Duty, error) {
	sums, err := e.List(ctx, true)
	if err != nil {
		return nil, err
	}
	now := e.now()
	var lists [][]incident.Duty
	for _, sum := range sums {
		for _, m := range as {
			if m.Protocol != sum.Protocol || sum.Phase.Over() || !sum.Sees(m.Person) {
				continue
			}
			v, err := e.ViewFor(ctx, sum.ID, m.Person)
			if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
				continue // it was hidden just now
			}
			if err != nil {
				return nil, err
			}
			lists = append(lists, incident.Duties(v.State, m.Person, incident.Todo(v.Plan, v.State, m.Person, v.State.Now(now))))
		}
	}
	promised, err := e.ExerciseDuties(ctx, as...)
	if err != nil {
		return nil, err
	}
	return incident.Urgent(now, append(lists, promised)...), nil
}

// ExerciseDuties lists what exercises have left somebody to do, whatever comes first: to say whether they come, what they promised, a
// report to read.
func (e *Engine) ExerciseDuties(ctx context.Context, as ...Member) ([]incident.Duty, error) {
	now := e.now()
	var lists [][]incident.Duty
	for _, m := range as {
		list, err := e.Exercises(ctx, m.Protocol)
		if err != nil {
			return nil, err
		}
		for _, sum := range list {
			if sum.Phase == exercise.Cancelled {
				continue
			}
			v, err := e.Session(ctx, sum.ID)
			if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Unavailable) {
				continue // its page says so
			}
			if err != nil {
				return nil, err
			}
			var owed []incident.Duty
			for _, t := range exercise.Todo(v.Plan, v.State, m.Person, now) {
				owed = append(owed, incident.Duty{Protocol: m.Protocol, Session: sum.ID, Name: sum.Title, Exercise: true, Person: m.Person, Task: t})
			}
			lists = append(lists, owed)
		}
	}
	return incident.Urgent(now, lists...), nil
}
