package examples

import (
	"embed"
	"fmt"
	"path"
)

//go:embed starter
var starters embed.FS

// Starter is a plan to begin with: complete but for what only its team can know, which says TBD.
type Starter struct {
	ID  string `json:"id"`
	Say string `json:"say"` // whom it is for, in one line
}

// Starters lists the plans to begin with.
func Starters() []Starter {
	return []Starter{
		{"minimal", "the smallest honest plan: one contract that can be paused, two people, three issues"},
		{"vault", "people deposit a token and get shares; strategies work with the money"},
		{"lending", "people deposit and borrow against collateral; an oracle, liquidations"},
		{"bridge", "money is locked on one chain and represented on another; relayers, messages"},
		{"token", "a token whose holders govern a treasury; proposals, votes, a timelock"},
	}
}

// Files returns a starter's plan as files by name, for one folder. All but the smallest share the files about people,
// messages and what can happen to any protocol.
func (s Starter) Files() (map[string][]byte, error) {
	folders := []string{"common", s.ID}
	if s.ID == "minimal" {
		folders = folders[1:]
	}
	files := map[string][]byte{}
	for _, f := range folders {
		entries, err := starters.ReadDir(path.Join("starter", f))
		if err != nil {
			return nil, fmt.Errorf("read starter plan %s: %w", s.ID, err)
		}
		for _, e := range entries {
			if files[e.Name()], err = starters.ReadFile(path.Join("starter", f, e.Name())); err != nil {
				return nil, fmt.Errorf("read starter plan %s: %w", s.ID, err)
			}
		}
	}
	return files, nil
}
