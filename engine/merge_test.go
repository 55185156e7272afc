package engine_test

import (
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

// pair opens an incident by hand and one by a finding, which do not know of each other.
func pair(t *testing.T, e *engine.Engine, f *follower) (byHand, byFinding string) {
	t.Helper()
	v, err := e.Open(t.Context(), incident.Command{Actor: as("ada"), Op: incident.OpOpen{Text: "Users complain"}})
	if err != nil {
		t.Fatal(err)
	}
	f.see(found("f1"))
	for _, s := range list(t, e) {
		if s.ID != v.State.ID {
			return v.State.ID, s.ID
		}
	}
	t.Fatal("the finding joined the incident that was opened by hand")
	return "", ""
}

func merge(t *testing.T, e *engine.Engine, person, from, into string) *engine.View {
	t.Helper()
	v, err := e.Merge(t.Context(), as(person), from, into, "One event")
	if err != nil {
		t.Fatalf("%s merges %s into %s: %v", person, from, into, err)
	}
	return v
}

func TestMerge(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e, other := start(t, st, "a", clock.now), start(t, st, "b", clock.now)
		f := follow(t, e, clock.now().Add(time.Hour))
		into, from := pair(t, e, f)
		say(t, other, from, "ben", incident.OpAnswer{Answer: incident.Coming})
		v := merge(t, e, "ben", from, into)
		if v.State.ID != into || len(v.State.Findings) != 1 || v.State.Findings[0].From != from || v.State.Issue != "theft" || v.State.Answer("ben") == nil {
			t.Errorf("it goes on as %+v", v.State)
		}
		ended := view(t, other, from)
		if ended.State.Phase != incident.Merged || ended.State.Into.Incident != into {
			t.Errorf("the other is %s", ended.State.Phase)
		}
		head, err := st.Head(t.Context(), "incident/"+from)
		if err != nil || head.Open || !head.DueAt.IsZero() {
			t.Errorf("what is merged is open %t and due %s, %v", head.Open, head.DueAt, err)
		}
		if goes, err := other.GoesOn(t.Context(), from); err != nil || goes.State.ID != into {
			t.Errorf("it goes on in %v, %v", goes, err)
		}

		// What is found of it from now on is found of the other, and is taken back from both.
		f.see(found("f2"))
		if n := len(list(t, e)); n != 2 {
			t.Fatalf("%d incidents", n)
		}
		if v := view(t, e, into); len(v.State.Findings) != 2 {
			t.Errorf("%d findings where it goes on", len(v.State.Findings))
		}
		o := f.observation()
		o.Retracted, o.RetractedWhy = []string{"f1"}, "A reorg."
		if err := e.Observe(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{from, into} {
			if f := view(t, e, id).State.Findings[0]; f.Retracted != "A reorg." {
				t.Errorf("in %s the finding stands: %+v", id, f)
			}
		}
		f.see(found("f1")) // the chain came back
		for _, id := range []string{from, into} {
			fs := view(t, e, id).State.Findings
			if !slices.ContainsFunc(fs, func(g incident.Finding) bool { return g.ID == "f1" && g.Retracted == "" }) {
				t.Errorf("in %s the finding does not count again: %+v", id, fs)
			}
		}

		// It rings again by itself once somebody reopens it, and the other one knows.
		say(t, other, from, "ada", incident.OpReopen{Why: "They are two"})
		again, left := view(t, e, from), view(t, e, into)
		if again.State.Phase != incident.Detected || again.State.Into != nil || left.State.AbsorbedFrom(from) != nil {
			t.Errorf("reopened it is %s; the other still has it: %+v", again.State.Phase, left.State.Absorbed)
		}
		if head, err := st.Head(t.Context(), "incident/"+from); err != nil || !head.Open || head.DueAt.IsZero() {
			t.Errorf("reopened it is open %t and due %s, %v", head.Open, head.DueAt, err)
		}
	})
}

// TestMergeRefused says of each why not, and changes neither.
func TestMergeRefused(t *testing.T) {
	clock := newClock()
	e := start(t, open(t), "a", clock.now)
	f := follow(t, e, clock.now().Add(time.Hour))
	a, b := pair(t, e, f)
	drill, err := e.Open(t.Context(), incident.Command{Actor: as("ada"), Op: incident.OpOpen{Text: "Drill", Exercise: &incident.Exercise{Scenario: "s"}}})
	if err != nil {
		t.Fatal(err)
	}
	refused := func(from, into string, code fault.Code) {
		t.Helper()
		var before []uint64
		for _, s := range list(t, e) {
			before = append(before, view(t, e, s.ID).Events)
		}
		_, err := e.Merge(t.Context(), as("ben"), from, into, "")
		want(t, err, code)
		for i, s := range list(t, e) {
			if n := view(t, e, s.ID).Events; n != before[i] {
				t.Errorf("%s has %d events more", s.ID, n-before[i])
			}
		}
	}
	refused(a, a, fault.Invalid)
	refused(a, drill.State.ID, fault.Invalid)
	refused(drill.State.ID, a, fault.Invalid)
	refused(a, "2020-01-01-1", fault.NotFound)
	refused("2020-01-01-1", a, fault.NotFound)
	merge(t, e, "ben", a, b)
	refused(a, b, fault.Conflict)
	refused(b, a, fault.Conflict) // a circle
	for _, op := range []incident.Op{incident.OpMerge{}, incident.OpAbsorb{}, incident.OpRelease{}, incident.OpAdopt{}} {
		_, err := e.Do(t.Context(), b, incident.Command{Actor: as("ben"), Op: op})
		want(t, err, fault.Invalid)
	}
}

// TestMergeCrosswise has two nodes merge two incidents into each other at once: one of the two remains.
func TestMergeCrosswise(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		nodes := []*engine.Engine{start(t, st, "a", clock.now), start(t, st, "b", clock.now)}
		f := follow(t, nodes[0], clock.now().Add(time.Hour))
		a, b := pair(t, nodes[0], f)
		for _, e := range nodes {
			view(t, e, a)
			view(t, e, b)
		}
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, ids := range [][2]string{{a, b}, {b, a}} {
			wg.Go(func() { _, errs[i] = nodes[i].Merge(t.Context(), as("ben"), ids[0], ids[1], "") })
		}
		wg.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else {
				want(t, err, fault.Conflict)
			}
		}
		merged := 0
		for _, s := range list(t, nodes[0]) {
			if s.Into != "" {
				merged++
			}
		}
		if done != 1 || merged != 1 {
			t.Errorf("%d succeeded, %d are merged: %v", done, merged, errs)
		}
	})
}

// TestMergeWhileOthersWrite merges while another node writes to both: nothing of that is lost.
func TestMergeWhileOthersWrite(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e, other := start(t, st, "a", clock.now), start(t, st, "b", clock.now)
		f := follow(t, e, clock.now().Add(time.Hour))
		into, from := pair(t, e, f)
		const notes = 10
		var wg sync.WaitGroup
		for _, id := range []string{from, into} {
			wg.Go(func() {
				for n := range notes {
					if _, err := other.Do(t.Context(), id, incident.Command{Actor: as("cyd"), Op: incident.OpNote{Text: fmt.Sprint("note ", n)}}); err != nil {
						t.Errorf("%s: %v", id, err)
					}
				}
			})
		}
		merge(t, e, "ben", from, into)
		wg.Wait()
		for _, id := range []string{from, into} {
			v := view(t, e, id)
			n := 0
			for _, x := range v.State.Notes {
				if x.By == "cyd" {
					n++
				}
			}
			if n != notes {
				t.Errorf("%s has %d notes", id, n)
			}
		}
	})
}
