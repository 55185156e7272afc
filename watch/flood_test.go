package watch

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
)

// paying is a block in which so many payments are made, the first of one wei.
func paying(number, time uint64, parent evm.Hash, payments int) *evm.Block {
	b := &evm.Block{}
	b.Number, b.Time, b.ParentHash = number, time, parent
	binary.BigEndian.PutUint64(b.Hash[:], number+1)
	for i := range payments {
		tx := evm.Transaction{To: &target, Value: uint256.NewInt(uint64(i + 1))}
		binary.BigEndian.PutUint64(tx.Hash[:], number+1)
		binary.BigEndian.PutUint64(tx.Hash[8:], uint64(i+1))
		b.Transactions = append(b.Transactions, tx)
	}
	return b
}

// pen is a committer that tells what it found of one block after the other.
func pen(t *testing.T, p *plan.Plan) (c *committer, see func(b *evm.Block) []incident.Finding) {
	t.Helper()
	w := New(Options{Engine: newDesk(), Client: &blinking{}, Plan: p, Index: testIndex(t, p)})
	c = &committer{w: w, state: &state{V: stateVersion}}
	return c, func(b *evm.Block) []incident.Finding {
		c.findings = nil
		c.see(chain.Step{Ref: chain.Ref{Number: b.Number, Hash: b.Hash}, Block: b})
		return c.findings
	}
}

func modes(list []incident.Finding) map[string]int {
	n := map[string]int{}
	for _, f := range list {
		n[f.Detector+" "+f.Mode]++
	}
	return n
}

// A flood is recorded whole and told in sums that go with their blocks.
func TestAFloodIsSummedUp(t *testing.T) {
	p := testPlan("")
	p.Detectors[0].Amount = "tx.value"
	c, see := pen(t, p)
	first := paying(1, 1000, evm.Hash{}, floodOver-6)
	if got := modes(see(first)); got["paid page"] != floodOver-6 || len(got) != 1 {
		t.Fatalf("before the flood %v", got)
	}
	second := paying(2, 1012, first.Hash, 10)
	list := see(second)
	if got := modes(list); got["paid page"] != 7 || got["paid observe"] != 4 {
		t.Fatalf("in the flood %v", got)
	}
	sum := list[10]
	if sum.Amount != "34" || sum.Mode != "page" || !strings.HasPrefix(sum.Say, "Paid found 4 more in block 2, ") || !sum.At.Equal(list[0].At) {
		t.Errorf("the sum is %+v", sum)
	}
	ids := map[string]bool{}
	for _, f := range list {
		ids[f.ID] = true
	}
	if len(ids) != 11 {
		t.Errorf("%d ids of 11 findings", len(ids))
	}
	// What is orphaned takes its sum with it.
	c.findings = nil
	c.orphan(chain.Ref{Number: 2, Hash: second.Hash})
	if !slices.Contains(c.retracted, sum.ID) || len(c.retracted) != 11 {
		t.Errorf("retracted %d, with the sum: %v", len(c.retracted), slices.Contains(c.retracted, sum.ID))
	}
	// Ten minutes later it is no flood any more.
	if got := modes(see(paying(2, 1601, first.Hash, 3))); got["paid page"] != 3 || len(got) != 1 {
		t.Errorf("after the flood %v", got)
	}
}

// A detector that cannot judge says so a few times, and from then on it is told once, and when it has become twice as often.
func TestADetectorThatFailsAgainAndAgain(t *testing.T) {
	for _, named := range []bool{false, true} {
		p := testPlan("")
		p.Detectors[0].Where = "u256(1) / (tx.value - tx.value) > u256(0)"
		p.Issues = []plan.Issue{{ID: "theft", Detection: plan.Detection{Detectors: []string{"paid"}}}}
		if named {
			p.Issues = append(p.Issues, plan.Issue{ID: "broken", Detection: plan.Detection{Detectors: []string{"erroring"}}})
		}
		_, see := pen(t, p)
		var all []incident.Finding
		parent := evm.Hash{}
		for n := range uint64(12) {
			b := paying(n+1, 1000+12*n, parent, 1)
			all, parent = append(all, see(b)...), b.Hash
		}
		got := modes(all)
		if got["paid page"] != errsBefore || got["paid observe"] != 12-errsBefore || got["erroring page"] != 3 {
			t.Fatalf("named %v: told %v", named, got)
		}
		want := map[bool]string{false: "[theft]", true: "[broken]"}[named]
		for _, f := range all {
			if f.Detector == "erroring" && (fmt.Sprint(f.Issues) != want || !strings.HasPrefix(f.Say, "Paid could not judge what it saw ")) {
				t.Errorf("finding %+v", f)
			}
		}
		// After a quiet while it begins anew.
		if got := modes(see(paying(13, 9000, parent, 1))); got["paid page"] != 1 || len(got) != 1 {
			t.Errorf("after a while told %v", got)
		}
	}
}
