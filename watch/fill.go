package watch

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"time"

	"tocsin/chain"
	"tocsin/detect"
	"tocsin/evm"
	"tocsin/fault"
)

// How baselines are filled from older blocks.
const (
	fillEvery  = 50 * time.Millisecond // a block, so that the endpoint has time for the following
	fillTries  = 8                     // of one block, and of one baseline, before it is left to fill by itself
	fillWithin = 30 * time.Second      // for one block
	fillAgain  = 10 * time.Second      // before it is looked again whether there is something to be filled
)

// errTurned says that the older blocks changed while they were read.
var errTurned = errors.New("the chain turned while its older blocks were read")

// fill fills the baselines of detectors that are new to the watch, one after the other, beside the following, until ctx
// ends. One that was begun and not finished is begun again.
func (w *Watcher) fill(ctx context.Context, c *committer) {
	var pause backoff
	for tries := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-c.warming:
		}
		var f *detect.Filling
		err := c.within(ctx, func(context.Context) error { f = w.o.Index.Filling(w.chain, &c.state.Detect); return nil })
		if err != nil {
			return // ctx has ended
		}
		if f == nil {
			if !sleep(ctx, fillAgain) {
				return
			}
			continue
		}
		switch err := w.baseline(ctx, c, f); {
		case ctx.Err() != nil:
			return
		case err == nil:
			w.log.Info("the baselines of new detectors are filled", "detectors", f.Detectors())
			tries = 0
		case tries+1 == fillTries || hopeless(err):
			w.log.Warn("the baselines of new detectors fill only from the blocks that come", "detectors", f.Detectors(), "err", err)
			_ = c.within(ctx, func(context.Context) error { f.Forgo(&c.state.Detect); c.taken++; return nil })
			tries = 0
		default:
			tries++
			if !sleep(ctx, pause.next(tries == 1)) {
				return
			}
		}
		c.warms()
	}
}

// baseline fills one.
func (w *Watcher) baseline(ctx context.Context, c *committer, f *detect.Filling) error {
	from, to, err := w.wanted(ctx, f)
	if err != nil {
		return err
	}
	var last evm.Hash
	for n := from; n <= to; n++ {
		b, err := w.older(ctx, n, f.Traces())
		switch {
		case err != nil:
			return err
		case n > from && b.ParentHash != last:
			return errTurned
		}
		f.Take(b)
		last = b.Hash
	}
	met := false
	if err := c.within(ctx, func(context.Context) error {
		if met = f.Give(&c.state.Detect); met {
			c.taken++
		}
		return nil
	}); err != nil {
		return err
	}
	if !met {
		return errTurned
	}
	return nil
}

// wanted is the part of the blocks that a baseline may be filled from in which it lies.
func (w *Watcher) wanted(ctx context.Context, f *detect.Filling) (from, to uint64, err error) {
	from, to, since := f.Range()
	later := sort.Search(int(to-from), func(i int) bool { // the blocks after the first
		if err != nil {
			return true
		}
		var b *evm.Block
		if b, err = w.older(ctx, from+1+uint64(i), false); err != nil {
			return true
		}
		return b.Time >= since
	})
	return from + uint64(later), to, err
}

// older is a block of the past. It is asked for patiently.
func (w *Watcher) older(ctx context.Context, number uint64, traces bool) (*evm.Block, error) {
	var pause backoff
	for try := 1; ; try++ {
		if !sleep(ctx, fillEvery) {
			return nil, context.Cause(ctx)
		}
		b, err := w.whole(ctx, number, traces)
		if err == nil || ctx.Err() != nil || hopeless(err) || try == fillTries {
			return b, err
		}
		if !sleep(ctx, pause.next(false)) {
			return nil, context.Cause(ctx)
		}
	}
}

// hopeless reports whether asking again would not help.
func hopeless(err error) bool {
	return fault.Is(err, fault.NotFound) || errors.Is(err, chain.ErrNoTraces)
}

// whole is a block with all that detectors want of it.
func (w *Watcher) whole(ctx context.Context, number uint64, traces bool) (*evm.Block, error) {
	ctx, cancel := context.WithTimeout(ctx, fillWithin)
	defer cancel()
	b, err := w.o.Client.Block(ctx, number)
	if err != nil || !traces {
		return b, err
	}
	t, ok := w.o.Client.(chain.Tracer)
	if !ok {
		return nil, chain.ErrNoTraces
	}
	if b.Traces, err = t.Trace(ctx, b); err != nil {
		return nil, fmt.Errorf("trace block %d: %w", number, err)
	}
	return b, nil
}
