package check

import (
	"testing"

	"tocsin/internal/bigplan"
	"tocsin/plan"
)

// BenchmarkCheck checks a plan with 1,000 issues, 5,000 steps and 10,000 contacts, as it stands in its files.
func BenchmarkCheck(b *testing.B) {
	p, src, err := plan.Load(plan.Stored(plan.Write(bigplan.New(bigplan.Whole()), "")))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if gaps := CheckAt(p, src, p.Reviewed.Time); len(gaps) == 0 {
			b.Fatal("a plan of this size has no gap")
		}
	}
}
