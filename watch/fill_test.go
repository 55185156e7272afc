package watch

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// forgetful is a chain that has lost its older blocks, or does not give them now.
type forgetful struct {
	*blinking
	ask   sync.Mutex
	err   error
	asked int
}

func (f *forgetful) Block(ctx context.Context, number uint64) (*evm.Block, error) {
	f.ask.Lock()
	f.asked++
	err := f.err
	f.ask.Unlock()
	if err != nil {
		return nil, err
	}
	return f.blinking.Block(ctx, number)
}

func (f *forgetful) give(err error) (asked int) {
	f.ask.Lock()
	defer f.ask.Unlock()
	f.err = err
	return f.asked
}

// A baseline whose blocks are not given just now is filled when they are, also after a restart in the middle; one whose
// blocks are gone is left to fill by itself. Nobody is kept from following.
func TestBaselinesAreFilledPatiently(t *testing.T) {
	for _, gone := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			b, d, p := &forgetful{blinking: &blinking{more: make(chan struct{}), gap: 10}}, newDesk(), testPlan("")
			p.Detectors = append(p.Detectors, plan.Detector{
				ID: "rush", Name: "Rush", Kind: "spike", Asset: "till", Metric: "transactions", Window: plan.Duration(time.Minute), Baseline: 20, Factor: 2,
			})
			b.set(false, 200)
			err := fault.New(fault.Unavailable, "Not now.")
			if gone {
				err = fault.New(fault.NotFound, "Gone.")
			}
			b.give(nil)
			first := uint64(199)
			o := Options{Engine: d, Client: b, Plan: p, Index: testIndex(t, p), From: &first}
			kill := start(t.Context(), o)
			time.Sleep(time.Millisecond) // it has begun
			b.give(err)
			stored := func() *state {
				d.mu.Lock()
				defer d.mu.Unlock()
				s := new(state)
				if err := json.Unmarshal(d.state, s); err != nil {
					t.Fatal(err)
				}
				return s
			}
			for range 5 {
				time.Sleep(10 * time.Second)
				b.set(false, 1)
			}
			time.Sleep(time.Second)
			s := stored()
			if last, _ := s.Detect.Last(); last.Number != uint64(len(b.blocks)-1) || len(s.Warming) != 1 || s.Detect.Spikes["rush"].Filled != gone {
				t.Fatalf("gone %t: at block %d, warming %v, %+v", gone, last.Number, s.Warming, s.Detect.Spikes["rush"])
			}
			before := b.give(nil)
			time.Sleep(time.Second)
			kill() // in the middle
			kill = start(t.Context(), o)
			for range 4 {
				time.Sleep(30 * time.Second)
				b.set(false, 1)
			}
			time.Sleep(time.Second)
			kill()
			s = stored()
			c, asked := s.Detect.Spikes["rush"], b.give(nil)-before
			if gone != (len(s.Warming) == 1) || !c.Filled || gone && asked > 0 {
				t.Errorf("gone %t: warming %v, asked %d times, %+v", gone, s.Warming, asked, c)
			}
			if !gone && (c.Since < 50 || asked > 400) { // twenty windows of six blocks, not all the blocks there are
				t.Errorf("read from block %d on, asked %d times", c.Since, asked)
			}
		})
	}
}
