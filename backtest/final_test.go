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

// What runs without standing in the plan is replayed too, unless only some detectors are wanted.
func TestBuiltInDetectorIsReplayed(t *testing.T) {
	rec := recorded(t)
	p := examplePlan(t)
	for i := range p.Assets {
		if p.Assets[i].ID == "vault" {
			p.Assets[i].Proxy = "eip1967"
		}
	}
	r := sound(t, Options{Plan: p}, file(t, "blocks.jsonl", rec.lines...))
	if d := r.detector(t, "upgraded"); d.Count != 0 || d.Mode != "observe" || d.Name != "Upgrade" {
		t.Errorf("report %+v", d)
	}
	if r := sound(t, Options{Plan: p, Detectors: []string{"unauthorised-withdrawal"}}, file(t, "blocks.jsonl", rec.lines...)); len(r.Detectors) != 1 {
		t.Errorf("report %+v", r.Detectors)
	}
	if r := sound(t, Options{}, file(t, "blocks.jsonl", rec.lines...)); len(r.Detectors) != len(examplePlan(t).Detectors)-len(r.NotRun) {
		t.Errorf("%d of a plan without proxies", len(r.Detectors))
	}
}
