package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/decision"
	"tocsin/engine"
	"tocsin/incident"
	"tocsin/mute"
	"tocsin/store"
)

// A newer plan that changes a detector ends its mute at once, and no other; what was kept quiet is told then.
func TestNewerPlanEndsMutes(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := pinned(t, st, "a", clock.now, adoptable(t))
		f := follow(t, e, clock.now().Add(24*time.Hour))
		hush(t, e, "drain", clock.now().Add(time.Hour))
		hush(t, e, "odd", clock.now().Add(time.Hour))
		f.see(of("drain", "d1", "page"), of("odd", "o1", "page"))
		next := newer(t, "2")
		next.Detectors[0].Where = "tx.failed"
		x := propose(t, e, next)
		answer(t, e, x, "ada", decision.Approve)
		tick(t, e)
		if len(mutes(t, e)) != 2 {
			t.Fatal("a plan that is only proposed ends a mute")
		}
		answer(t, e, x, "ben", decision.Approve)
		other := pinned(t, st, "b", clock.now, adoptable(t))
		tick(t, other)
		if m := mutes(t, e); len(m) != 1 || m[0].Detector != "odd" || m[0].State != mute.Muted {
			t.Errorf("muted under the newer plan: %+v", m)
		}
		l := list(t, e)
		if len(l) != 1 || !strings.HasPrefix(view(t, e, l[0].ID).State.Findings[0].Say, "1 finding of Drain while muted") {
			t.Errorf("incidents %+v", l)
		}
		f.see(of("drain", "d2", "page"), of("odd", "o2", "page"))
		if n := len(view(t, e, l[0].ID).State.Findings); n != 2 {
			t.Errorf("%d findings in the incident, want the summary and d2", n)
		}
		verified(t, st)
	})
}

// An incident is not contained by detectors that are quiet because they are muted.
func TestMutedIsNotQuiet(t *testing.T) {
	for _, muted := range []bool{false, true} {
		clock := newClock()
		e := start(t, open(t), "a", clock.now)
		f := follow(t, e, clock.now().Add(24*time.Hour))
		x := of("odd", "o1", "page")
		x.Issues = []string{"outage"}
		f.see(x)
		id := list(t, e)[0].ID
		say(t, e, id, "ben", incident.OpValidate{})
		say(t, e, id, "ben", incident.OpBeginStep{Step: "shield"})
		say(t, e, id, "ben", incident.OpEndStep{Step: "shield", State: incident.Done})
		if muted {
			hush(t, e, "odd", clock.now().Add(time.Hour))
		}
		f.see()
		clock.pass(6 * time.Minute)
		f.see()
		tick(t, e)
		want := incident.Contained
		if muted {
			want = incident.Validated
		}
		if got := view(t, e, id).State.Phase; got != want {
			t.Errorf("muted %t: it is %s, want %s", muted, got, want)
		}
		clock.pass(time.Hour)
		for range 2 { // the mute ends, and then the incident is looked at
			tick(t, e)
		}
		if got := view(t, e, id).State.Phase; got != incident.Contained {
			t.Errorf("after the mute it is %s", got)
		}
	}
}

