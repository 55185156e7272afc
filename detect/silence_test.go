package detect

import (
	"slices"
	"testing"
	"time"

	"tocsin/plan"
)

func TestAbsence(t *testing.T) {
	for _, c := range []struct {
		name   string
		d      plan.Detector
		events []int // blocks, ten seconds apart, that have one
		want   []int
		say    string
	}{
		{"from the start of the watch", plan.Detector{}, nil, []int{3}, "Test: no Withdraw of Vault since 1 January 00:16 UTC; 30s without one is too long."},
		{"seen in time", plan.Detector{}, []int{2, 4, 6, 8, 10}, nil, ""},
		{"told once, and again after it came back", plan.Detector{}, []int{7}, []int{3, 10}, "Test: no Withdraw of Vault since 1 January 00:17 UTC; 30s without one is too long."},
		{"held back", plan.Detector{CoolDown: plan.Duration(80 * time.Second)}, []int{5}, []int{3, 11}, "Test: no Withdraw of Vault since 1 January 00:17 UTC; 30s without one is too long."},
		{"not every one counts", plan.Detector{Where: "event.args.assets > ether(5)"}, []int{1, 2, 3}, []int{3}, "Test: no Withdraw of Vault since 1 January 00:16 UTC; 30s without one is too long."},
		{"message", plan.Detector{Message: "{asset} is silent since {since}, {silent} is too long"}, nil, []int{3}, "Vault is silent since 1 January 00:16 UTC, 30s is too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.d.Kind, c.d.Event, c.d.Silent = "absence", "Withdraw", plan.Duration(30*time.Second)
			x := compile(t, world(c.d))
			var s State
			var fired []int
			last := ""
			for i := range 12 {
				b := block(uint64(i), 1000+10*uint64(i), 1)
				if slices.Contains(c.events, i) {
					add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 5))
				}
				for _, f := range x.Block(testChain, b, &s) {
					fired, last = append(fired, i), f.Say
				}
				s = stored(t, s)
			}
			if !slices.Equal(fired, c.want) || last != c.say {
				t.Errorf("fired in %v saying %q", fired, last)
			}
		})
	}
}

// A keeper whose calls fail is away; one whose calls are there is not.
func TestAbsenceOfCalls(t *testing.T) {
	x := compile(t, world(plan.Detector{Kind: "absence", Transaction: true, Silent: plan.Duration(30 * time.Second)}))
	for _, c := range []struct {
		status uint64
		want   int
	}{{1, 0}, {0, 1}} {
		var s State
		found := 0
		for i := range uint64(6) {
			b := block(i, 1000+10*i, 1)
			add(b, &vault, 0, nil, c.status)
			found += len(x.Block(testChain, b, &s))
		}
		if found != c.want {
			t.Errorf("status %d: found %d", c.status, found)
		}
	}
}

// A detector that changed, or went, leaves nothing of its vigil.
func TestChangedVigilStartsAnew(t *testing.T) {
	d := plan.Detector{Kind: "absence", Event: "Withdraw", Silent: plan.Duration(30 * time.Second)}
	var s State
	compile(t, world(d)).Block(testChain, block(1, 1000, 1), &s)
	compile(t, world(d)).Block(testChain, block(2, 1020, 1), &s)
	d.Event = "Paused"
	if found := compile(t, world(d)).Block(testChain, block(3, 1050, 1), &s); len(found) != 0 {
		t.Errorf("found the silence of another event: %s", say(found))
	}
	d.ID = "other"
	compile(t, world(d)).Block(testChain, block(4, 1060, 1), &s)
	if len(s.Vigils) != 1 || s.Vigils["other"] == nil {
		t.Errorf("vigils %v", s.Vigils)
	}
	s.Rollback(hashOf(4, 1))
	s.Rollback(hashOf(3, 1))
	if len(s.Vigils) != 0 {
		t.Errorf("vigils %v", s.Vigils)
	}
}
