package watch

import (
	"encoding/json"
	"strings"
	"testing"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/incident"
)

// Detectors that look for the same find by turns; each is tamed for itself.
func TestDetectorsOfTheSameFloodAreEachSummedUp(t *testing.T) {
	p := testPlan("")
	p.Detectors = append(p.Detectors, p.Detectors[0])
	p.Detectors[1].ID = "too"
	_, see := pen(t, p)
	got := modes(see(paying(1, 1000, evm.Hash{}, floodOver+3)))
	if got["paid page"] != floodOver+1 || got["too page"] != floodOver+1 || got["paid observe"] != 3 || got["too observe"] != 3 {
		t.Errorf("told %v", got)
	}
}

// What is beyond a thousand in one block is counted, whether the detector calls people or observes: neither the record nor what
// the watch remembers is for strangers to fill.
func TestAFloodIsRecordedWithinBounds(t *testing.T) {
	for _, mode := range []string{"page", "observe"} {
		p := testPlan("")
		p.Detectors[0].Mode, p.Detectors[0].Amount = mode, "tx.value"
		c, see := pen(t, p)
		list := see(paying(1, 1000, evm.Hash{}, recordMost+500))
		sum := list[len(list)-1]
		want, amount := "Paid found 500 more in block 1, ", "625250" // 1001 to 1500
		if mode == "page" {
			want, amount = "Paid found 1244 more in block 1, ", "1092854" // 257 to 1500
		}
		if len(list) != recordMost+1 || sum.Mode != mode || !strings.HasPrefix(sum.Say, want) || sum.Amount != amount {
			t.Errorf("mode %s: %d findings, the last %+v", mode, len(list), sum)
		}
		if n := len(c.state.Detect.Recent[0].Findings); n != recordMost+1 {
			t.Errorf("mode %s: %d are remembered", mode, n)
		}
	}
}

// A flood at the head is summed up there, and stays what it was told to be when its block comes in order.
func TestAFloodAheadIsSummedUpOnce(t *testing.T) {
	c, see := pen(t, testPlan(""))
	first := paying(1, 1000, evm.Hash{}, 0)
	see(first)
	third := paying(3, 1024, evm.Hash{2}, recordMost+500)
	c.spy(third)
	list := c.findings
	if got := modes(list); got["paid page"] != floodOver+1 || got["paid observe"] != recordMost-floodOver {
		t.Fatalf("told at the head %v", got)
	}
	second := paying(2, 1012, first.Hash, 0)
	second.Hash = evm.Hash{2}
	see(second)
	if again := see(third); len(again) != 0 {
		t.Errorf("told again %v", modes(again))
	}
	if n := len(c.state.Detect.Recent[2].Findings); n != recordMost+1 {
		t.Errorf("%d are remembered", n)
	}
	c.findings = nil
	c.orphan(chain.Ref{Number: 3, Hash: third.Hash})
	if len(c.retracted) != len(list) {
		t.Errorf("%d of %d are taken back", len(c.retracted), len(list))
	}
}

// What waits for blocks on top waits within bounds, and is told with what it stands for.
func TestAFloodWaitsWithinBounds(t *testing.T) {
	p := testPlan("")
	p.Detectors[0].Depth, p.Detectors[0].Amount = "1", "tx.value"
	c, see := pen(t, p)
	first := paying(1, 1000, evm.Hash{}, 20*waitMost)
	see(first)
	if n := len(c.state.Detect.Pending); n != waitMost+1 {
		t.Fatalf("%d wait", n)
	}
	if b, err := json.Marshal(c.state); err != nil || len(b) > 1<<20 {
		t.Errorf("%d bytes are written with each block, %v", len(b), err)
	}
	list := see(paying(2, 1012, first.Hash, 0))
	var waited incident.Finding
	for _, f := range list {
		if strings.HasPrefix(f.Say, "Paid found 19000 more in block 1, ") {
			waited = f
		}
	}
	if waited.Amount != "199509500" || modes(list)["paid page"] != floodOver+2 {
		t.Errorf("%v are told, with what waited as one: %+v", modes(list), waited)
	}
}
