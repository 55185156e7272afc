package incident

import "encoding/json"

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
	return json.Marshal(struct {
		state
		Findings []plainFinding `json:"findings,omitempty"`
	}{state(s), plain})
}
