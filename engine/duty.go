package engine

import (
	"context"

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
	return incident.Urgent(now, lists...), nil
}
