package backtest

import (
	"testing"
)

// What is history is final: a detector that waits for finality finds what it would find otherwise, at the same blocks.
func TestHistoryIsFinal(t *testing.T) {
	rec := recorded(t)
	p := examplePlan(t)
	for i := range p.Detectors {
		if p.Detectors[i].ID == "unauthorised-withdrawal" {
			p.Detectors[i].Depth = "finalized"
		}
	}
	only := []string{"unauthorised-withdrawal"}
	now := sound(t, Options{Detectors: only}, file(t, "blocks.jsonl", rec.lines...)).detector(t, only[0])
	later := sound(t, Options{Plan: p, Detectors: only}, file(t, "blocks.jsonl", rec.lines...)).detector(t, only[0])
	if now.Count == 0 || later.Count != now.Count || later.First.ID != now.First.ID || later.First.Block != now.First.Block {
		t.Errorf("waiting it finds %d, the first %+v; otherwise %d, %+v", later.Count, later.First, now.Count, now.First)
	}
}
