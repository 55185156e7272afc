package detect

import (
	"strings"
	"testing"

	"tocsin/plan"
)

func TestFindingsWaitUntilTheChainCallsTheirBlockFinal(t *testing.T) {
	p := world(
		plan.Detector{ID: "now", Event: "Withdraw"},
		plan.Detector{ID: "safe", Event: "Withdraw", Depth: "safe"},
		plan.Detector{ID: "final", Event: "Withdraw", Depth: "finalized"},
	)
	x := compile(t, p)
	if !x.Finality(testChain) || x.Finality(testChain+1) {
		t.Error("who has to be asked for finality is not told")
	}
	var s State
	one := block(1, 10, 1)
	add(one, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 5))
	detectors := func(found []Finding) string {
		var ids []string
		for _, f := range found {
			ids = append(ids, f.Detector)
		}
		return strings.Join(ids, " ")
	}
	if got := detectors(x.Block(testChain, one, &s)); got != "now" {
		t.Fatalf("at once: %q", got)
	}
	for _, step := range []struct {
		safe, finalized uint64
		want            string
	}{{0, 0, ""}, {1, 0, "safe"}, {2, 0, ""}, {2, 1, "final"}, {9, 9, ""}} {
		if got := detectors(x.Final(testChain, step.safe, step.finalized, &s)); got != step.want {
			t.Errorf("safe %d, finalized %d: %q, want %q", step.safe, step.finalized, got, step.want)
		}
	}
	if gone := s.Rollback(one.Hash); len(gone) != 3 {
		t.Errorf("retracted %v", gone)
	}
}

func TestFinalizedIsSafeAsWell(t *testing.T) {
	x := compile(t, world(plan.Detector{Event: "Withdraw", Depth: "safe"}))
	var s State
	one := block(1, 10, 1)
	add(one, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 5))
	x.Block(testChain, one, &s)
	if found := x.Final(testChain, 0, 1, &s); len(found) != 1 {
		t.Errorf("found %s", say(found))
	}
}

func TestOrphanedBlockIsNeverFinal(t *testing.T) {
	x := compile(t, world(plan.Detector{Event: "Withdraw", Depth: "safe"}))
	var s State
	one := block(1, 10, 1)
	add(one, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 5))
	x.Block(testChain, one, &s)
	s.Rollback(one.Hash)
	if found := x.Final(testChain, 1, 1, &s); len(found) != 0 {
		t.Errorf("found %s", say(found))
	}
}

func TestChainThatStopsFinalisingHidesNothing(t *testing.T) {
	x := compile(t, world(plan.Detector{Event: "Withdraw", Depth: "finalized"}))
	var s State
	one := block(1, 10, 1)
	add(one, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 5))
	x.Block(testChain, one, &s)
	if found := x.Block(testChain, block(2, 10+30*60-1, 1), &s); len(found) != 0 {
		t.Fatalf("before its time: %s", say(found))
	}
	found := x.Block(testChain, block(3, 10+30*60, 1), &s)
	if len(found) != 1 || !strings.HasSuffix(found[0].Say, "The chain has not called block 1 finalized in 30 minutes: it may yet be taken back.") {
		t.Fatalf("found %s", say(found))
	}
	if again := x.Final(testChain, 9, 9, &s); len(again) != 0 {
		t.Errorf("told twice: %s", say(again))
	}
	s.Rollback(hashOf(3, 1))
	s.Rollback(hashOf(2, 1))
	if gone := s.Rollback(one.Hash); len(gone) != 1 || gone[0] != found[0].ID {
		t.Errorf("retracted %v", gone)
	}
}
