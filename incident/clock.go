package incident

import (
	"fmt"
	"math"
	"time"

	"tocsin/fault"
	"tocsin/journal"
)

// Clock is the clock of an exercise: it may run faster than time, stand still, and be moved on. What happens in the incidents of an
// exercise happens by it.
type Clock struct {
	At    time.Time `json:"at"`    // in real time
	Shows time.Time `json:"shows"` // what it showed then
	Speed uint32    `json:"speed"` // seconds that it shows in a second; 0: it stands still
}

// Now is what the clock shows. Before At it shows what it showed then: it never goes back.
func (c Clock) Now(real time.Time) time.Time {
	return c.Shows.Add(times(max(real.Sub(c.At), 0), c.Speed))
}

// Real is when the clock will show a time, to the microsecond and never too soon; At for one that it has shown by then. It is false for
// what it will not show while it stands still.
func (c Clock) Real(shows time.Time) (time.Time, bool) {
	ahead := shows.Sub(c.Shows)
	if ahead <= 0 {
		return c.At, true
	}
	if c.Speed == 0 {
		return time.Time{}, false
	}
	wait, speed := ahead/time.Duration(c.Speed), time.Duration(c.Speed)
	if wait*speed < ahead {
		wait++
	}
	if part := wait % time.Microsecond; part > 0 {
		wait += time.Microsecond - part
	}
	return c.At.Add(wait), true
}

// Set is the clock from a moment on: with a speed, and moved on by so much. It never goes back.
func (c Clock) Set(real time.Time, speed uint32, on time.Duration) Clock {
	if real.Before(c.At) {
		real = c.At
	}
	return Clock{At: real, Shows: c.Now(real).Add(max(on, 0)), Speed: speed}
}

// times is a duration so many times over, the longest one if it would be longer.
func times(d time.Duration, n uint32) time.Duration {
	if n > 0 && d > math.MaxInt64/time.Duration(n) {
		return math.MaxInt64
	}
	return d * time.Duration(n)
}

// OpClock changes the clock of an exercise in one of its incidents. The engine gives it to all of them at once.
type OpClock struct {
	Clock Clock
	Halt  *Halt // why the exercise does not go on; nil if it does
}

func (OpClock) op() {}

// EventClock says that the exercise's clock goes otherwise from now on.
type EventClock struct {
	Clock Clock `json:"clock"`
	Halt  *Halt `json:"halt,omitempty"` // why the exercise does not go on; nil if it does
}

// Kind names the event.
func (EventClock) Kind() string { return "clock" }

// Clock is the clock that the incident goes by; nil if that is time itself.
func (s *State) Clock() *Clock { return s.Exercise.clock() }

// Now is the time of the incident at a moment: that of its exercise's clock if it has one.
func (s *State) Now(real time.Time) time.Time { return s.Clock().shown(real) }

// Now is the time of the incident at a moment: that of its exercise's clock if it has one.
func (s *Summary) Now(real time.Time) time.Time { return s.Clock.shown(real) }

// Now is the time of an exercise at a moment; that moment, where there is no exercise or it has no clock.
func (x *Exercise) Now(real time.Time) time.Time { return x.clock().shown(real) }

// Real is when it will be a time of the incident; false if it never will as things stand, for the exercise's clock stands still.
func (s *State) Real(at time.Time) (time.Time, bool) {
	if c := s.Clock(); c != nil {
		return c.Real(at)
	}
	return at, true
}

func (c *Clock) shown(real time.Time) time.Time {
	if c == nil {
		return real
	}
	return c.Now(real)
}

// Staged reports whether the exercise has a chain of its own, which is there for as long as its run lasts. Nothing of its incidents concerns
// any other chain.
func (x *Exercise) Staged() bool { return x != nil && x.Follower != "" }

func (x *Exercise) clock() *Clock {
	if x == nil {
		return nil
	}
	return x.Clock
}

func (x *Exercise) run() int {
	if x == nil {
		return 0
	}
	return x.Run
}

func (x *Exercise) session() string {
	if x == nil {
		return ""
	}
	return x.Session
}

// setClock changes the clock. That goes on when the incident is over: it may be reopened.
func (d *decider) setClock(op OpClock) error {
	x := d.s.Exercise
	if d.cmd.Actor.Kind == journal.Person {
		return fault.New(fault.Forbidden, "The clock of an exercise is changed for all of its incidents at once.").Instead("Change it in the exercise.")
	}
	switch {
	case x == nil || x.Session == "":
		return fault.New(fault.Invalid, "Incident %s has no clock of its own.", d.s.ID)
	case x.Clock != nil && *x.Clock == op.Clock && x.Halt.same(op.Halt):
		return nil
	case x.Clock != nil && op.Clock.Shows.Before(x.Clock.Now(op.Clock.At)):
		return fault.New(fault.Invalid, "The clock of an exercise does not go back.")
	}
	d.emit(EventClock(op))
	return nil
}

// applyExercise applies the events of an exercise; false if h is not one.
func (s *State) applyExercise(h Happened) bool {
	e, ok := h.Event.(EventClock)
	if ok && s.Exercise != nil {
		x := *s.Exercise // another state may show the one before
		x.Clock, x.Halt = &e.Clock, e.Halt
		s.Exercise = &x
	}
	return ok
}

// same reports whether two incidents belong to the same exercise, whatever their clocks were when each was read. Earlier releases wrote
// the scenario beside the run of a session, which says as much.
func (x *Exercise) same(y *Exercise) bool {
	return (x.Scenario == y.Scenario || x.Session != "") && x.Chain == y.Chain && x.Session == y.Session && x.Run == y.Run
}

// describe says how the clock goes from now on.
func (e EventClock) describe(at time.Time) string {
	shows := clockFrom(at, e.Clock.Shows)
	switch {
	case e.Halt == nil:
	case e.Halt.Over:
		return "The exercise is over; its clock stands still at " + shows + "."
	case e.Halt.Real:
		return "The exercise stands still at " + shows + ": something real is going on."
	default:
		return "The exercise stands still at " + shows + ": somebody said stop."
	}
	switch e.Clock.Speed {
	case 0:
		return "The clock of the exercise stands still at " + shows + "."
	case 1:
		return "The clock of the exercise goes on from " + shows + "."
	}
	return fmt.Sprintf("The clock of the exercise goes on from %s, %d times as fast as time.", shows, e.Clock.Speed)
}
