package incident

import (
	"encoding/json"
	"slices"
)

// plainFinding is a finding as the state writes it: with its texts about people plain, as those of notes are. In events they are
// commitments.
type plainFinding struct {
	Finding
	Text    string `json:"text,omitempty"`
	Contact string `json:"contact,omitempty"`
}

// MarshalJSON writes the state for people and programs that may see all of it.
func (s State) MarshalJSON() ([]byte, error) {
	type state State
	plain := make([]plainFinding, len(s.Findings))
	for i, f := range s.Findings {
		plain[i] = plainFinding{Finding: f, Text: string(f.Text), Contact: string(f.Contact)}
	}
	s = s.unsealed()
	return json.Marshal(struct {
		state
		Findings []plainFinding `json:"findings,omitempty"`
	}{state(s), plain})
}

// unsealed is the state without what must not be shown before it has been used: signatures of Safes, which carry no expiry.
func (s State) unsealed() State {
	s.Decisions, s.Actions = slices.Clone(s.Decisions), slices.Clone(s.Actions)
	for i := range s.Decisions {
		list := slices.Clone(s.Decisions[i].Approvals)
		for j := range list {
			list[j].Sealed = nil
		}
		s.Decisions[i].Approvals = list
	}
	for i := range s.Actions {
		if send := s.Actions[i].Send; send != nil && len(send.Safe) > 0 {
			open := *send
			open.Safe = nil
			s.Actions[i].Send = &open
		}
	}
	return s
}
