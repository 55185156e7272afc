package watch

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/plan"
)

// answering is a chain that answers questions, or does not.
type answering struct {
	*blinking
	ask   sync.Mutex
	wei   uint64
	err   error
	hang  bool
	asked []uint64 // at which blocks
}

func (a *answering) Balance(ctx context.Context, who evm.Address, at *uint64) (*uint256.Int, error) {
	a.ask.Lock()
	a.asked = append(a.asked, *at)
	wei, err, hang := a.wei, a.err, a.hang
	a.ask.Unlock()
	if hang {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if who != target {
		return nil, errDark
	}
	return uint256.NewInt(wei), err
}

func (a *answering) now(wei uint64, err error, hang bool) {
	a.ask.Lock()
	defer a.ask.Unlock()
	a.wei, a.err, a.hang = wei, err, hang
}

func balancePlan() *plan.Plan {
	p := testPlan("")
	p.Detectors = []plan.Detector{{ID: "low", Name: "Float", Kind: "balance", Mode: "page", Account: "till", Below: "100"}}
	return p
}

func (d *desk) found() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.live)
}

func TestReadingsAreTakenAtHeads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &answering{blinking: &blinking{more: make(chan struct{})}, wei: 100}
		d, p := newDesk(), balancePlan()
		b.set(false, 3)
		first := uint64(1)
		o := Options{Engine: d, Client: b, Plan: p, Index: testIndex(t, p), From: &first}
		kill := start(t.Context(), o)
		time.Sleep(time.Second)
		if d.found() != 0 || !slices.Contains(b.asked, 2) {
			t.Fatalf("%d findings, asked at %v", d.found(), b.asked)
		}
		b.now(99, nil, false)
		for range 3 {
			b.set(false, 1)
			time.Sleep(time.Second)
		}
		d.mu.Lock()
		f := d.last.Findings
		d.mu.Unlock()
		if d.found() != 1 {
			t.Fatalf("%d findings of a balance that stays low: %+v", d.found(), f)
		}
		kill()
		defer start(t.Context(), o)()
		b.set(false, 1)
		time.Sleep(time.Second)
		if d.found() != 1 || b.asked[len(b.asked)-1] != 6 {
			t.Errorf("%d findings over a restart, asked at %v", d.found(), b.asked)
		}
		if len(d.doubled) > 0 {
			t.Errorf("doubled %v", d.doubled)
		}
	})
}

// An endpoint that keeps what is asked of it waiting holds up nothing; when it never answers, that is found.
func TestReadingsHoldUpNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &answering{blinking: &blinking{more: make(chan struct{})}, hang: true}
		d, p := newDesk(), balancePlan()
		b.set(false, 3)
		defer start(t.Context(), Options{Engine: d, Client: b, Plan: p, Index: testIndex(t, p)})()
		time.Sleep(time.Second)
		for range 5 {
			b.set(false, 1)
			time.Sleep(time.Second)
			d.mu.Lock()
			at := d.last.Block
			d.mu.Unlock()
			if want := uint64(len(b.blocks) - 1); at != want {
				t.Fatalf("the watch stands at block %d of %d while it waits for an answer", at, want)
			}
		}
		if d.found() != 0 {
			t.Error("found before anything had failed often enough")
		}
		for range 30 {
			b.set(false, 1)
			time.Sleep(time.Second)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		if len(d.live) != 1 {
			t.Fatalf("%d findings of an endpoint that does not answer", len(d.live))
		}
	})
}

func TestUnreadableIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &answering{blinking: &blinking{more: make(chan struct{})}, err: &chain.Revert{Reason: "closed"}}
		d, p := newDesk(), balancePlan()
		b.set(false, 1)
		defer start(t.Context(), Options{Engine: d, Client: b, Plan: p, Index: testIndex(t, p)})()
		for n := range 3 {
			time.Sleep(time.Second)
			if d.found() != 0 && n < 2 {
				t.Fatalf("found after %d", n)
			}
			b.set(false, 1)
		}
		time.Sleep(time.Second)
		d.mu.Lock()
		defer d.mu.Unlock()
		if len(d.live) != 1 || !strings.Contains(string(d.state), `"blind":true`) {
			t.Errorf("%d findings, state %s", len(d.live), d.state)
		}
	})
}

