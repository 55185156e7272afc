package detect

import (
	"encoding/json"
	"slices"
	"testing"

	"tocsin/plan"
)

func TestAheadFindsWhatNeedsNoOrder(t *testing.T) {
	x := compile(t, world(
		plan.Detector{ID: "event", Event: "Withdraw"},
		plan.Detector{ID: "later", Event: "Withdraw", Depth: "1"},
		plan.Detector{ID: "final", Event: "Withdraw", Depth: "safe"},
		plan.Detector{ID: "many", Kind: "spike", Metric: "events", Event: "Withdraw", Window: min1, Minimum: 1},
		plan.Detector{ID: "quiet", Kind: "absence", Event: "Paused", Silent: min1},
	))
	b := block(9, 1000, 1)
	add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 5), withdrawal(t, vault, bob, bob, 5))

	var ahead State
	early := x.Ahead(testChain, b, &ahead)
	if len(early) != 2 || early[0].Detector != "event" || early[1].Detector != "event" {
		t.Fatalf("ahead: %s", say(early))
	}
	if ahead.Spikes != nil || ahead.Vigils != nil || ahead.Pending != nil {
		t.Errorf("what needs order has seen the block: %+v", ahead)
	}
	if again := x.Ahead(testChain, b, &ahead); len(again) != 0 {
		t.Errorf("the same block again: %s", say(again))
	}

	var ids []string
	for _, f := range x.Block(testChain, b, &State{}) {
		if f.Detector == "event" {
			ids = append(ids, f.ID)
		}
	}
	if !slices.Equal(ids, []string{early[0].ID, early[1].ID}) {
		t.Errorf("ids ahead and in turn differ: %v", ids)
	}

	stored, err := json.Marshal(ahead)
	if err != nil {
		t.Fatal(err)
	}
	var loaded State
	if err := json.Unmarshal(stored, &loaded); err != nil {
		t.Fatal(err)
	}
	if gone := loaded.Rollback(b.Hash); !slices.Equal(gone, ids) {
		t.Errorf("rolled back %v, want %v", gone, ids)
	}
}

func TestAheadOnAChainWithoutDetectors(t *testing.T) {
	var s State
	if found := compile(t, world()).Ahead(testChain, block(9, 1000, 1), &s); len(found) != 0 || len(s.Recent) != 1 {
		t.Errorf("found %s, remembers %d", say(found), len(s.Recent))
	}
}
