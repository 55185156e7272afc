package engine_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/store"
)

func TestObserve(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		f := follow(t, e, clock.now().Add(time.Minute))
		quiet := found("q1")
		quiet.Mode = "observe"
		f.see(quiet)
		if len(list(t, e)) != 0 {
			t.Fatal("a detector that only observes opened an incident")
		}
		f.see(quiet, found("f1"), found("f1"), found("f2"))
		f.see(found("f1"))
		l := list(t, e)
		if len(l) != 1 {
			t.Fatalf("%d incidents", len(l))
		}
		v := view(t, e, l[0].ID)
		if len(v.State.Findings) != 2 || v.State.Asset != "vault" || !v.State.Called("ada") {
			t.Errorf("the incident is %+v", v.State)
		}
		second := quiet
		second.ID = "q2"
		f.see(second)
		seen, err := e.Observed(t.Context(), "small")
		if err != nil || len(seen) != 2 || seen[0].ID != "q1" || seen[1].ID != "q2" {
			t.Errorf("observed %v, %v", seen, err)
		}
		own, err := e.WatchState(t.Context(), engine.WatchKey("small", 31337))
		if err != nil || string(own) != `{"at":4}` {
			t.Errorf("the follower's state is %s, %v", own, err)
		}
		if w, err := e.Watched(t.Context(), "small", 31337); err != nil || w.Block != 4 || w.At.Unix() != 4 {
			t.Errorf("watched until %+v, %v", w, err)
		}
		if none, err := e.WatchState(t.Context(), engine.WatchKey("small", 1)); none != nil || err != nil {
			t.Errorf("a chain that nobody watches: %s, %v", none, err)
		}
	})
}

// TestObserveTwice has a follower that has lost its lease, and one that has taken it, see the same block.
func TestObserveTwice(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		a, b := start(t, st, "a", clock.now), start(t, st, "b", clock.now)
		old := follow(t, a, clock.now().Add(time.Second))
		if _, ok, err := b.Lease(t.Context(), engine.WatchKey("small", 31337), clock.now().Add(time.Minute)); ok || err != nil {
			t.Fatalf("two hold one lease: %v", err)
		}
		clock.pass(2 * time.Second)
		now := follow(t, b, clock.now().Add(time.Minute))
		now.see(found("f1"))
		if err := a.Observe(t.Context(), old.observation(found("f1"), found("f9"))); !errors.Is(err, store.ErrLost) {
			t.Fatalf("who has lost the lease is told %v", err)
		}
		if l := list(t, a); len(l) != 1 || len(view(t, a, l[0].ID).State.Findings) != 1 {
			t.Error("what was seen without the lease counts")
		}
	})
}

