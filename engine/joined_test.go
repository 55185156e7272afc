package engine_test

import (
	"slices"
	"testing"
	"time"

	"tocsin/decision"
	"tocsin/plan"
)

// Somebody is new from the plan on that names them; who was out of it for a while is new again.
func TestJoined(t *testing.T) {
	clock := newClock()
	began := clock.now()
	e := pinned(t, open(t), "a", clock.now, adoptable(t))
	takeUp := func(p *plan.Plan) time.Time {
		t.Helper()
		clock.pass(24 * time.Hour)
		x := propose(t, e, p)
		answer(t, e, x, "ada", decision.Approve)
		answer(t, e, x, "cyd", decision.Approve)
		return clock.now()
	}
	without := newer(t, "2")
	without.CoreTeam = slices.DeleteFunc(slices.Clone(without.CoreTeam), func(x plan.Person) bool { return x.ID == "dan" })
	if len(without.CoreTeam) == len(adoptable(t).CoreTeam) {
		t.Fatal("nobody has left")
	}
	takeUp(without)
	if since, err := e.Joined(t.Context(), "small"); err != nil || !since["dan"].IsZero() || !since["ada"].Equal(began) {
		t.Fatalf("%v, %v", since, err)
	}
	back := takeUp(newer(t, "3"))
	since, err := e.Joined(t.Context(), "small")
	if err != nil || !since["dan"].Equal(back) || !since["ada"].Equal(began) {
		t.Fatalf("%v, %v; back at %s", since, err, back)
	}
}
