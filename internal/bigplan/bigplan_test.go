package bigplan_test

import (
	"testing"

	"tocsin/internal/bigplan"
	"tocsin/plan"
)

func TestPlanHoldsWhatItsSizeSays(t *testing.T) {
	made := bigplan.New(bigplan.Whole())
	p, _, err := plan.Load(plan.Stored(plan.Write(made, "")))
	if err != nil {
		t.Fatalf("%.500s", err)
	}
	if p.Hash() != made.Hash() {
		t.Error("the plan loads as another one")
	}
	steps := 0
	for _, r := range p.Procedures {
		steps += len(r.Steps)
	}
	if len(p.Issues) != 1_000 || steps != 5_000 || len(p.CoreTeam)+len(p.ExtendedTeam) != 10_000 {
		t.Errorf("%d issues, %d steps, %d contacts", len(p.Issues), steps, len(p.CoreTeam)+len(p.ExtendedTeam))
	}
}

// How long it takes to load a plan of 1,000 issues, 5,000 steps and 10,000 contacts from files in memory.
func BenchmarkLoad(b *testing.B) {
	files := plan.Stored(plan.Write(bigplan.New(bigplan.Whole()), ""))
	size := 0
	for _, f := range files {
		size += len(f)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := plan.Load(files); err != nil {
			b.Fatal(err)
		}
	}
}
