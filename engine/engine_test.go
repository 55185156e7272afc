package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/store"
)

func TestPin(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := engine.New(engine.Options{Store: st, Node: "a", Now: clock.now})
		p, files := small(t)
		if _, err := e.InForce(t.Context(), p.Protocol); !fault.Is(err, fault.NotFound) {
			t.Fatalf("a plan is in force before any was pinned: %v", err)
		}
		_, err := e.Open(t.Context(), incident.Command{Actor: as("ada"), Op: incident.OpOpen{Text: "Odd"}})
		want(t, err, fault.Invalid)

		first, err := e.Pin(t.Context(), p, files)
		if err != nil || !first.First || first.Differs || first.InForce != p.Hash() {
			t.Fatalf("first: %+v, %v", first, err)
		}
		clock.pass(time.Hour)
		again, err := e.Pin(t.Context(), p, files)
		if err != nil || again.First || again.Differs || !again.Since.Equal(first.Since) {
			t.Fatalf("again: %+v, %v", again, err)
		}

		edited, _ := small(t)
		edited.Decisions[0].Required = []string{"ben"}
		other := engine.New(engine.Options{Store: st, Node: "b", Now: clock.now})
		drift, err := other.Pin(t.Context(), edited, files)
		if err != nil || !drift.Differs || drift.Folder != edited.Hash() || drift.InForce != p.Hash() {
			t.Fatalf("drift: %+v, %v", drift, err)
		}
		got, err := other.InForce(t.Context(), p.Protocol)
		if err != nil || got.Hash() != p.Hash() {
			t.Fatalf("an edited folder is in force: %v", err)
		}
		if v := report(t, other); v.State.Plan != p.Hash() || len(v.Plan.Decisions[0].Required) != 2 {
			t.Error("an incident runs under an edited folder")
		}
	})
}

func TestOpen(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		cmd := incident.Command{ID: "form-1", Actor: as("ada"), Op: incident.OpOpen{ID: "chosen", Text: "Odd"}}
		v, err := e.Open(t.Context(), cmd)
		if err != nil || v.State.ID != "2026-11-21-1" {
			t.Fatalf("opened %v, %v", v, err)
		}
		same, err := start(t, st, "b", clock.now).Open(t.Context(), cmd) // the form is sent again, to another node
		if err != nil || same.State.ID != v.State.ID || same.State.Version != v.State.Version {
			t.Fatalf("the same form opened %v, %v", same, err)
		}
		if id := report(t, e).State.ID; id != "2026-11-21-2" {
			t.Errorf("the second of the day is %s", id)
		}
		clock.pass(24 * time.Hour)
		if id := report(t, e).State.ID; id != "2026-11-22-1" {
			t.Errorf("the first of the next day is %s", id)
		}
		if l := list(t, e); len(l) != 3 || l[0].ID != "2026-11-22-1" || l[2].ID != "2026-11-21-1" {
			t.Errorf("the list is %v", l)
		}
		_, err = e.Open(t.Context(), incident.Command{Actor: as("nobody"), Op: incident.OpOpen{}})
		want(t, err, fault.Forbidden)
		_, err = e.View(t.Context(), "2026-11-21-9")
		want(t, err, fault.NotFound)
		_, err = e.Do(t.Context(), "2026-11-21-9", incident.Command{Actor: as("ada"), Op: incident.OpNote{Text: "x"}})
		want(t, err, fault.NotFound)
		_, err = e.Do(t.Context(), v.State.ID, incident.Command{Actor: as("ada"), Op: incident.OpOpen{}})
		want(t, err, fault.Invalid)
	})
}

// TestSameCommand holds that a command counts once, whichever nodes it reaches, also after a restart.
func TestSameCommand(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		a, b := start(t, st, "a", clock.now), start(t, st, "b", clock.now)
		id := report(t, a).State.ID
		cmd := incident.Command{ID: "once", Actor: as("ben"), Op: incident.OpNote{Text: "Hm"}}
		for _, e := range []*engine.Engine{a, b, a, start(t, st, "c", clock.now)} {
			v, err := e.Do(t.Context(), id, cmd)
			if err != nil || count(v, "noted") != 2 { // one of them came with the opening
				t.Fatalf("%d notes, %v", count(v, "noted"), err)
			}
		}
	})
}

