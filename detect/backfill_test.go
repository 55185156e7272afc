package detect

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/plan"
)

// counted writes what spikes have counted, but for how they came to it.
func counted(t *testing.T, s *State) string {
	t.Helper()
	all := map[string]Counter{}
	for id, c := range s.Spikes {
		if id == "other" {
			continue // it was there before
		}
		plain := *c
		plain.Since, plain.Filled = 0, false
		all[id] = plain
	}
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func newcomers() []plan.Detector {
	window := plan.Duration(10 * time.Second)
	return []plan.Detector{
		{ID: "calls", Name: "Calls", Kind: "spike", Mode: "page", Asset: "vault", Metric: "transactions", Window: window, Baseline: 6, Factor: 2},
		{ID: "shares", Name: "Shares", Kind: "spike", Mode: "page", Asset: "vault", Metric: "failed_share", Window: window, Baseline: 6, Minimum: 0.3, Factor: 1},
		{ID: "gone", Name: "Gone", Kind: "spike", Mode: "page", Asset: "vault", Metric: "outflow", Event: "Withdraw", Amount: "event.args.assets", Window: window, Baseline: 8, Score: 2},
		{ID: "price", Name: "Price", Kind: "spike", Mode: "page", Chain: testChain, Metric: "gas_price", Window: window, Baseline: 4, Factor: 1.2},
		{ID: "crowd", Name: "Crowd", Kind: "spike", Mode: "page", Asset: "vault", Metric: "transactions", GroupBy: "sender", Window: window, Baseline: 6, Factor: 2, Minimum: 2},
	}
}

// busy makes a block of chance.
func busy(t *testing.T, r *rand.Rand, number, at uint64, fork byte, parent evm.Hash) *evm.Block {
	t.Helper()
	b := block(number, at, fork)
	b.ParentHash, b.BaseFee = parent, uint256.NewInt(1e9+r.Uint64N(1e9))
	for range r.IntN(12) {
		to := &vault
		if r.IntN(4) == 0 {
			to = &token
		}
		var logs []evm.Log
		if r.IntN(2) == 0 {
			logs = append(logs, withdrawal(t, vault, alice, bob, 1+r.Uint64N(9)))
		}
		add(b, to, 0, nil, uint64(min(r.IntN(3), 1)), logs...)
		if r.IntN(2) == 0 {
			n := len(b.Transactions) - 1
			b.Transactions[n].From, b.Receipts[n].From = bob, bob
		}
	}
	return b
}

// A detector that comes into the plan late and reads what was before finds from then on what it would have found had it been
// there all along, whatever the chain does meanwhile.
func TestFilledBaselineIsAsIfItHadBeenThere(t *testing.T) {
	other := plan.Detector{ID: "other", Name: "Other", Kind: "spike", Asset: "vault", Metric: "events", Window: plan.Duration(time.Minute), Minimum: 1000}
	without, with := compile(t, world(other)), compile(t, world(append(newcomers(), other)...))
	found := map[string]int{}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		var chain []*evm.Block
		at, fork := uint64(1000), byte(1)
		grow := func() *evm.Block {
			number, parent := uint64(1), evm.Hash{}
			if n := len(chain); n > 0 {
				number, parent, at = chain[n-1].Number+1, chain[n-1].Hash, chain[n-1].Time
			}
			b := busy(t, r, number, at+1+r.Uint64N(8), fork, parent)
			chain = append(chain, b)
			return b
		}
		var always, late State
		shrink := func() {
			fork++
			for range 1 + r.IntN(5) {
				last := chain[len(chain)-1].Hash
				chain = chain[:len(chain)-1]
				always.Rollback(last)
				late.Rollback(last)
			}
		}
		begin := 30 + r.IntN(60) // the first blocks are older than what is read
		for range begin + 1 {
			b := grow()
			without.Block(testChain, b, &late)
		}
		skip := r.IntN(20)
		for _, b := range chain[skip:] {
			with.Warm(testChain, b, &always)
		}
		for range 1 + r.IntN(3) { // the new plan is in force
			b := grow()
			with.Warm(testChain, b, &always)
			with.Block(testChain, b, &late)
		}
		f := with.Filling(testChain, &late)
		if f == nil || len(f.Detectors()) != len(newcomers()) {
			t.Fatalf("seed %d: nothing to be filled: %+v", seed, f)
		}
		_, to, _ := f.Range()
		old := slices.Clone(chain[skip:to])
		if r.IntN(2) == 0 {
			shrink()
			for range r.IntN(4) {
				b := grow()
				with.Warm(testChain, b, &always)
				with.Block(testChain, b, &late)
			}
		}
		for _, b := range old {
			f.Take(b)
		}
		if !f.Give(&late) {
			t.Fatalf("seed %d: what was counted does not meet", seed)
		}
		if with.Filling(testChain, &late) != nil {
			t.Errorf("seed %d: there is still something to be filled", seed)
		}
		for step := range 60 {
			if r.IntN(8) == 0 {
				shrink()
			}
			b := grow()
			want, got := with.Block(testChain, b, &always), with.Block(testChain, b, &late)
			if say(want) != say(got) {
				t.Fatalf("seed %d, step %d: found %s, want %s", seed, step, say(got), say(want))
			}
			for _, g := range got {
				found[g.Detector]++
			}
			if a, b := counted(t, &always), counted(t, &late); a != b {
				t.Fatalf("seed %d, step %d: counted\n%s, want\n%s", seed, step, b, a)
			}
		}
	}
	for _, d := range newcomers() {
		if found[d.ID] == 0 {
			t.Errorf("%s has found nothing: the test shows nothing of it", d.ID)
		}
	}
}

// What does not meet is not joined.
func TestFillingThatDoesNotMeet(t *testing.T) {
	without, with := compile(t, world()), compile(t, world(newcomers()...))
	fresh := func() (late State, f *Filling) {
		for n := uint64(1); n <= 6; n++ {
			without.Block(testChain, block(n, n*5, 1), &late)
		}
		for n := uint64(7); n <= 8; n++ {
			with.Block(testChain, block(n, n*5, 1), &late)
		}
		f = with.Filling(testChain, &late)
		if f == nil {
			t.Fatal("nothing to be filled")
		}
		return late, f
	}
	for what, c := range map[string]struct {
		blocks []*evm.Block
		change func(*State)
	}{
		"nothing read":      {},
		"not read up to it": {blocks: []*evm.Block{block(4, 20, 1), block(5, 25, 1)}},
		"another chain":     {blocks: []*evm.Block{block(5, 25, 2), block(6, 30, 2)}},
		"another detector":  {blocks: []*evm.Block{block(5, 25, 1), block(6, 30, 1)}, change: func(s *State) { s.Spikes["calls"].Of = "else" }},
		"no detector":       {blocks: []*evm.Block{block(5, 25, 1), block(6, 30, 1)}, change: func(s *State) { delete(s.Spikes, "price") }},
	} {
		late, f := fresh()
		if c.change != nil {
			c.change(&late)
		}
		for _, b := range c.blocks {
			f.Take(b)
		}
		before := fmt.Sprint(counted(t, &late))
		if f.Give(&late) || counted(t, &late) != before {
			t.Errorf("%s: joined", what)
		}
	}
	late, f := fresh()
	f.Forgo(&late)
	if with.Filling(testChain, &late) != nil {
		t.Error("forgone, and to be filled still")
	}
	if from, to, since := f.Range(); from != 0 || to != 6 || since != 0 {
		t.Errorf("reads from %d to %d, since %d", from, to, since)
	}
}
