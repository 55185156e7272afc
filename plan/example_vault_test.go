package plan_test

import (
	"os"
	"testing"

	"tocsin/plan"
)

// The example plan is what people copy from: it must load.
func TestExampleLoads(t *testing.T) {
	p, _, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Issues) != 4 || len(p.CoreTeam) != 6 || len(p.ExtendedTeam) != 5 {
		t.Fatalf("the example has %d issues, %d core and %d extended", len(p.Issues), len(p.CoreTeam), len(p.ExtendedTeam))
	}
}
