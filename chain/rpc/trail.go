package rpc

import (
	"context"
	"fmt"
	"time"

	"tocsin/chain"
	"tocsin/fault"
)

// trail is the way that a follower has come: whom it tells, and what it has told.
type trail struct {
	cursor chain.Cursor
	depth  int
	last   chain.Ref // the block whose child comes next
	begun  bool      // whether last means anything
	f      func(chain.Step) error
	steps  int
	final  bool // the error returned is not the endpoint's fault of the moment
}

func newTrail(from chain.Cursor, depth int, f func(chain.Step) error) trail {
	return trail{cursor: from, depth: depth, last: from.Last(), begun: len(from.Recent) > 0, f: f}
}

// step hands a step to f and takes note of it.
func (t *trail) step(s chain.Step) error {
	if err := t.f(s); err != nil {
		t.final = true
		return err
	}
	t.steps++
	t.cursor = t.cursor.Advance(s, t.depth)
	if !s.Orphaned {
		t.last, t.begun = s.Ref, true
	}
	return nil
}

// orphan hands out the blocks, newest first, and goes on from base.
func (t *trail) orphan(blocks []chain.Ref, base chain.Ref) error {
	for i := len(blocks) - 1; i >= 0; i-- {
		if err := t.step(chain.Step{Ref: blocks[i], Orphaned: true}); err != nil {
			return err
		}
		t.last = base
		if i > 0 {
			t.last = blocks[i-1]
		}
	}
	return nil
}

// deep ends following: the chain parts from what is remembered before the oldest block of it.
func (t *trail) deep(chainID uint64) error {
	t.final = true
	n := uint64(len(t.cursor.Recent))
	return fault.New(fault.Conflict, "Chain %d was reorganised deeper than the %d blocks that are remembered, beyond block %d.", chainID, n, t.last.Number-min(t.last.Number, n)).
		Instead("Decide at which block to begin again; what was found since may not have happened.")
}

// pursue advances at each news until ctx ends, an error is final, or nothing has gone well for as long as patience lasts.
func pursue(ctx context.Context, o Options, chainID uint64, t *trail, news <-chan struct{}, advance func(context.Context) error, final func(error) bool) error {
	pause := backoff{first: o.Backoff, eager: true}
	var failing time.Time // since when; zero while all is well
	for {
		before := t.steps
		err := advance(ctx)
		if err == nil || t.steps > before {
			failing = time.Time{}
			pause.reset()
		}
		switch {
		case err == nil:
			select {
			case <-ctx.Done():
				return fmt.Errorf("follow chain %d: %w", chainID, context.Cause(ctx))
			case <-news:
			}
			continue
		case t.final || final(err):
			return err
		case ctx.Err() != nil:
			return fmt.Errorf("follow chain %d: %w", chainID, context.Cause(ctx))
		}
		now := time.Now()
		if failing.IsZero() {
			failing = now
		}
		if now.Sub(failing) >= o.Patience {
			return fmt.Errorf("follow chain %d: %w", chainID, err)
		}
		o.Logger.Warn("the chain cannot be followed just now", "chain", chainID, "err", err)
		if err := pause.wait(ctx); err != nil {
			return err
		}
	}
}
