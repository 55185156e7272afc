package detect

import (
	"strings"
	"testing"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

// Blocks without traces are told once in an outage, and again after the next, but not within a quarter of an hour.
func TestMissingTracesAreTold(t *testing.T) {
	p := world(plan.Detector{Transaction: true, Internal: true, Mode: "act"}, plan.Detector{ID: "other", Transaction: true})
	x := compile(t, p)
	s := &State{}
	blind := 0
	step := func(number, at uint64, traced, empty bool) []Finding {
		t.Helper()
		b := block(number, at, 1)
		if !empty {
			add(b, &bob, 7, nil, 1)
		}
		if traced {
			trace(b)
		}
		found := x.Block(testChain, b, s)
		for _, f := range found {
			if !f.Blind || f.Mode != Page || f.Detector != "d" || !strings.Contains(f.Say, "cannot see internal calls") {
				t.Errorf("finding: %+v", f)
			}
			blind++
		}
		return found
	}
	step(1, 10, true, false)
	for i, c := range []struct {
		at            uint64
		traced, empty bool
		want          int
	}{
		{20, false, true, 0},
		{30, false, false, 1},
		{40, false, false, 1},
		{50, true, false, 1},
		{60, false, false, 1}, // too soon
		{70, true, false, 1},
		{30 + blindAgain, false, true, 1},
		{31 + blindAgain, false, false, 2},
	} {
		before := x.Sights(testChain, s)[0].State
		if step(uint64(i+2), c.at, c.traced, c.empty); blind != c.want {
			t.Fatalf("step %d: told %d times, want %d", i, blind, c.want)
		}
		shown := x.Sights(testChain, s)
		if c.empty && shown[0].State != before || !c.empty && (shown[0].State == Unknown) == c.traced || shown[1].State == Unknown {
			t.Errorf("step %d: shown as %s and %s", i, shown[0].State, shown[1].State)
		}
	}
	last, _ := s.Last()
	if gone := s.Rollback(last.Hash); len(gone) != 1 {
		t.Errorf("taken back: %q", gone)
	}
	if found := step(10, 31+blindAgain, false, false); len(found) != 1 {
		t.Errorf("not told again after it was taken back")
	}
}

// One transaction that could not be traced is named; one that failed has done nothing that could be missed.
func TestOneTransactionWithoutTrace(t *testing.T) {
	x := compile(t, world(plan.Detector{Transaction: true, Internal: true}))
	b := block(1, 10, 1)
	add(b, &bob, 7, nil, 1)
	trace(b, frame(evm.CallFrame, bob, vault, 0, nil))
	add(b, &bob, 7, nil, 0)
	b.Traces = append(b.Traces, evm.Frame{})
	found := x.Block(testChain, b, &State{})
	if len(found) != 1 || found[0].Blind {
		t.Fatalf("found %s", say(found))
	}
	add(b, &bob, 7, nil, 1)
	b.Traces = append(b.Traces, evm.Frame{Error: "timeout"})
	found = x.Block(testChain, b, &State{})
	if len(found) != 2 || !found[0].Blind || found[0].Tx != b.Transactions[2].Hash || found[1].Blind {
		t.Fatalf("found %s", say(found))
	}
}

// What may have been there and could not be seen was not absent.
func TestAbsenceOfWhatCannotBeSeen(t *testing.T) {
	x := compile(t, world(plan.Detector{Kind: "absence", Transaction: true, Internal: true, Silent: plan.Duration(time.Minute)}))
	s := &State{}
	find := func(number, at uint64, calls ...evm.Frame) []Finding {
		b := block(number, at, 1)
		add(b, &bob, 7, nil, 1)
		if calls != nil {
			trace(b, calls...)
		}
		return x.Block(testChain, b, s)
	}
	none, there := []evm.Frame{{Type: evm.CallFrame}}, []evm.Frame{frame(evm.CallFrame, bob, vault, 0, nil)}
	for i, c := range []struct {
		at    uint64
		calls []evm.Frame
		want  string
	}{
		{10, there, ""},
		{69, none, ""},
		{70, there, ""},
		{129, none, ""},
		{130, nil, "cannot see internal calls"},
		{189, none, ""},
		{190, none, "no transaction to Vault since"},
	} {
		found := find(uint64(i+1), c.at, c.calls...)
		if (len(found) == 1) != (c.want != "") || len(found) > 1 || len(found) == 1 && !strings.Contains(found[0].Say, c.want) {
			t.Fatalf("at %d: found %s, want %q", c.at, say(found), c.want)
		}
	}
}
