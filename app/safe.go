package app

import (
	"os"

	"tocsin/stage"
)

// ReadSafe reads the contracts of a Safe from the folder of their npm package, for exercises of plans that pause through one; nil if no
// folder is named. Fault: not_found for a folder that does not hold them.
func ReadSafe(dir string) (*stage.SafeCode, error) {
	if dir == "" {
		return nil, nil
	}
	return stage.ReadSafe(os.DirFS(dir))
}
