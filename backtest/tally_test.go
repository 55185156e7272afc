package backtest

import (
	"testing"
	"time"

	"tocsin/detect"
)

// A detector that says only that it could not look has not found the attack, neither before it nor after; it rang all the same.
func TestWhatCouldNotLookHasFoundNothing(t *testing.T) {
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		unjudged int
		caught   bool
	}{{0, true}, {3, false}} {
		for _, before := range []bool{true, false} {
			var y tally
			f := detect.Finding{Detector: "shortfall", Block: 10, At: at.Add(-time.Minute), Unjudged: c.unjudged}
			attack := &Attack{Block: 11, At: at}
			if !before {
				y.attack(attack)
				f.Block, f.At = 12, at.Add(time.Minute)
			}
			y.found(f, true)
			if before {
				y.attack(attack)
			}
			r := y.Records["shortfall"]
			if (r.Caught != nil) != c.caught || r.Count != 1 {
				t.Errorf("unjudged %d, before the attack %t: caught %+v, %d findings", c.unjudged, before, r.Caught, r.Count)
			}
		}
	}
}
