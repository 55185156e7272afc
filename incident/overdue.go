package incident

import (
	"fmt"
	"slices"
	"time"

	"tocsin/journal"
	"tocsin/plan"
)

// The levels of warnings that a step takes too long.
const (
	warnedOwner   = 1
	warnedManager = 2
)

// warnTime is when the next warning about a step is due; zero if none is.
func warnTime(s *State, v *StepView) time.Time {
	if v.Due.IsZero() || v.Optional || s.Phase.AtLeast(Resolved) {
		return time.Time{}
	}
	switch s.Step(v.ID).Warned {
	case 0:
		return v.Due
	case warnedOwner:
		return v.Due.Add(max(2*time.Minute, time.Duration(v.Budget)/2))
	}
	return time.Time{}
}

// tickSteps warns the owner of a step that takes longer than the plan allows, and the incident manager if it goes on.
func (d *decider) tickSteps() {
	for _, v := range course(d.p, d.s) {
		at := warnTime(d.s, &v)
		if at.IsZero() || d.now.Before(at) {
			continue
		}
		level := d.s.Step(v.ID).Warned + 1
		e := EventStepOverdue{Step: v.ID, Level: level, Due: v.Due}
		owner := d.s.Step(v.ID).By
		if _, ok := d.p.Person(owner); !ok {
			owner = ownerOf(d.p, d.s, v.Owner, d.now)
		}
		who := owner
		if level == warnedManager {
			who = d.s.Holder(RoleIncidentManager)
		}
		if level == warnedOwner || who != owner { // a manager who owns it has been told
			e.Calls = d.rings([]string{who}, 0, fmt.Sprintf("%s/overdue/%s/%d", d.s.ID, v.ID, d.s.Version+1))
		}
		d.emit(e)
	}
}

func stepTimes(p *plan.Plan, s *State) []time.Time {
	var ts []time.Time
	for _, v := range course(p, s) {
		ts = append(ts, warnTime(s, &v))
	}
	return ts
}

// rings makes one message to each of some people, over the n-th way to them; whoever cannot be reached is left out.
func (d *decider) rings(people []string, n int, name string) []Ring {
	var list []Ring
	for _, who := range people {
		ways := ladder(d.p, who)
		if who == "" || len(ways) == 0 || d.s.spares(who) || slices.ContainsFunc(list, func(r Ring) bool { return r.Person == who }) {
			continue
		}
		way := ways[n%len(ways)]
		list = append(list, Ring{Person: who, Delivery: name + "/" + who, Contact: way.Kind, To: journal.Personal(way.To)})
	}
	return list
}
