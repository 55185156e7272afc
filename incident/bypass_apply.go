package incident

import "slices"

// applyBypass applies the events of decisions taken otherwise than by those who are asked; false if h is not one.
func (s *State) applyBypass(h Happened) bool {
	switch e := h.Event.(type) {
	case EventWithdrawn:
		if d := s.Decision(e.Decision); d != nil {
			d.State, d.Settled, d.Withdrawn = Withdrawn, h.At, &Withdrawal{By: e.By, Why: e.Why}
			if u := s.Update(d.Subject.Ref); d.Subject.Kind == SubjectUpdate && u != nil && u.State == Asked {
				u.State = Owed
			}
		}
		s.warned(e.Calls, h.At)
	case EventDenied:
		if d := s.Decision(e.Decision); d != nil {
			if a := d.approvalOf(e.Person); a != nil {
				a.Void, a.Denied = "They say that they never said it.", true
			}
		}
		s.warned(e.Calls, h.At)
	case EventOverride:
		if d := s.Decision(e.Decision); d != nil {
			d.Overrides = append(slices.DeleteFunc(d.Overrides, func(o Overriding) bool { return o.Person == e.Override.Person }), e.Override)
		}
		s.warned(e.Calls, h.At)
	default:
		return false
	}
	return true
}
