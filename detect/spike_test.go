package detect

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

func failures() plan.Detector {
	return plan.Detector{
		Kind: "spike", Mode: "page", Metric: "failed_transactions", Window: plan.Duration(10 * time.Second),
		Baseline: 5, Factor: 3, Minimum: 4, CoolDown: plan.Duration(30 * time.Second),
		Message: "{count} of {asset} in {window}, usual are {usual}",
	}
}

// failing makes a block with failed transactions to the vault, and one that succeeds.
func failing(number, time uint64, fork byte, n int) *evm.Block {
	b := block(number, time, fork)
	add(b, &vault, 0, nil, 1)
	for range n {
		add(b, &vault, 0, nil, 0)
	}
	add(b, &token, 0, nil, 0)
	return b
}

func TestSpike(t *testing.T) {
	// Each figure is the number of failures in one window of ten seconds, two blocks in each, from second 1000 on.
	for _, c := range []struct {
		name    string
		windows []int
		d       func(*plan.Detector)
		fires   []int // windows
	}{
		{"warming", []int{0, 9, 9, 9, 9, 90}, nil, nil},
		{"first full baseline", []int{0, 1, 1, 1, 1, 1, 4}, nil, []int{6}},
		{"below the minimum", []int{0, 1, 1, 1, 1, 1, 3}, nil, nil},
		{"below the factor", []int{0, 3, 3, 3, 3, 3, 8}, nil, nil},
		{"at the factor", []int{0, 3, 3, 3, 3, 3, 9}, nil, []int{6}},
		{"silence before", []int{0, 0, 0, 0, 0, 0, 4}, nil, []int{6}},
		{"median, not mean", []int{0, 2, 90, 2, 90, 2, 6}, nil, []int{6}},
		{"cool-down", []int{0, 1, 1, 1, 1, 1, 50, 50, 50, 150}, nil, []int{6, 9}},
		{"no cool-down, once per window", []int{0, 1, 1, 1, 1, 1, 50, 50}, func(d *plan.Detector) { d.CoolDown = 0 }, []int{6, 7}},
		{"must clear first", []int{0, 1, 1, 1, 1, 1, 50, 50, 1, 50}, func(d *plan.Detector) { d.CoolDown, d.Clear = 0, 2 }, []int{6, 9}},
		{"score", []int{0, 10, 12, 10, 12, 10, 12, 30}, func(d *plan.Detector) { d.Factor, d.Score = 0, 5 }, []int{7}},
		{"score too low", []int{0, 10, 12, 10, 12, 10, 12, 13}, func(d *plan.Detector) { d.Factor, d.Score = 0, 5 }, nil},
		{"a limit needs no baseline", []int{0, 4}, func(d *plan.Detector) { d.Factor, d.Baseline = 0, 0 }, []int{1}},
		{"transactions", []int{0, 1, 1, 1, 1, 1, 7}, func(d *plan.Detector) { d.Metric = "transactions" }, []int{6}},
		{"where", []int{0, 0, 0, 0, 0, 0, 90}, func(d *plan.Detector) { d.Where = "tx.value > 0" }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := failures()
			if c.d != nil {
				c.d(&d)
			}
			x := compile(t, world(d))
			var s State
			var fired []int
			for i, n := range c.windows {
				for half := range 2 {
					s = stored(t, s)
					number := uint64(i*2 + half)
					b := failing(number, 1000+number*5, 1, n/2+(n%2)*half)
					for range x.Block(testChain, b, &s) {
						fired = append(fired, i)
					}
				}
			}
			if !slices.Equal(fired, c.fires) {
				t.Errorf("fired in windows %v, want %v", fired, c.fires)
			}
		})
	}
}

