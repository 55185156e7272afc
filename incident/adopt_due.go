package incident

import (
	"time"

	"tocsin/plan"
)

// dueBy is when a communication is owed by the plan as things stand, now at the soonest; zero if its moment has not come.
func (d *decider) dueBy(c plan.Communication) time.Time {
	var due time.Time
	switch t := c.Timing; {
	case t.Open:
		due = d.s.momentTime(momentDetection).Add(respondWithin(d.p, d.s))
	case t.Every > 0:
		if !d.s.Phase.AtLeast(Validated) {
			return time.Time{}
		}
		due = d.s.lastPosted(c.ID).Add(every(d.p, d.s, c))
	case t.From == momentDetection,
		t.From == momentValidation && d.s.Phase.AtLeast(Validated),
		t.From == momentContainment && d.s.Phase.AtLeast(Contained),
		t.From == momentResolution && d.s.Phase.AtLeast(Resolved):
		due = d.s.momentTime(t.From).Add(time.Duration(t.After))
	default:
		return time.Time{}
	}
	if due.Before(d.now) {
		return d.now
	}
	return due
}

// lastPosted is when a communication was posted last, or since when it counts.
func (s *State) lastPosted(communication string) time.Time {
	at := s.momentTime(momentValidation)
	for i := range s.Updates {
		if u := &s.Updates[i]; u.Communication == communication && u.Posted.After(at) {
			at = u.Posted
		}
	}
	return at
}
