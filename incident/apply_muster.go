package incident

import "time"

// applyMuster applies the events of this file's sibling, event_muster.go; false if h is not one.
func (s *State) applyMuster(h Happened) bool {
	switch e := h.Event.(type) {
	case EventNobody:
		for _, p := range e.Deliveries {
			s.Alarms = append(s.Alarms, Call{Delivery: p.Delivery, Contact: p.Kind, At: h.At})
		}
	case EventWentQuiet:
		if a := s.Answer(e.Person); a != nil {
			a.Answer, a.At = WentQuiet, h.At
		}
	case EventOutOfReach:
		if d := s.Decision(e.Decision); d != nil {
			d.OutOfReach = h.At
		}
	case EventWithinReach:
		if d := s.Decision(e.Decision); d != nil {
			d.OutOfReach = time.Time{}
		}
	default:
		return false
	}
	return true
}
