package detect

import (
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

func load(t testing.TB, text string, s *State) {
	t.Helper()
	*s = State{}
	if err := json.Unmarshal([]byte(text), s); err != nil {
		t.Fatal(err)
	}
}

func busySenders() plan.Detector {
	return plan.Detector{
		Kind: "spike", Mode: "page", Metric: "transactions", Chain: testChain, GroupBy: "sender", Window: plan.Duration(10 * time.Second),
		Baseline: 4, Factor: 3, Minimum: 6, CoolDown: plan.Duration(20 * time.Second),
	}
}

func person(n int) (a evm.Address) {
	binary.BigEndian.PutUint64(a[12:], uint64(n+1))
	return a
}

// sent makes a block in which each sender sends so often.
func sent(number, time uint64, fork byte, times map[int]int) *evm.Block {
	b := block(number, time, fork)
	for n := range 2000 {
		for range times[n] {
			add(b, &vault, 0, nil, 1)
			b.Transactions[len(b.Transactions)-1].From = person(n)
		}
	}
	return b
}

func TestGroups(t *testing.T) {
	x := compile(t, world(busySenders()))
	var s State
	var said []string
	for i := range 12 {
		times := map[int]int{1: 2, 2: 9} // the second is always busy
		switch i {
		case 1:
			times[2] = 0
		case 6, 7, 11:
			times[1] = 7 // three times what is usual of it
		case 8:
			times[3] = 6 // never seen before
		case 9:
			times[4] = 5 // too few
		}
		for _, f := range x.Block(testChain, sent(uint64(i), 1000+uint64(i)*10, 1, times), &s) {
			said = append(said, f.Say)
		}
		s = stored(t, s)
	}
	want := []string{
		"Test: 7 transactions of chain 31337 by " + person(1).Hex() + " within 10s, where 2 are usual.",
		"Test: 6 transactions of chain 31337 by " + person(3).Hex() + " within 10s, where 0 are usual.",
		"Test: 7 transactions of chain 31337 by " + person(1).Hex() + " within 10s, where 2 are usual.",
	}
	if got := strings.Join(said, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("said\n%s", got)
	}
	if len(s.Spikes["d"].Groups) > 4 {
		t.Errorf("%d senders are remembered", len(s.Spikes["d"].Groups))
	}
}

func TestGroupsByContract(t *testing.T) {
	d := busySenders()
	d.GroupBy, d.Metric, d.Event, d.Baseline, d.Factor, d.Message = "contract", "events", withdraw, 0, 0, "{count} of {group} and no more."
	x := compile(t, world(d))
	b := block(1, 1000, 1)
	for range 6 {
		add(b, &token, 0, nil, 1, withdrawal(t, vault, alice, bob, 1), withdrawal(t, alice, alice, bob, 1))
	}
	b.Receipts[0].Logs = b.Receipts[0].Logs[:1]
	found := x.Block(testChain, b, &State{})
	if got := say(found); got != "d: 6 of Vault ("+vault.Hex()+") and no more." {
		t.Errorf("says %s", got)
	}
	d.Message = "Many."
	found = compile(t, world(d)).Block(testChain, b, &State{})
	if got := say(found); got != "d: Many: Vault ("+vault.Hex()+")." {
		t.Errorf("a message without the group says %s", got)
	}
}

// A flood of senders who come once neither fills the memory nor hides one who comes often.
func TestAFloodOfSendersHidesNobody(t *testing.T) {
	x := compile(t, world(busySenders()))
	var s State
	found := map[string]int{}
	for i := range 60 {
		times := map[int]int{}
		for n := range 90 {
			times[10+(i*90+n)%1900] = 1
		}
		if i == 30 || i == 31 { // two blocks of one window
			times[5] = 4
		}
		for _, f := range x.Block(testChain, sent(uint64(i), 1000+uint64(i)*5, 1, times), &s) {
			found[f.Say]++
		}
	}
	c := s.Spikes["d"]
	if len(found) != 1 || len(c.Groups) > 2*maxGroups || c.Missed == 0 {
		t.Errorf("found %v with %d senders in memory, %d missed", found, len(c.Groups), c.Missed)
	}
	b, err := json.Marshal(s)
	if err != nil || len(b) > 200_000 {
		t.Errorf("the state takes %d bytes: %v", len(b), err)
	}
}

// Whatever is rolled back, groups that had to make room among it, leaves no trace in what is found.
func TestReorgsOfGroupsLeaveNoTrace(t *testing.T) {
	x := compile(t, world(busySenders()))
	dropped := 0
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 3))
		crowd := func(n uint64, fork byte) *evm.Block {
			d := rand.New(rand.NewPCG(seed*1000+n, uint64(fork)))
			times := map[int]int{int(n % 7): d.IntN(9)}
			for range 70 {
				times[d.IntN(500)] = 1 + d.IntN(3)
			}
			return sent(n, 1000+n*3, fork, times)
		}
		var s State
		var canonical []*evm.Block
		live := map[string]bool{}
		for range 70 {
			if depth := r.IntN(5); r.IntN(5) == 0 && depth < len(s.Recent) {
				for range depth {
					last := canonical[len(canonical)-1]
					for _, u := range s.Recent[len(s.Recent)-1].Undo {
						dropped += len(u.Dropped)
					}
					for _, id := range s.Rollback(last.Hash) {
						if !live[id] {
							t.Fatalf("seed %d: %s retracted without having been found", seed, id)
						}
						delete(live, id)
					}
					canonical = canonical[:len(canonical)-1]
				}
			}
			b := crowd(uint64(len(canonical)), byte(1+r.IntN(3)))
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
		if found == 0 || found != len(live) {
			t.Fatalf("seed %d: %d findings stand, %d in the canonical blocks", seed, len(live), found)
		}
		if a, b := s.Spikes["d"].Missed, straight.Spikes["d"].Missed; a != b {
			t.Fatalf("seed %d: %d and %d missed", seed, a, b)
		}
	}
	if dropped == 0 {
		t.Error("no group ever made room in a block that was rolled back: the test shows nothing")
	}
}
