package detect

import (
	"encoding/json"
	"strings"
	"testing"

	"tocsin/evm"
	"tocsin/plan"
)

// What fits no ABI is told up to a bound, counted beyond it, shown, and taken back with its block.
func TestUnfitIsCountedAndShown(t *testing.T) {
	x := compile(t, world(
		plan.Detector{ID: "d", Event: "Withdraw", Where: "event.args.assets > 5"},
		plan.Detector{ID: "all", Chain: testChain, Event: withdraw, Where: "event.args.assets > 5"},
	))
	odd := func(at evm.Address) evm.Log {
		l := withdrawal(t, at, alice, bob, 5)
		l.Data = l.Data[:40]
		return l
	}
	var s State
	x.Block(testChain, block(1, 60, 1), &s)
	b := block(2, 61, 1)
	logs := []evm.Log{odd(token), odd(token)}
	for range 30 {
		logs = append(logs, odd(vault))
	}
	add(b, &vault, 0, nil, 1, logs...)
	var ahead State
	if early := x.Ahead(testChain, b, &ahead); len(early) != maxBlind || ahead.Unfit != nil {
		t.Errorf("ahead: found %d, counted %v", len(early), ahead.Unfit)
	}
	found := x.Block(testChain, b, &s)
	if len(found) != maxBlind || !strings.HasSuffix(found[maxBlind-1].Say, "Any more of it in this block are only counted.") {
		t.Fatalf("found %d: %s", len(found), found[len(found)-1].Say)
	}
	for i, want := range []uint64{30, 32} {
		g := x.Sights(testChain, &s)[i]
		if g.Unfit != want || !strings.Contains(g.Why, "could not be judged, the last one in block 2: ") {
			t.Errorf("%s shows %d: %s", g.Detector, g.Unfit, g.Why)
		}
	}
	stored, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var loaded State
	if err := json.Unmarshal(stored, &loaded); err != nil {
		t.Fatal(err)
	}
	loaded.Rollback(b.Hash)
	if len(loaded.Unfit) != 0 {
		t.Errorf("after the rollback: %+v", loaded.Unfit)
	}
	if g := x.Sights(testChain, &loaded)[0]; g.Unfit != 0 || g.Why != "" {
		t.Errorf("after the rollback it shows %+v", g)
	}
}

func TestUnfitOfADetectorThatIsGone(t *testing.T) {
	b := block(1, 60, 1)
	l := withdrawal(t, vault, alice, bob, 5)
	l.Data = nil
	add(b, &vault, 0, nil, 1, l)
	s := State{Unfit: map[string]*Unfit{"gone": {Count: 7}}}
	compile(t, world(plan.Detector{Event: "Withdraw", Where: "event.args.assets > 5"})).Block(testChain, b, &s)
	if s.Unfit["gone"] != nil || s.Unfit["d"].Count != 1 {
		t.Errorf("counted %v", s.Unfit)
	}
}

// A log of the right signature with another number of topics is another event; but where a detector's own asset emits it, the
// ABI may be wrong, and people see that.
func TestTopicsThatFitNoDeclaration(t *testing.T) {
	x := compile(t, world(plan.Detector{ID: "d", Event: "Withdraw"}, plan.Detector{ID: "all", Chain: testChain, Event: withdraw}))
	var logs []evm.Log
	for _, n := range []int{1, 2, 3, 5, 1000} {
		l := withdrawal(t, vault, alice, bob, 5)
		l.Topics = append(l.Topics[:1], make([]evm.Hash, n-1)...)
		logs = append(logs, l)
	}
	b := block(1, 60, 1)
	add(b, &vault, 0, nil, 1, logs...)
	var s State
	if found := x.Block(testChain, b, &s); len(found) != 0 {
		t.Errorf("found %s", say(found))
	}
	sights := x.Sights(testChain, &s)
	if g := sights[0]; g.Unfit != 5 || !strings.Contains(g.Why, "the last one in block 1: as many indexed values as no declaration of the event has; the ABI may be wrong") {
		t.Errorf("shows %d: %s", g.Unfit, g.Why)
	}
	if g := sights[1]; g.Unfit != 0 {
		t.Errorf("of the whole chain it counts %d", g.Unfit)
	}
}