// stored is a state as it comes back from the database.
func stored(t testing.TB, s State) State {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back State
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

func TestSpikeSays(t *testing.T) {
	x := compile(t, world(failures()))
	var s State
	if got := x.Warming(testChain, &s); !slices.Equal(got, []string{"d"}) {
		t.Errorf("warming before the first block: %v", got)
	}
	for n := range uint64(6) {
		x.Block(testChain, failing(n, 1000+10*n, 1, 1), &s)
	}
	if got := x.Warming(testChain, &s); len(got) != 1 {
		t.Errorf("warming in the last window of the baseline: %v", got)
	}
	b := failing(6, 1060, 1, 5)
	found := x.Block(testChain, b, &s)
	if len(found) != 1 || found[0].Say != "5 of Vault in 10s, usual are 1" || found[0].Tx != b.Transactions[5].Hash {
		t.Errorf("found %+v", found)
	}
	if got := x.Warming(testChain, &s); len(got) != 0 {
		t.Errorf("warming with a full baseline: %v", got)
	}
}

// Whatever the chain does and whenever the process dies, the state is that of having seen the canonical blocks alone.
func TestReorgsLeaveNoTrace(t *testing.T) {
	d := failures()
	d.CoolDown = 0
	p := world(d, plan.Detector{ID: "w", Event: "Withdraw", Depth: "2"})
	x := compile(t, p)
	make := func(n uint64, fork byte) *evm.Block {
		b := failing(n, 1000+7*n, fork, int(n+uint64(fork)*5)%9)
		if n%3 == 0 {
			add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, n))
		}
		return b
	}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		var s State
		var canonical []*evm.Block
		live := map[string]bool{}
		for step := range 62 {
			// The last two blocks stay, so that what waits for blocks on top has them.
			if depth := r.IntN(7); r.IntN(4) == 0 && depth < len(s.Recent) && step < 60 {
				for range depth {
					for _, id := range s.Rollback(canonical[len(canonical)-1].Hash) {
						if !live[id] {
							t.Fatalf("seed %d: %s retracted without having been found", seed, id)
						}
						delete(live, id)
					}
					canonical = canonical[:len(canonical)-1]
				}
			}
			b := make(uint64(len(canonical)), byte(1+r.IntN(3)))
			canonical = append(canonical, b)
			for _, f := range x.Block(testChain, b, &s) {
				if live[f.ID] {
					t.Fatalf("seed %d: %s found twice", seed, f.ID)
				}
				live[f.ID] = true
			}
			s = stored(t, s)
		}
		var straight State
		found := 0
		for _, b := range canonical {
			found += len(x.Block(testChain, b, &straight))
		}
		if found != len(live) {
			t.Fatalf("seed %d: %d findings stand, %d in the canonical blocks", seed, len(live), found)
		}
		if a, b := s.Spikes["d"], straight.Spikes["d"]; !reflect.DeepEqual(recent(a), recent(b)) {
			t.Fatalf("seed %d: counters %+v and %+v", seed, a, b)
		}
		if len(s.Recent) > 8 {
			t.Fatalf("seed %d: %d blocks are kept", seed, len(s.Recent))
		}
	}
}

// recent is what of a counter may still matter.
func recent(c *Counter) Counter {
	r := *c
	if n := len(r.Windows); n > 6 {
		r.Windows = r.Windows[n-6:]
	}
	return r
}

func TestStateIsBounded(t *testing.T) {
	x := compile(t, world(failures()))
	var s State
	longest := 0
	for n := range uint64(3000) {
		b := failing(n, 1000+n*11, byte(n%3), int(n%5))
		x.Block(testChain, b, &s)
		if n%4 == 0 {
			s.Rollback(b.Hash)
		}
		if n > 100 {
			enc, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			longest = max(longest, len(enc))
		}
	}
	if longest > 8000 {
		t.Errorf("the state took %d bytes", longest)
	}
}

func TestChangedDetectorStartsAnew(t *testing.T) {
	d := failures()
	x := compile(t, world(d))
	var s State
	for n := range uint64(8) {
		x.Block(testChain, failing(n, 1000+10*n, 1, 1), &s)
	}
	d.Metric = "transactions"
	x = compile(t, world(d))
	if found := x.Block(testChain, failing(8, 1080, 1, 50), &s); len(found) != 0 {
		t.Errorf("fired on the baseline of another metric: %s", say(found))
	}
	s.Rollback(hashOf(8, 1))
	s.Rollback(hashOf(7, 1))
	if c := s.Spikes["d"]; len(c.Windows) != 0 {
		t.Errorf("counters after a rollback beyond the change: %+v", c)
	}
	x = compile(t, world(plan.Detector{Event: "Withdraw"}))
	x.Block(testChain, failing(7, 1071, 1, 1), &s)
	if len(s.Spikes) != 0 {
		t.Errorf("a counter outlives its detector: %v", s.Spikes)
	}
}

func TestSpikeOfEvents(t *testing.T) {
	d := failures()
	d.Metric, d.Baseline, d.Factor = "events", 0, 0
	for _, event := range []string{"", "Withdraw"} {
		d.Event = event
		x := compile(t, world(d))
		b := block(1, 10, 1)
		for range 2 {
			add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 1), withdrawal(t, vault, alice, bob, 1), withdrawal(t, token, alice, bob, 1))
		}
		if got := say(x.Block(testChain, b, &State{})); !strings.HasPrefix(got, "d: 4 of Vault") {
			t.Errorf("event %q: %s", event, got)
		}
	}
}

func TestWarmingFillsBaselinesSilently(t *testing.T) {
	d := failures()
	d.Backfill = 100
	x := compile(t, world(d, plan.Detector{ID: "w", Event: "Withdraw"}))
	var s State
	for n := range uint64(7) {
		b := failing(n, 1000+10*n, 1, 1+int(n/6)*30)
		add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 1))
		x.Warm(testChain, b, &s)
	}
	if len(x.Warming(testChain, &s)) != 0 || len(s.Pending) != 0 {
		t.Errorf("state %+v", s)
	}
	if found := x.Block(testChain, failing(7, 1070, 1, 4), &s); len(found) != 1 {
		t.Errorf("found %s", say(found))
	}
}
