package app

import (
	"io/fs"

	"tocsin/examples"
	"tocsin/plan"
)

// Scenario is one that can be played with a plan.
type Scenario struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Library bool     `json:"library"`           // it comes from the library; else it is the plan's own
	Issues  []string `json:"issues"`            // of the plan, that it drills
	World   string   `json:"world,omitempty"`   // of its live part; empty: it is played at a table
	Steps   int      `json:"steps"`             // that it expects
	Fits    bool     `json:"fits"`              // it can be played with the plan
	Misfits []string `json:"misfits,omitempty"` // what of it does not fit the plan
}

// Scenarios lists what can be played with the plan in a folder, nil for the example plan: its own first.
func Scenarios(files fs.FS) (*plan.Plan, []Scenario, error) {
	if files == nil {
		files = examples.Vault()
	}
	p, _, err := plan.Load(files)
	if err != nil {
		return nil, nil, err
	}
	list := []Scenario{}
	for _, x := range scripts(p) {
		s := Scenario{
			ID: x.scenario.ID, Name: x.scenario.Name, Library: x.library != "", Issues: x.scenario.Issues, World: x.scenario.Live,
			Steps: len(x.scenario.Steps), Fits: !x.unfit, Misfits: x.misfits,
		}
		if s.Issues == nil {
			s.Issues = []string{}
		}
		list = append(list, s)
	}
	return p, list, nil
}
