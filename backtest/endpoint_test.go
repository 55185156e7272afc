package backtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

// played is an endpoint that gives the recorded blocks, after some failures of each.
type played struct {
	chain.Client
	rec *recording

	mu       sync.Mutex
	fail     func(n uint64, try int) error
	tries    map[uint64]int
	busy     int
	busiest  int
	together chan struct{} // closed once two requests run at the same time; nil: nobody waits for it
}

func (p *played) ChainID() uint64 { return 31337 }

func (p *played) Head(context.Context) (evm.Header, error) {
	return p.rec.blocks[len(p.rec.blocks)-1].Header, nil
}

func (p *played) Block(ctx context.Context, n uint64) (*evm.Block, error) {
	p.mu.Lock()
	p.busy++
	if p.busiest = max(p.busiest, p.busy); p.busiest == 2 && p.together != nil {
		close(p.together)
		p.together = nil
	}
	wait := p.together
	if p.tries == nil {
		p.tries = map[uint64]int{}
	}
	p.tries[n]++
	try := p.tries[n]
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.busy--
		p.mu.Unlock()
	}()
	if wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if p.fail != nil {
		if err := p.fail(n, try); err != nil {
			return nil, err
		}
	}
	if n >= uint64(len(p.rec.blocks)) {
		return nil, fault.New(fault.NotFound, "There is no block %d.", n)
	}
	return p.rec.blocks[n], nil
}

func TestEndpointFindsWhatFilesDo(t *testing.T) {
	rec := recorded(t)
	last := uint64(len(rec.blocks)) - 1
	want := found(t, sound(t, Options{AttackTx: rec.attack}, file(t, "blocks.jsonl", rec.lines...)))
	c := &played{rec: rec, together: make(chan struct{}), fail: func(n uint64, try int) error {
		if n%40 == 7 && try < 2 {
			return fault.New(fault.Unavailable, "It answered with HTTP status 429.")
		}
		return nil
	}}
	var told Progress
	r := sound(t, Options{AttackTx: rec.attack, Chain: 31337, Workers: 6, Source: NewEndpoint(c, 0, last, 0), Progress: func(p Progress) { told = p }})
	if found(t, r) != want || !r.Verified {
		t.Errorf("found\n%s\nwant\n%s", found(t, r), want)
	}
	if told.Done != int64(last)+1 || told.Total != told.Done || told.Blocks != uint64(told.Done) || told.Findings == 0 {
		t.Errorf("progress %+v", told)
	}
	if c.busiest < 2 || c.busiest > 6 {
		t.Errorf("%d blocks were asked for at the same time", c.busiest)
	}
}

// An endpoint that fails for good ends the run; the next goes on where it was, and both find what one run does.
func TestEndpointResumes(t *testing.T) {
	rec := recorded(t)
	const from = 3
	last := uint64(len(rec.blocks)) - 1
	o := Options{AttackTx: rec.attack, Chain: 31337}
	o.Source = NewEndpoint(&played{rec: rec}, from, last, 0)
	want := found(t, sound(t, o))
	r := rand.New(rand.NewPCG(8, 9))
	o.State = filepath.Join(t.TempDir(), "state")
	for stop := uint64(from); ; stop += 1 + r.Uint64N(60) {
		c := &played{rec: rec, fail: func(n uint64, _ int) error {
			if n == stop {
				return fault.New(fault.Invalid, "It is away.")
			}
			return nil
		}}
		o.Source = NewEndpoint(c, from, last, 0)
		report, err := run(t, o)
		if stop > last {
			if err != nil || found(t, report) != want {
				t.Errorf("%v, found\n%s\nwant\n%s", err, found(t, report), want)
			}
			break
		}
		if err == nil || stop > from && (report == nil || report.To != stop-1) {
			t.Fatalf("block %d: %v, report %+v", stop, err, report)
		}
		for n := range c.tries {
			if report != nil && report.Resumed > 0 && n < report.From+report.Resumed {
				t.Errorf("block %d was asked for again", n)
			}
		}
	}
	o.Source = NewEndpoint(&played{rec: rec}, from+1, last, 0)
	if _, err := run(t, o); !fault.Is(err, fault.Invalid) {
		t.Errorf("the state of another range: %v", err)
	}
}

// A lie is not asked for again, and a chain that is reorganised while it is read is not one history.
func TestEndpointThatCannotBeBelieved(t *testing.T) {
	rec := recorded(t)
	last := uint64(len(rec.blocks)) - 1
	c := &played{rec: rec, fail: func(n uint64, _ int) error {
		if n == 9 {
			return fault.New(fault.Unavailable, "It answered with something that cannot be true.").Because(evm.ErrLie)
		}
		return nil
	}}
	r, err := run(t, Options{Chain: 31337, Source: NewEndpoint(c, 1, last, 0)})
	if !fault.Is(err, fault.Unavailable) || r == nil || r.To != 8 || c.tries[9] != 1 {
		t.Errorf("%v, report %+v, %d tries", err, r, c.tries[9])
	}
	other := *rec
	other.blocks = append([]*evm.Block(nil), rec.blocks...)
	changed := *rec.blocks[12]
	changed.ParentHash[0]++
	other.blocks[12] = &changed
	r, err = run(t, Options{Chain: 31337, Source: NewEndpoint(&played{rec: &other}, 1, last, 0)})
	if !fault.Is(err, fault.Invalid) || r == nil || r.To != 11 {
		t.Errorf("%v, report %+v", err, r)
	}
	for _, c := range [][2]uint64{{5, 4}, {1, last + 1}} {
		if r, err := run(t, Options{Chain: 31337, Source: NewEndpoint(&played{rec: rec}, c[0], c[1], 0)}); !fault.Is(err, fault.Invalid) || r != nil {
			t.Errorf("blocks %d to %d: %v", c[0], c[1], err)
		}
	}
}

// A replay that is told to stop does, and says what it had.
func TestStopping(t *testing.T) {
	rec := recorded(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	c := &played{rec: rec, fail: func(n uint64, _ int) error {
		if n == 60 {
			cancel()
			return fault.New(fault.Unavailable, "It is away.")
		}
		return nil
	}}
	r, err := Run(ctx, Options{Plan: examplePlan(t), Chain: 31337, Source: NewEndpoint(c, 1, 100, 0)})
	if fmt.Sprint(err) != context.Canceled.Error() || r == nil || r.Blocks > 59 || r.Error == "" {
		t.Errorf("%v, report %+v", err, r)
	}
}