// TestRoute leads findings to the incident they belong to.
func TestRoute(t *testing.T) {
	clock := newClock()
	e := start(t, open(t), "a", clock.now)
	f := follow(t, e, clock.now().Add(time.Hour))
	with := func(id string, change func(*incident.Finding)) incident.Finding {
		x := found(id)
		change(&x)
		return x
	}
	// By hand, with the issue and without knowing of what asset.
	byHand := report(t, e).State.ID
	f.see(found("f1"))
	if n := len(view(t, e, byHand).State.Findings); n != 1 || len(list(t, e)) != 1 {
		t.Fatalf("the incident opened by hand has %d findings, and there are %d incidents", n, len(list(t, e)))
	}
	say(t, e, byHand, "ada", incident.OpDismiss{Why: "A test"})
	say(t, e, byHand, "ben", incident.OpDismiss{Why: "A test"})
	clock.pass(time.Minute)
	f.see(found("f2")) // dismissed lately: reopened
	if v := view(t, e, byHand); v.State.Phase != incident.Detected || len(list(t, e)) != 1 {
		t.Fatalf("it is %s, and there are %d incidents", v.State.Phase, len(list(t, e)))
	}
	say(t, e, byHand, "ada", incident.OpDismiss{Why: "A test"})
	say(t, e, byHand, "ben", incident.OpDismiss{Why: "A test"})
	clock.pass(25 * time.Hour)

	// Two things at once, and one that may be either of two issues.
	f = follow(t, e, clock.now().Add(time.Hour))
	f.see(
		with("f3", func(x *incident.Finding) { x.Issues = []string{"outage", "theft"} }),
		with("f4", func(x *incident.Finding) { x.Asset = "other" }),
		with("f5", func(x *incident.Finding) { x.Issues = []string{"outage"} }),
	)
	l := list(t, e)
	if len(l) != 3 {
		t.Fatalf("%d incidents", len(l))
	}
	vault, other := l[0].ID, l[1].ID
	if l[0].Asset != "vault" {
		vault, other = other, vault
	}
	if n := len(view(t, e, vault).State.Findings); n != 2 {
		t.Errorf("the incident of the vault has %d findings", n)
	}
	// As long as it may be the lesser issue, findings of that join it.
	f.see(with("f6", func(x *incident.Finding) { x.Issues = []string{"outage"} }))
	if n := len(view(t, e, vault).State.Findings); n != 3 {
		t.Errorf("a finding of a candidate did not join: %d findings", n)
	}
	say(t, e, vault, "ada", incident.OpValidate{Issue: "theft"})
	f.see(with("f7", func(x *incident.Finding) { x.Issues = []string{"outage"} }))
	if len(list(t, e)) != 4 {
		t.Error("what is another issue by now joined")
	}
	// A drill beside a real one.
	o := f.observation(found("f8"))
	o.Exercise = &incident.Exercise{Scenario: "drill"}
	if err := e.Observe(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	l = list(t, e)
	if len(l) != 5 || !l[4].Exercise {
		t.Errorf("a finding of a drill joined a real incident: %v", l)
	}
}

// TestReorg takes findings back, and counts those again whose block returns.
func TestReorg(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		f := follow(t, e, clock.now().Add(time.Hour))
		f.see(found("f1"), found("f2"))
		id := list(t, e)[0].ID
		standing := func() int {
			n := 0
			for _, x := range view(t, e, id).State.Findings {
				if x.Retracted == "" {
					n++
				}
			}
			return n
		}
		// One is taken back and another found, in the same incident and observation.
		o := f.observation(found("f3"))
		o.Retracted, o.RetractedWhy = []string{"f1", "f2", "never-seen"}, "Its block is gone."
		if err := e.Observe(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if n := standing(); n != 1 {
			t.Fatalf("%d findings stand", n)
		}
		o = f.observation(found("f1"), found("f3"))
		o.Retracted, o.RetractedWhy = []string{"f3"}, "Its block is gone too."
		if err := e.Observe(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if n := standing(); n != 2 || len(list(t, e)) != 1 {
			t.Fatalf("%d findings stand after their blocks have returned", n)
		}
		f.see(found("f1"))
		if v := view(t, e, id); count(v, "finding") != 5 {
			t.Errorf("%d findings were recorded", count(v, "finding"))
		}
	})
}

// TestObserveRace has followers of two chains observe the same incidents while people act on them.
func TestObserveRace(t *testing.T) {
	clock := newClock()
	st := open(t)
	a, b := start(t, st, "a", clock.now), start(t, st, "b", clock.now)
	f := follow(t, a, clock.now().Add(time.Hour))
	x, y := found("x0"), found("y0")
	y.Asset = "other"
	f.see(x, y)
	ids := []string{list(t, a)[0].ID, list(t, a)[1].ID}
	var wg sync.WaitGroup
	for n, e := range []*engine.Engine{a, a, b} {
		key := engine.WatchKey("small", uint64(100+n))
		epoch, ok, err := e.Lease(t.Context(), key, clock.now().Add(time.Hour))
		if err != nil || !ok {
			t.Fatal(err)
		}
		wg.Go(func() {
			for i := range 10 {
				x, y := found(key+"/x"+string(rune('a'+i))), found(key+"/y"+string(rune('a'+i)))
				y.Asset = "other"
				o := engine.Observation{Key: key, Epoch: epoch, State: []byte("{}"), Protocol: "small", Findings: []incident.Finding{x, y}}
				if i%2 == n%2 {
					o.Findings = []incident.Finding{y, x}
				}
				if err := e.Observe(t.Context(), o); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for _, id := range ids {
		wg.Go(func() {
			for range 10 {
				if _, err := a.Do(t.Context(), id, incident.Command{Actor: as("ben"), Op: incident.OpNote{Text: "Hm"}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		if n := len(view(t, b, id).State.Findings); n != 31 {
			t.Errorf("%s has %d findings", id, n)
		}
	}
}
