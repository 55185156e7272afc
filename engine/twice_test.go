package engine_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/engine"
	"tocsin/store/memory"
)

// TestSentTwice has a node die with a page in its hands: another sends it within five seconds, and says that it may be the second
// time. A page that is only tried again after it was refused is not said to be.
func TestSentTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(nil)
		dying := start(t, st, "a", nil)
		id := report(t, dying).State.ID
		inFlight := id + "/page-1/1"
		if _, ok, err := st.Claim(t.Context(), inFlight, "a", time.Now(), time.Now().Add(4*time.Second)); !ok || err != nil {
			t.Fatal(ok, err)
		}
		office := &post{answer: func(_ context.Context, p engine.Parcel) engine.Outcome {
			if p.ID != inFlight && p.Attempt < 3 {
				return engine.Outcome{State: engine.Again, Say: "Busy.", After: time.Second}
			}
			return engine.Outcome{State: engine.Landed, Say: "Handed over."}
		}}
		stop := run(t, start(t, st, "b", nil), office)
		defer stop()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		for _, pg := range view(t, dying, id).State.Pages {
			c := pg.Calls[0]
			if c.Outcome != engine.Landed || strings.Contains(c.Say, "twice") != (c.Delivery == inFlight) {
				t.Errorf("%s: %s, %q", c.Delivery, c.Outcome, c.Say)
			}
		}
	})
}
