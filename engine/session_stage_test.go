package engine_test

import (
	"context"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/evm"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/store"
)

// costume plays the small plan on another chain.
func costume(_ context.Context, p *plan.Plan, world string, chain uint64) (*plan.Plan, uint64, error) {
	if world == "nowhere" {
		return nil, 0, fault.New(fault.Invalid, "It does not fit.")
	}
	if world == "mainnet" {
		chain = 1
	}
	d, err := plan.ParseCanonical(p.Canonical())
	if err != nil {
		return nil, 0, err
	}
	d.Chains = []plan.Chain{{ID: chain, Name: "Drill", Kind: "drill"}}
	for i := range d.Assets {
		if d.Assets[i].Chain != 0 {
			d.Assets[i].Chain = chain
		}
	}
	return d, chain, nil
}

// moderate plans an exercise that ada leads and begins it.
func moderate(t *testing.T, e *engine.Engine) string {
	t.Helper()
	v, err := e.OpenSession(t.Context(), exercise.Command{Actor: as("ada"), Op: exercise.OpPlan{Moderator: "ada", Watch: []string{"ben"}, Title: "Autumn"}})
	if err != nil {
		t.Fatal(err)
	}
	command(t, e, v.State.ID, exercise.OpBegin{Speed: 1})
	return v.State.ID
}

func command(t *testing.T, e *engine.Engine, id string, op exercise.Op) *engine.ExerciseView {
	t.Helper()
	v, err := e.Exercise(t.Context(), id, exercise.Command{Actor: as("ada"), Op: op})
	if err != nil {
		t.Fatalf("%T: %v", op, err)
	}
	return v
}

func TestARunWithAWorldHasAChainOfItsOwn(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		e.Dress(costume)
		id := moderate(t, e)
		_, err := e.Exercise(t.Context(), id, exercise.Command{Actor: as("ada"), Op: exercise.OpChoose{Scenario: drill, World: "nowhere"}})
		want(t, err, fault.Invalid)

		// Whoever gives the command has no say in which plan is played.
		command(t, e, id, exercise.OpChoose{Scenario: drill, World: "harbour-vault"})
		v := command(t, e, id, exercise.OpDescribe{World: "harbour-vault", Chain: 1, Plan: evm.Hash{1}})
		first := v.State.Runs[0]
		played, err := e.RunPlan(t.Context(), &first)
		if err != nil || played.Hash() != first.Plan || first.Chain < 313370000000 || first.Chain > 313379999999 {
			t.Fatalf("it is played by %v on chain %d, %v", first.Plan, first.Chain, err)
		}
		if c, ok := played.Chain(first.Chain); !ok || c.Kind != "drill" {
			t.Fatalf("the plan does not know its chain: %+v", played.Chains)
		}

		// Opened by hand, an incident goes by that plan, and stays with it.
		open, err := e.Open(t.Context(), incident.Command{Actor: as("cyd"), Op: incident.OpOpen{Issue: "theft", Exercise: &incident.Exercise{Session: id}}})
		if err != nil {
			t.Fatal(err)
		}
		x := open.State.Exercise
		if open.State.Plan != first.Plan || x.Chain != first.Chain || x.Follower != engine.RunFollower(id, 1) || !x.Staged() {
			t.Fatalf("the incident goes by %v in %+v", open.State.Plan, x)
		}
		if n, err := e.Newer(t.Context(), open); err != nil || n != nil {
			t.Errorf("the plan in force is offered to it: %+v, %v", n, err)
		}
		in, err := e.InForce(t.Context(), "small")
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Adopt(t.Context(), as("cyd"), open.State.ID, in.Hash())
		want(t, err, fault.Conflict)

		// What is found on its chain belongs to it, what is found on the protocol's own drill chain does not.
		follower := &follower{t: t, e: e}
		var ok bool
		if follower.epoch, ok, err = e.Lease(t.Context(), x.Follower, clock.now().Add(time.Hour)); err != nil || !ok {
			t.Fatal(ok, err)
		}
		o := follower.observation(found("f1"))
		o.Key, o.Chain, o.Findings[0].Chain, o.Exercise = x.Follower, first.Chain, first.Chain, &incident.Exercise{Session: id, Run: 1, Chain: first.Chain}
		if err := e.Observe(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if w, err := e.WatchedIn(t.Context(), id, 1); err != nil || w.Block != 1 {
			t.Errorf("watched up to %+v, %v", w, err)
		}
		if w, err := e.Watched(t.Context(), "small", first.Chain); err != nil || w.Block != 0 {
			t.Errorf("the protocol follows it up to %+v, %v", w, err)
		}
		if n := len(view(t, e, open.State.ID).State.Findings); n != 1 {
			t.Fatalf("%d findings in the exercise", n)
		}
		if other := attack(t, follow(t, e, clock.now().Add(time.Hour)), "f2"); other.State.Exercise.Session != "" || other.State.Plan != in.Hash() {
			t.Errorf("what the protocol's own drill chain shows went to %+v", other.State.Exercise)
		}

		// A second run has another chain; what comes late from the first opens nothing.
		command(t, e, id, exercise.OpComplete{Conclusion: "Stopped."})
		o.Findings = []incident.Finding{found("f3")}
		o.Findings[0].Chain, o.Findings[0].Issues, o.Findings[0].Asset = first.Chain, nil, "elsewhere"
		before := len(list(t, e))
		if err := e.Observe(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if n := len(list(t, e)); n != before {
			t.Errorf("%d incidents after a late finding, %d before", n, before)
		}
		command(t, e, id, exercise.OpChoose{Scenario: drill, World: "harbour-vault"})
		v = command(t, e, id, exercise.OpDescribe{})
		second := v.State.Runs[1]
		if second.Chain == first.Chain || second.Plan == first.Plan || second.Chain == 0 {
			t.Errorf("the second run is played on chain %d, the first on %d", second.Chain, first.Chain)
		}
	})
}

func TestNoRunIsPlayedOnALiveChain(t *testing.T) {
	clock := newClock()
	e := start(t, open(t), "a", clock.now)
	e.Dress(costume)
	other, files := small(t)
	other.Protocol, other.Chains = "other", []plan.Chain{{ID: 1, Name: "Ethereum"}}
	if _, err := e.Pin(t.Context(), other, files); err != nil {
		t.Fatal(err)
	}
	v, err := e.OpenSession(t.Context(), exercise.Command{Actor: as("ada"), Op: exercise.OpPlan{Protocol: "small", Moderator: "ada", Watch: []string{"ben"}}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Exercise(t.Context(), v.State.ID, exercise.Command{Actor: as("ada"), Op: exercise.OpChoose{Scenario: drill, World: "mainnet"}})
	want(t, err, fault.Forbidden)
}
