package engine_test

import (
	"fmt"
	"testing"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/store"
)

// TestFindingsOfNoIssueJoinTheirOwn has findings of detectors that no issue lists come by themselves.
func TestFindingsOfNoIssueJoinTheirOwn(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		n := 0
		see := func(detector, asset string, chain uint64, times int) {
			t.Helper()
			o := engine.Observation{Protocol: "small"}
			for range times {
				n++
				o.Findings = append(o.Findings, incident.Finding{
					ID: fmt.Sprint("loose", n), Detector: detector, Mode: "page", Asset: asset, Chain: chain, At: clock.now(), Say: "Something is odd.",
				})
			}
			if err := e.Observe(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}
		want := func(incidents int) {
			t.Helper()
			if got := len(list(t, e)); got != incidents {
				t.Fatalf("%d incidents, want %d", got, incidents)
			}
		}
		see("monitor", "", 0, 3) // at once
		want(1)
		for range 20 { // one after the other
			see("monitor", "", 0, 2)
		}
		want(1)
		see("other", "", 0, 1)
		want(2)
		see("monitor", "", 31337, 1)
		want(3)
		see("monitor", "", 0, 1)
		see("monitor", "", 31337, 1)
		want(3)
		see("asset-monitor", "vault", 0, 1)
		see("asset-monitor", "token", 0, 1)
		see("asset-monitor", "vault", 0, 1)
		want(5)
	})
}
