package engine_test

import (
	"fmt"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/store"
)

// pinOther brings the small plan into force for another protocol too.
func pinOther(t *testing.T, e *engine.Engine, protocol string) {
	t.Helper()
	p, files := small(t)
	p.Protocol = protocol
	if _, err := e.Pin(t.Context(), p, files); err != nil {
		t.Fatal(err)
	}
}

// leave has a follower of a key commit where it is.
func leave(t *testing.T, e *engine.Engine, key string, o engine.Observation) {
	t.Helper()
	epoch, ok, err := e.Lease(t.Context(), key, e.Now().Add(time.Minute))
	if err != nil || !ok {
		t.Fatalf("lease %s: %t, %v", key, ok, err)
	}
	o.Key, o.Epoch = key, epoch
	if err := e.Observe(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

// An earlier release followed a chain for the one plan that it held, under the chain's number alone. That plan's protocol goes on
// from there; another one on the same chain begins for itself.
func TestAnEarlierFollowersStateIsTakenOver(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		e := start(t, st, "a", newClock().now)
		leave(t, e, "watch/31337", engine.Observation{State: []byte(`{"at":77}`), Block: 77, BlockTime: time.Unix(77, 0).UTC()})
		pinOther(t, e, "another") // before it by name, after it in time
		state := func(protocol string) string {
			b, err := e.WatchState(t.Context(), engine.WatchKey(protocol, 31337))
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		if got := state("small"); got != `{"at":77}` {
			t.Errorf("the protocol that was there goes on from %q", got)
		}
		if w, err := e.Watched(t.Context(), "small", 31337); err != nil || w.Block != 77 {
			t.Errorf("it has been watched until %+v, %v", w, err)
		}
		if got := state("another"); got != "" {
			t.Errorf("the protocol that came later goes on from %q", got)
		}
		// What each leaves from now on is its own, and the earlier release's stays for a way back.
		for n, protocol := range []string{"small", "another"} {
			leave(t, e, engine.WatchKey(protocol, 31337), engine.Observation{Protocol: protocol, State: fmt.Appendf(nil, `{"at":%d}`, 80+n), Block: uint64(80 + n)})
		}
		if a, b := state("small"), state("another"); a != `{"at":80}` || b != `{"at":81}` {
			t.Errorf("they stand at %s and %s", a, b)
		}
		if b, err := e.WatchState(t.Context(), "watch/31337"); err != nil || string(b) != `{"at":77}` {
			t.Errorf("the earlier release would go on from %s, %v", b, err)
		}
	})
}

// Two protocols on one chain whose detectors have one name see one transaction. Each opens its own incident, once, and takes
// back what it found without the other.
func TestOneFindingOfTwoProtocols(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		e := start(t, st, "a", newClock().now)
		pinOther(t, e, "another")
		both := []string{"small", "another"}
		observe := func(o engine.Observation) {
			for _, protocol := range both {
				o.Protocol = protocol
				if err := e.Observe(t.Context(), o); err != nil {
					t.Fatal(err)
				}
			}
		}
		noted := found("f2")
		noted.Mode = "observe"
		for range 2 { // the second time is a chain read again
			observe(engine.Observation{Findings: []incident.Finding{found("f1"), noted}})
		}
		of := map[string]string{}
		for _, s := range list(t, e) {
			if of[s.Protocol] != "" {
				t.Errorf("%s has two incidents", s.Protocol)
			}
			of[s.Protocol] = s.ID
		}
		if len(of) != 2 {
			t.Fatalf("incidents of %v, want one of each", of)
		}
		if err := e.Observe(t.Context(), engine.Observation{Protocol: "another", Retracted: []string{"f1", "f2"}, RetractedWhy: "reorganised"}); err != nil {
			t.Fatal(err)
		}
		for _, protocol := range both {
			want := ""
			if protocol == "another" {
				want = "reorganised"
			}
			if got := view(t, e, of[protocol]).State.Findings; len(got) != 1 || got[0].Retracted != want {
				t.Errorf("%s counts %+v", protocol, got)
			}
			page, err := e.Findings(t.Context(), protocol, engine.FindingQuery{})
			if err != nil || len(page.Findings) != 2 {
				t.Fatalf("the record of %s: %+v, %v", protocol, page, err)
			}
			for _, f := range page.Findings {
				if f.Retracted != want {
					t.Errorf("%s has %s as %q", protocol, f.ID, f.Retracted)
				}
			}
		}
		// The block is back: it counts again, in the incident of the one that had taken it back.
		observe(engine.Observation{Findings: []incident.Finding{found("f1")}})
		if got := view(t, e, of["another"]).State.Findings; got[len(got)-1].Retracted != "" {
			t.Errorf("what came back is %+v", got)
		}
		if got := view(t, e, of["small"]).State.Findings; len(got) != 1 {
			t.Errorf("what was never gone counts as %+v", got)
		}
	})
}
