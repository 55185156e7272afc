package exercise

import (
	"time"

	"tocsin/fault"
	"tocsin/plan"
)

// Decide says what a command means: the events that follow, or a fault that says why not. It changes neither plan nor state. now is
// real time; one before the last event counts as that event's time.
func Decide(p *plan.Plan, s *State, cmd Command, now time.Time) ([]Event, error) {
	return nil, fault.New(fault.Invalid, "Tocsin does not know the command %T.", cmd.Op)
}

// Apply makes an event part of the state. It never fails: what does not fit changes nothing.
func (s *State) Apply(h Happened) {
	s.Version, s.Last = h.Seq, h.At
}

// NextDue is when the session must be looked at again, in real time; zero if never.
func NextDue(s *State) time.Time { return time.Time{} }
