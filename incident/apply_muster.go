package incident

// applyMuster applies the events of this file's sibling, event_muster.go; false if h is not one.
func (s *State) applyMuster(h Happened) bool {
	switch e := h.Event.(type) {
	case EventNobody:
		for _, p := range e.Deliveries {
			s.Alarms = append(s.Alarms, Call{Delivery: p.Delivery, Contact: p.Kind, At: h.At})
		}
	default:
		return false
	}
	return true
}
