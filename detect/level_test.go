package detect

import (
	"slices"
	"testing"

	"tocsin/plan"
)

func TestLevels(t *testing.T) {
	count := failures()
	count.ID = "count"
	share := failures()
	share.ID, share.Metric = "share", "failed_share"
	each := failures()
	each.ID, each.GroupBy = "each", "sender"
	other := failures()
	other.ID, other.Where = "other", "tx.value > 0"
	x := compile(t, world(count, share, each, other, plan.Detector{ID: "w", Event: "Withdraw"}))
	var s State
	if got := x.Levels(testChain, &s); got != nil {
		t.Errorf("levels before the first block: %v", got)
	}
	x.Block(testChain, failing(1, 1000, 1, 3), &s)
	x.Block(testChain, failing(2, 1005, 1, 9), &s)
	want := []Level{{"count", 12}, {"share", 12.0 / 14}, {"each", 12}} // each block also holds one that succeeds
	if got := x.Levels(testChain, &s); !slices.Equal(got, want) {
		t.Errorf("levels %v, want %v", got, want)
	}
	x.Block(testChain, failing(3, 1010, 1, 2), &s)
	want = []Level{{"count", 2}, {"each", 2}} // too few for a share
	if got := x.Levels(testChain, &s); !slices.Equal(got, want) {
		t.Errorf("levels of a new window %v, want %v", got, want)
	}
	x.Block(testChain, block(4, 1011, 1), &s)
	if got := x.Levels(testChain, &s); got != nil {
		t.Errorf("levels after a block that brought nothing: %v", got)
	}
	if got := x.Levels(testChain+1, &s); got != nil {
		t.Errorf("levels of another chain: %v", got)
	}
}
