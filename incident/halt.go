package incident

import (
	"tocsin/fault"
	"tocsin/journal"
)

// Halt says why an exercise does not go on.
type Halt struct {
	Real bool   `json:"real,omitempty"` // something real is going on
	By   string `json:"by,omitempty"`   // person who said stop
	Over bool   `json:"over,omitempty"` // it has ended
}

// Halt is why the incident's exercise does not go on; nil if it goes on, or there is none.
func (s *State) Halt() *Halt {
	if s.Exercise == nil {
		return nil
	}
	return s.Exercise.Halt
}

// Over reports whether nothing more is to be done in the incident: it was closed or dismissed, or the exercise that it belongs to has ended.
func (s *State) Over() bool {
	h := s.Halt()
	return s.Phase.Over() || h != nil && h.Over
}

// Refusal says why the people of an exercise cannot act in its incidents now; nil if they can. The incident that is real is not named:
// there are some that not everybody may know of.
func (h *Halt) Refusal() error {
	switch {
	case h == nil:
		return nil
	case h.Over:
		return fault.New(fault.Conflict, "This is an exercise, and it is over.").Instead("Read its report. If something is wrong, say so in earnest.")
	case h.Real:
		return fault.New(fault.Conflict, "This is an exercise, and it stands still: something real is going on.").
			Instead("Leave it, and go to the incident that is no exercise. The moderator lets the exercise go on.")
	}
	return fault.New(fault.Conflict, "This is an exercise, and it stands still: somebody said stop.").Instead("The moderator lets it go on.")
}

// halted refuses what people do in an exercise that does not go on. What belongs to the record and asks nobody for anything is done all
// the same, and machines go on to report what has happened.
func (d *decider) halted() error {
	if d.cmd.Actor.Kind != journal.Person {
		return nil
	}
	switch op := d.cmd.Op.(type) {
	case OpNote, OpAttach, OpCorrect, OpRedact, OpHere:
		return nil
	case OpOpen:
		if op.Exercise != nil {
			return op.Exercise.Halt.Refusal()
		}
		return nil
	}
	return d.s.Halt().Refusal()
}

// same reports whether two halts are of the same kind.
func (h *Halt) same(other *Halt) bool {
	if h == nil || other == nil {
		return h == other
	}
	return *h == *other
}
