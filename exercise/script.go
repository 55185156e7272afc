package exercise

import (
	"encoding/json"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// maxScript is how long the script of a scenario may be, as JSON.
const maxScript = 1 << 20 // bytes

// Script is a scenario as it was chosen for a run.
type Script struct {
	Scenario plan.Scenario `json:"scenario"` // bound to the plan's own ids
	Library  string        `json:"library,omitempty"`
	World    string        `json:"world,omitempty"`
	Misfits  []string      `json:"misfits,omitempty"`
}

// text writes the script as the record holds it.
func (x Script) text() (journal.Personal, error) {
	b, err := json.Marshal(x)
	switch {
	case err != nil: // a scenario of a plan always can be written
		return "", fault.New(fault.Invalid, "The scenario %s cannot be written down.", x.Scenario.Name).Because(err)
	case len(b) > maxScript:
		return "", fault.New(fault.Invalid, "The scenario %s is longer than %d MiB.", x.Scenario.Name, maxScript>>20)
	}
	return journal.Personal(b), nil
}

// Read is the script that was chosen; an empty one if it was removed from the record, or this release cannot read it.
func (e EventChosen) Read() Script {
	var x Script
	if json.Unmarshal([]byte(e.Script), &x) != nil {
		return Script{}
	}
	return x
}

// Outward is a session's record as it may leave the house: without the script, for what was held back to the end may be played again; and
// while the session is not over without any text at all. The chain of records verifies all the same.
func Outward(r journal.Record, s *State) journal.Record {
	if r.Kind == (EventChosen{}).Kind() || !s.Phase.Over() {
		r.Openings = nil
	}
	return r
}
