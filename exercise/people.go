package exercise

import (
	"slices"

	"tocsin/plan"
)

// MayCall reports whether the incidents of a session may call somebody: a responder of it, never its moderator, and nobody from outside
// the core team who has not said that they come. Whoever keeps the real watch is called only if they take part as well.
func (s *State) MayCall(p *plan.Plan, person string) bool {
	if s.Moderates(person) {
		return false
	}
	x := s.Person(person)
	part := x != nil && (x.Came || !x.Asked.IsZero())
	switch {
	case x != nil && x.Answer == Absent && !x.Came:
		return false
	case s.Unattended: // nobody is there: the script answers for all
		return true
	case !p.Core(person):
		return x != nil && x.Answer == Coming
	case slices.Contains(s.Watch, person):
		return part
	}
	return part || s.Surprise
}
