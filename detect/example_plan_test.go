package detect

import (
	"os"
	"testing"

	"tocsin/plan"
)

// Every detector of the example plan that reads blocks runs, but for those that this release says it does not run.
func TestExamplePlanCompiles(t *testing.T) {
	p, _, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	_, problems := Compile(p, nil)
	for _, problem := range problems {
		if !problem.Unready {
			t.Error(problem)
		}
	}
}