// What lies long behind the head is not asked about: endpoints forget, and it is no news.
func TestTheGapIsNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &answering{blinking: &blinking{more: make(chan struct{})}, wei: 1}
		d, p := newDesk(), balancePlan()
		b.set(false, 100)
		w := New(Options{Engine: d, Client: b, Plan: p, Index: testIndex(t, p)})
		r := newReader(w)
		if _, ok := r.read(t.Context(), b.blocks[60].Header); ok || len(b.asked) != 0 {
			t.Errorf("asked at %v", b.asked)
		}
		list, ok := r.read(t.Context(), b.blocks[90].Header)
		if !ok || len(list) != 1 || list[0].Balance.Uint64() != 1 || !slices.Equal(b.asked, []uint64{90}) {
			t.Errorf("answers %+v, asked at %v", list, b.asked)
		}
		b.set(true, 0)
		if list, ok := r.read(t.Context(), b.blocks[90].Header); !ok || list[0].Failed != "no route" {
			t.Errorf("answers %+v of a chain that is not seen", list)
		}
	})
}

func TestWarmingStandsInTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, d, p := &blinking{more: make(chan struct{})}, newDesk(), testPlan("")
		p.Detectors = append(p.Detectors, plan.Detector{
			ID: "rush", Name: "Rush", Kind: "spike", Asset: "till", Metric: "transactions", Window: plan.Duration(time.Second), Baseline: 3, Factor: 2,
		})
		b.set(false, 1)
		defer start(t.Context(), Options{Engine: d, Client: b, Plan: p, Index: testIndex(t, p)})()
		for n := range 6 {
			time.Sleep(time.Second)
			d.mu.Lock()
			warming := strings.Contains(string(d.state), `"warming":["rush"]`)
			d.mu.Unlock()
			if want := n < 4; warming != want {
				t.Errorf("after %d blocks: warming is %v", n+1, warming)
			}
			b.set(false, 1)
		}
	})
}

// While a gap is filled, things are read at the head, and what is found there is not found again when the gap is filled.
func TestReadingsAreTakenBesideTheGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &answering{blinking: &blinking{more: make(chan struct{})}, wei: 100}
		d, p := newDesk(), balancePlan()
		b.set(false, 80)
		first := uint64(1)
		s := newSlow(b, 78)
		o := Options{Engine: d, Client: s, Plan: p, Index: testIndex(t, p), From: &first}
		kill := start(t.Context(), o)
		time.Sleep(time.Second)
		b.now(99, nil, false)
		b.set(false, 2)
		time.Sleep(time.Second)
		if d.found() != 1 || d.said["low"].Block < 80 || d.last.Block > 1 {
			t.Fatalf("%d findings, asked at %v, the gap is filled to %d", d.found(), b.asked, d.last.Block)
		}
		kill()
		b.set(false, 1)
		defer start(t.Context(), o)()
		time.Sleep(10 * time.Second)
		b.set(false, 1)
		time.Sleep(time.Second)
		s.open()
		time.Sleep(time.Minute)
		b.set(false, 3)
		time.Sleep(time.Minute)
		if d.found() != 1 || d.last.Block != 86 || len(d.doubled) > 0 || slices.Min(b.asked) < 79 || b.asked[len(b.asked)-1] != 86 {
			t.Errorf("%d findings at block %d, asked at %v, doubled %v", d.found(), d.last.Block, b.asked, d.doubled)
		}
	})
}

// What was not read in a downtime is said once.
func TestWhatWasNotReadIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &answering{blinking: &blinking{more: make(chan struct{}), gap: 10}, wei: 100}
		d, p := newDesk(), balancePlan()
		b.set(false, 3)
		o := Options{Engine: d, Client: b, Plan: p, Index: testIndex(t, p)}
		for range 2 {
			kill := start(t.Context(), o)
			time.Sleep(time.Second)
			b.set(false, 1)
			time.Sleep(time.Second)
			kill()
			b.set(false, 20)
		}
		defer start(t.Context(), o)()
		time.Sleep(time.Minute)
		synctest.Wait()
		f := d.said[detectorSkipped]
		if d.found() != 2 || len(d.doubled) > 0 || f.Mode != "observe" || !strings.Contains(f.Say, "was not read between block 24 (1 January 00:20 UTC) and block 4") || !strings.HasSuffix(f.Say, "Detectors: low.") {
			t.Errorf("%d findings, doubled %v: %+v", d.found(), d.doubled, f)
		}
	})
}
