package incident

import (
	"slices"
	"time"
)

// Override is what somebody said about whether a communication is owed; the latest per communication counts.
type Override struct {
	Communication string    `json:"communication"`
	Waived        bool      `json:"waived"` // else reinstated
	By            string    `json:"by"`
	Why           string    `json:"why,omitempty"`
	At            time.Time `json:"at"`
}

// Pin is a link that everybody who is called sees. Without a name it is the responders' room.
type Pin struct {
	Name string    `json:"name,omitempty"`
	Link string    `json:"link"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// Title is what people call what is pinned.
func (p Pin) Title() string {
	if p.Name == "" {
		return "Responders' room"
	}
	return p.Name
}

// Room is the link to where the responders meet, "" if nobody has pinned one.
func (s *State) Room() string {
	if p := find(s.Pins, func(p *Pin) bool { return p.Name == "" }); p != nil {
		return p.Link
	}
	return ""
}

// override is what was said last about whether a communication is owed, nil if nothing was.
func (s *State) override(communication string) *Override {
	return find(s.Overrides, func(o *Override) bool { return o.Communication == communication })
}

// applyClock applies the events of the clocks; false if h is not one.
func (s *State) applyClock(h Happened) bool {
	switch e := h.Event.(type) {
	case EventWaived:
		s.said(Override{Communication: e.Communication, Waived: true, By: e.By, Why: string(e.Why), At: h.At})
	case EventReinstated:
		s.said(Override{Communication: e.Communication, By: e.By, Why: string(e.Why), At: h.At})
	case EventPinned:
		s.Pins = append(slices.DeleteFunc(s.Pins, func(p Pin) bool { return p.Name == e.Name }), Pin{Name: e.Name, Link: string(e.Link), By: e.By, At: h.At})
		if e.Name == "" && s.Moments.Room.IsZero() {
			s.Moments.Room = h.At
		}
	case EventUpdateMoved:
		if u := s.Update(e.ID); u != nil {
			u.Due, u.Soon = e.Due, false
		}
	case EventUpdateSoon:
		if u := s.Update(e.ID); u != nil {
			u.Soon = true
			u.Sent = append(u.Sent, rung(e.Calls, h.At)...)
		}
	case EventUpdateMissed:
		if u := s.Update(e.ID); u != nil {
			if u.Missed.IsZero() {
				u.Missed = h.At
			}
			u.Round, u.Again = e.Round, e.Next
			u.Sent = append(u.Sent, rung(e.Calls, h.At)...)
		}
	case EventUpdateRerouted:
		if u := s.Update(e.ID); u != nil {
			if e.Delivery != "" {
				u.Sent = append(u.Sent, Call{Delivery: e.Delivery, Contact: e.Channel, At: h.At})
			} else {
				u.Waiting = append(u.Waiting, e.Channel)
			}
		}
	case EventUpdatePassedOn:
		if u := s.Update(e.ID); u != nil {
			u.ByHand = slices.Concat(u.ByHand, e.Channels)
			u.Waiting = slices.DeleteFunc(slices.Clone(u.Waiting), func(c string) bool { return slices.Contains(e.Channels, c) })
		}
	default:
		return false
	}
	return true
}

func (s *State) said(o Override) {
	s.Overrides = append(slices.DeleteFunc(s.Overrides, func(x Override) bool { return x.Communication == o.Communication }), o)
	s.Seconds = slices.DeleteFunc(s.Seconds, func(x Second) bool { return x.What == whatWaive && x.To == o.Communication })
}
