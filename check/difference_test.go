package check

import (
	"testing"

	"tocsin/plan"
)

func TestSummaryTellsWhatWeakens(t *testing.T) {
	old := &plan.Plan{Decisions: []plan.Decision{{ID: "pause", Name: "Pause", Required: []string{"ada", "ben"}}}}
	new := &plan.Plan{Decisions: []plan.Decision{{ID: "pause", Name: "Pause", Required: []string{"ada"}}}}
	found := Differences(old, new)
	if len(found) == 0 || found[0].Effect != Weakens {
		t.Fatalf("an approver less: %+v", found)
	}
	if s := Summarise(nil); s != "no change in meaning" {
		t.Error(s)
	}
	if d := Differences(new, new); len(d) > 0 {
		t.Errorf("a plan differs from itself: %+v", d)
	}
}
