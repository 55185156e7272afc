package incident

import (
	"bytes"
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
	b, err := json.Marshal(struct {
		state
		Findings []plainFinding `json:"findings,omitempty"`
	}{state(s), plain})
	return plainTexts(b), err
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

// plainTexts writes texts about people, which the journal marks, as the texts that they are.
func plainTexts(b []byte) []byte {
	const mark = `{"$personal":`
	var out []byte
	for {
		before, rest, ok := bytes.Cut(b, []byte(mark))
		if !ok {
			return append(out, b...)
		}
		end := 1 // after the quote that begins the text
		for end < len(rest) && rest[end] != '"' {
			if rest[end] == '\\' {
				end++
			}
			end++
		}
		if end+1 >= len(rest) || rest[end+1] != '}' {
			out, b = append(append(out, before...), mark...), rest
			continue
		}
		out, b = append(append(out, before...), rest[:end+1]...), rest[end+2:]
	}
}