// What was kept quiet and taken back, and comes again when the mute is over, calls people; taken back once more, it no longer counts.
func TestKeptQuietThenFoundAgain(t *testing.T) {
	clock := newClock()
	st := open(t)
	e := start(t, st, "a", clock.now)
	f := follow(t, e, clock.now().Add(24*time.Hour))
	hush(t, e, "drain", clock.now().Add(time.Hour))
	f.see(of("drain", "d1", "page"))
	back := func() {
		t.Helper()
		o := f.observation()
		o.Retracted, o.RetractedWhy = []string{"d1"}, "Its block is gone."
		if err := e.Observe(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	back()
	clock.pass(time.Hour)
	tick(t, e)
	if l := list(t, e); len(l) != 0 {
		t.Fatalf("what was taken back is told: %+v", l)
	}
	f.see(of("drain", "d1", "page"), of("drain", "d1", "page"))
	f.see(of("drain", "d1", "page"))
	l := list(t, e)
	if len(l) != 1 || len(view(t, e, l[0].ID).State.Findings) != 1 {
		t.Fatalf("found again it opened %+v", l)
	}
	back()
	if x := view(t, e, l[0].ID).State.Findings[0]; x.Retracted != "Its block is gone." {
		t.Errorf("the incident still counts %+v", x)
	}
	if got := recorded(t, e, engine.FindingQuery{}); !slices.Equal(got, []string{"d1 incident retracted", "d1 muted retracted"}) {
		t.Errorf("recorded %v", got)
	}
	verified(t, st)
}

// A chain that brings back what had led to an incident, while its detector is muted, brings it into the record and nowhere else:
// what people have dismissed stays dismissed. It is told when the mute is over, if it still stands.
func TestFoundAgainWhileMuted(t *testing.T) {
	for _, gone := range []bool{false, true} {
		clock := newClock()
		st := open(t)
		e := start(t, st, "a", clock.now)
		f := follow(t, e, clock.now().Add(24*time.Hour))
		f.see(of("odd", "o1", "page"))
		id := list(t, e)[0].ID
		say(t, e, id, "ada", incident.OpDismiss{Why: "Our own test."})
		say(t, e, id, "ben", incident.OpDismiss{Why: "Our own test."})
		hush(t, e, "odd", clock.now().Add(time.Hour))
		back := func() {
			t.Helper()
			o := f.observation()
			o.Retracted, o.RetractedWhy = []string{"o1"}, "Its block is gone."
			if err := e.Observe(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}
		back()
		f.see(of("odd", "o1", "page"))
		f.see(of("odd", "o1", "page"))
		if s := view(t, e, id).State; s.Phase != incident.Dismissed || s.Findings[0].Retracted == "" {
			t.Fatalf("found again while muted it is %s: %+v", s.Phase, s.Findings)
		}
		want, phase := []string{"o1 muted", "o1 incident retracted"}, incident.Detected
		if gone {
			back()
			want, phase = []string{"o1 muted retracted", "o1 incident retracted"}, incident.Dismissed
		}
		if got := recorded(t, e, engine.FindingQuery{}); !slices.Equal(got, want) {
			t.Errorf("recorded %v, want %v", got, want)
		}
		clock.pass(time.Hour)
		tick(t, e)
		if got := view(t, e, id).State.Phase; got != phase || len(list(t, e)) != 1 {
			t.Errorf("gone %t: after the mute it is %s, want %s", gone, got, phase)
		}
		verified(t, st)
	}
}

// Mutes that end at the same time, of detectors of one issue, open one incident together.
func TestMutesEndTogether(t *testing.T) {
	clock := newClock()
	st := open(t)
	e := start(t, st, "a", clock.now)
	f := follow(t, e, clock.now().Add(24*time.Hour))
	hush(t, e, "drain", clock.now().Add(time.Hour))
	hush(t, e, "odd", clock.now().Add(time.Hour))
	f.see(of("drain", "d1", "act"), of("odd", "o1", "page"))
	clock.pass(time.Hour)
	tick(t, e)
	l := list(t, e)
	if len(l) != 1 || len(view(t, e, l[0].ID).State.Findings) != 2 {
		t.Fatalf("incidents %+v", l)
	}
	if x := view(t, e, l[0].ID).State.Findings[0]; x.Mode != "page" || x.Act != "" {
		t.Errorf("what was kept quiet is to act: %+v", x)
	}
	f.see(of("odd", "o2", "page"))
	page, err := e.Findings(t.Context(), "small", engine.FindingQuery{Limit: 1})
	if err != nil || page.Findings[0].ID != "o2" || page.Findings[0].Incident != l[0].ID {
		t.Errorf("recorded %+v, %v", page, err)
	}
	verified(t, st)
}
