package web

import (
	"slices"
	"time"

	"tocsin/exercise"
	"tocsin/incident"
	"tocsin/plan"
)

// ahead is what comes next on the exercise clock, to which it can be moved on.
type ahead struct {
	At  time.Time // exercise time
	Say string
}

// lead time before an update is due, so that there is time to write it.
const beforeUpdate = 5 * time.Minute

// aheadOf lists what comes: injects that have a time, steps that are expected by one, and updates that are owed, the earliest first.
func aheadOf(script []cue, steps []exercise.StepRow, states []*incident.State, p *plan.Plan, run int, shows time.Time) []ahead {
	var list []ahead
	add := func(at time.Time, say string) {
		if at.After(shows) {
			list = append(list, ahead{At: at, Say: say})
		}
	}
	for _, x := range script {
		if x.Given.IsZero() && !x.Due.IsZero() {
			add(x.Due, "then comes: "+x.Text)
		}
	}
	for _, r := range steps {
		if !r.Taken() && !r.Due.IsZero() {
			add(r.Due, "by then: "+r.Name)
		}
	}
	for _, x := range states {
		if x.Exercise == nil || x.Exercise.Run != run || x.Over() {
			continue
		}
		for i := range x.Updates {
			u := &x.Updates[i]
			if u.State != incident.Owed {
				continue
			}
			c, _ := p.Communication(u.Communication)
			add(u.Due.Add(-beforeUpdate), length(beforeUpdate)+" before the update is due: "+c.Name)
		}
	}
	slices.SortStableFunc(list, func(a, b ahead) int { return a.At.Compare(b.At) })
	return list
}

// next is the inject that comes by itself next; nil if none does.
func (p *moderatePage) next() *cue {
	var next *cue
	for i := range p.Script {
		if x := &p.Script[i]; x.Given.IsZero() && !x.Due.IsZero() && (next == nil || x.Due.Before(next.Due)) {
			next = x
		}
	}
	return next
}

// speeds are those that the moderator chooses from.
var speeds = []int{1, 10, 60}

// until is when the time ends that was planned.
func (p *moderatePage) until() time.Time { return p.Sheet.Begun.Add(time.Duration(p.Sheet.Length)) }
