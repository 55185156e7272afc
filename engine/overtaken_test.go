package engine_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/store"
	"tocsin/store/memory"
)

// overtaken is the store of a node that is not the first to claim what it saw nobody had.
type overtaken struct {
	store.Store
	by    func() // done once, between looking and claiming
	armed atomic.Bool
}

func (o *overtaken) Claim(ctx context.Context, id, owner string, now, until time.Time) (store.Delivery, bool, error) {
	if o.armed.CompareAndSwap(true, false) {
		o.by()
	}
	return o.Store.Claim(ctx, id, owner, now, until)
}

// TestOvertakenByAnotherClock has a node whose clock is an hour behind claim what another is about to claim, at its first and at a
// later attempt: by the other's clock the claim is over as soon as it is made, and yet it is not taken out of the first one's hands.
func TestOvertakenByAnotherClock(t *testing.T) {
	for name, tried := range map[string]bool{"fresh": false, "tried before": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				st := memory.New(nil)
				seen := &overtaken{Store: st}
				behind, right := start(t, st, "behind", skewed(-time.Hour)), start(t, seen, "right", nil)
				slow, has := hands()
				office := &post{answer: func(context.Context, engine.Parcel) engine.Outcome {
					if tried {
						return engine.Outcome{State: engine.Again, Say: "Busy.", After: 30 * time.Second}
					}
					return engine.Outcome{State: engine.Landed}
				}}
				behind.Carry(incident.DispatchPage, slow)
				right.Carry(incident.DispatchPage, office)
				step := func(e *engine.Engine) {
					if err := e.Step(t.Context()); err != nil && t.Context().Err() == nil {
						t.Error(err)
					}
				}
				report(t, right)
				before := 0
				if tried {
					step(right)
					before = 1
					step(behind) // it looks on
				}
				time.Sleep(2 * time.Minute)
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan struct{})
				seen.by = func() {
					go func() {
						defer close(done)
						_ = behind.Step(ctx)
					}()
					synctest.Wait()
				}
				seen.armed.Store(true)
				step(right)
				if id := <-has; office.carried(id) != before {
					t.Errorf("%s was taken out of the hands of a node that lives", id)
				}
				cancel()
				<-done
			})
		})
	}
}
