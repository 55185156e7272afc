package engine_test

import (
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// TestClockThatWasAhead holds that a call does not wait until other clocks have caught up with one that was ahead.
func TestClockThatWasAhead(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		p, files := small(t)
		ahead := engine.New(engine.Options{Store: st, Node: "ahead", Now: func() time.Time { return clock.now().Add(time.Hour) }})
		if _, err := ahead.Pin(t.Context(), p, files); err != nil {
			t.Fatal(err)
		}
		opened := report(t, ahead)
		first, err := st.Stale(t.Context(), clock.now(), 100)
		if err != nil || len(first) == 0 {
			t.Errorf("nobody can hand over the calls of a node that was ahead and is gone (%v)", err)
		}
		right := engine.New(engine.Options{Store: st, Node: "right", Now: clock.now})
		if _, err := right.Do(t.Context(), opened.State.ID, incident.Command{
			Actor: journal.Actor{Kind: journal.Person, ID: "ada", Via: "session"}, Op: incident.OpAnswer{Answer: incident.Cannot},
		}); err != nil {
			t.Fatal(err)
		}
		stale, err := st.Stale(t.Context(), clock.now(), 100)
		if err != nil || len(stale) <= len(first) {
			t.Errorf("nobody can hand over the call to who stands in for ada (%v)", err)
		}
	})
}
