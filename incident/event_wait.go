package incident

// OpWaits says why what was sent for an action does not land by itself, where nothing more can be done about it from here.
type OpWaits struct{ Action, Why string }

// OpFilled stores, before it is sent, a transaction of the executor that does nothing, with a nonce before that of an action: another one had
// left the nonce unused, so that nothing behind it could land.
type OpFilled struct {
	Action string // what waits behind the nonce
	Tx     Transaction
}

// The events of what waits.
type (
	// EventActionWaits is the record of OpWaits.
	EventActionWaits struct {
		ID  string `json:"id"`
		Why string `json:"why"`
	}
	// EventNonceFilled is the record of OpFilled.
	EventNonceFilled struct {
		ID string      `json:"id"`
		Tx Transaction `json:"tx"`
	}
)

func (EventActionWaits) Kind() string { return "action-waits" }
func (EventNonceFilled) Kind() string { return "nonce-filled" }

func (OpWaits) op()  {}
func (OpFilled) op() {}

// applyWait applies the events of what waits; false if h is not one.
func (s *State) applyWait(h Happened) bool {
	switch e := h.Event.(type) {
	case EventActionWaits:
		if a := s.Action(e.ID); a != nil {
			a.Waits = e.Why
		}
	case EventNonceFilled:
		if a := s.Action(e.ID); a != nil {
			a.Fills, a.Waits = append(a.Fills, e.Tx), ""
		}
	default:
		return false
	}
	return true
}