// TestRace has two operators click the same thing on two nodes at the same time, again and again.
func TestRace(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		a, b := start(t, st, "a", clock.now), start(t, st, "b", clock.now)
		for round := range 10 {
			id := report(t, a).State.ID
			var wg sync.WaitGroup
			errs := make([]error, 8)
			for i := range errs {
				e, who := a, "ada"
				if i%2 == 1 {
					e, who = b, "ben"
				}
				wg.Go(func() {
					_, errs[i] = e.Do(t.Context(), id, incident.Command{Actor: as(who), Op: incident.OpValidate{}})
				})
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
					continue
				}
				want(t, err, fault.Conflict)
			}
			va, vb := view(t, a, id), view(t, b, id)
			if won != 1 || count(va, "validated") != 1 || va.State.Version != vb.State.Version {
				t.Fatalf("round %d: %d won, %d validated, versions %d and %d", round, won, count(va, "validated"), va.State.Version, vb.State.Version)
			}
			if !slices.EqualFunc(records(t, va), records(t, vb), func(x, y recordOf) bool { return x.Hash == y.Hash }) {
				t.Fatalf("round %d: the nodes see different records", round)
			}
		}
	})
}

// TestViewsStay holds that a view never changes, however much happens after it.
func TestViewsStay(t *testing.T) {
	clock := newClock()
	st := open(t)
	a, b := start(t, st, "a", clock.now), start(t, st, "b", clock.now)
	id := report(t, a).State.ID
	type shot struct {
		view *engine.View
		text string
	}
	print := func(v *engine.View) string {
		b, err := json.Marshal(v.State)
		if err != nil {
			t.Fatal(err)
		}
		s := string(b)
		rec := records(t, v)
		for i, h := range happened(t, v) {
			s += fmt.Sprint(h.Event.Kind(), rec[i].Hash)
		}
		s += fmt.Sprint(v.Events, v.Head, v.Kinds)
		return s
	}
	var shots []shot
	for i := range 30 {
		e := a
		if i%3 == 1 {
			e = b
		}
		v := say(t, e, id, "ben", incident.OpNote{Text: fmt.Sprint("note ", i)})
		shots = append(shots, shot{v, print(v)})
	}
	for i, s := range shots {
		if print(s.view) != s.text {
			t.Errorf("view %d has changed", i)
		}
	}
}

func TestSubscribe(t *testing.T) {
	clock := newClock()
	e := start(t, open(t), "a", clock.now)
	ticks, stop := e.Subscribe()
	id := report(t, e).State.ID
	<-ticks
	say(t, e, id, "ben", incident.OpNote{Text: "one"})
	say(t, e, id, "ben", incident.OpNote{Text: "two"})
	<-ticks
	stop()
	say(t, e, id, "ben", incident.OpNote{Text: "three"})
	select {
	case <-ticks:
		t.Error("two changes that nobody had looked at are two ticks, or one came after the end")
	default:
	}
}

// TestFaults holds that a store that fails is told as such, and that nothing is half done.
func TestFaults(t *testing.T) {
	clock := newClock()
	st := &broken{Store: open(t)}
	e := start(t, st, "a", clock.now)
	id := report(t, e).State.ID
	before := view(t, e, id).State.Version
	st.fail(errors.New("disk full"))
	if _, err := e.Do(t.Context(), id, incident.Command{Actor: as("ben"), Op: incident.OpValidate{}}); fault.CodeOf(err) != fault.Internal {
		t.Fatalf("a full disk is %v", err)
	}
	st.fail(store.ErrConflict) // for ever, and though nobody else has written
	if _, err := e.Do(t.Context(), id, incident.Command{Actor: as("ben"), Op: incident.OpValidate{}}); err == nil {
		t.Fatal("nothing was stored, and nobody was told")
	}
	st.fail(nil)
	if v := view(t, e, id); v.State.Version != before || v.State.Phase != incident.Detected {
		t.Error("what was not stored has happened")
	}
	say(t, e, id, "ben", incident.OpValidate{})
}
