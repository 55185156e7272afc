package rpc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

// Follow calls f with every canonical block after the cursor, in order, none skipped and none twice; before that with
// each block that a reorganisation orphaned, newest first. An empty cursor starts with the block that is the head.
func (c *Client) Follow(ctx context.Context, from chain.Cursor, f func(chain.Step) error) error {
	ctx, cancel := context.WithCancel(ctx)
	news := make(chan struct{}, 1)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		// It ends with ctx, which is all that its error could say.
		_ = c.Heads(ctx, func(evm.Header) error {
			select {
			case news <- struct{}{}:
			default:
			}
			return nil
		})
	}()
	defer func() { cancel(); <-stopped }()

	w := walker{c: c, cursor: from, last: from.Last(), begun: len(from.Recent) > 0, f: f}
	pause := backoff{first: c.opts.Backoff}
	var failing time.Time // since when; zero while all is well
	for {
		before := w.steps
		err := w.advance(ctx)
		if w.steps > before {
			failing = time.Time{}
			pause.reset()
		}
		switch {
		case err == nil:
			failing = time.Time{}
			pause.reset()
			select {
			case <-ctx.Done():
				return fmt.Errorf("follow chain %d: %w", c.chainID, context.Cause(ctx))
			case <-news:
			}
			continue
		case w.final || errors.Is(err, evm.ErrLie):
			return err
		case ctx.Err() != nil:
			return fmt.Errorf("follow chain %d: %w", c.chainID, context.Cause(ctx))
		}
		now := time.Now()
		if failing.IsZero() {
			failing = now
		}
		if now.Sub(failing) >= c.opts.Patience {
			return fmt.Errorf("follow chain %d: %w", c.chainID, err)
		}
		c.opts.Logger.Warn("the chain cannot be followed just now", "chain", c.chainID, "err", err)
		if err := pause.wait(ctx); err != nil {
			return err
		}
	}
}

// walker walks along the chain, one step at a time.
type walker struct {
	c      *Client
	cursor chain.Cursor
	last   chain.Ref // the block whose child comes next
	begun  bool      // whether last means anything
	f      func(chain.Step) error
	steps  int
	final  bool // the error returned is not the endpoint's fault of the moment
}

// advance goes as far as the head.
func (w *walker) advance(ctx context.Context) error {
	for {
		head, err := w.c.Head(ctx)
		if err != nil {
			return err
		}
		if !w.begun {
			if err := w.next(ctx, head.Number); err != nil {
				return err
			}
			continue
		}
		if head.Hash == w.last.Hash {
			return nil
		}
		if head.Number <= w.last.Number {
			if err := w.rewind(ctx); err != nil {
				return err
			}
			if head.Number <= w.last.Number {
				return nil // the same chain, seen by a machine that lags behind
			}
		}
		for w.last.Number < head.Number {
			if err := w.next(ctx, w.last.Number+1); err != nil {
				return err
			}
		}
	}
}

// next processes the block at a height, or rewinds if it does not continue what was processed last.
func (w *walker) next(ctx context.Context, number uint64) error {
	b, err := w.c.Block(ctx, number)
	if err != nil {
		return err
	}
	if w.begun && b.ParentHash != w.last.Hash {
		before := w.steps
		if err := w.rewind(ctx); err != nil {
			return err
		}
		if w.steps == before {
			return fault.New(fault.Unavailable, "The endpoint %s answers from two chains at once.", w.c.endpoint.name)
		}
		return nil
	}
	return w.step(chain.Step{Ref: chain.Ref{Number: b.Number, Hash: b.Hash}, Block: b})
}

// step hands a step to f and takes note of it.
func (w *walker) step(s chain.Step) error {
	if err := w.f(s); err != nil {
		w.final = true
		return err
	}
	w.steps++
	w.cursor = w.cursor.Advance(s, w.c.opts.Depth)
	if !s.Orphaned {
		w.last, w.begun = s.Ref, true
	}
	return nil
}

// rewind orphans the blocks that are no longer canonical. Nothing is orphaned before it is known where the two chains
// part, and only if another block stands in the place of one of ours: a height without a block is one that lags behind.
func (w *walker) rewind(ctx context.Context) error {
	replaced := false
	recent := w.cursor.Recent
	for i := len(recent) - 1; i >= 0; i-- {
		h, err := w.c.headerAt(ctx, recent[i].Number)
		switch {
		case err == nil && h.Hash == recent[i].Hash:
			if !replaced {
				return nil
			}
			return w.orphan(recent[i+1:], recent[i])
		case err == nil:
			replaced = true
		case !fault.Is(err, fault.NotFound):
			return err
		}
	}
	if !replaced {
		return fault.New(fault.Unavailable, "The endpoint %s is behind block %d.", w.c.endpoint.name, w.last.Number)
	}
	base, err := w.base(ctx)
	if err != nil {
		return err
	}
	return w.orphan(recent, base)
}

// base is the parent of the oldest block remembered, if that is canonical.
func (w *walker) base(ctx context.Context) (chain.Ref, error) {
	deep := fault.New(fault.Conflict, "Chain %d was reorganised deeper than the %d blocks that are remembered, beyond block %d.",
		w.c.chainID, len(w.cursor.Recent), w.last.Number-min(w.last.Number, uint64(len(w.cursor.Recent)))).
		Instead("Decide at which block to begin again; what was found since may not have happened.")
	if len(w.cursor.Recent) == 0 {
		w.final = true
		return chain.Ref{}, deep
	}
	oldest := w.cursor.Recent[0]
	gone, err := w.c.header(ctx, "eth_getBlockByHash", oldest.Hash.Hex())
	if err != nil && !fault.Is(err, fault.NotFound) {
		return chain.Ref{}, err
	}
	if err != nil || oldest.Number == 0 || gone.Hash != oldest.Hash || gone.ComputeHash() != gone.Hash {
		w.final = true
		return chain.Ref{}, deep
	}
	h, err := w.c.headerAt(ctx, oldest.Number-1)
	if err != nil {
		return chain.Ref{}, err
	}
	if h.Hash != gone.ParentHash {
		w.final = true
		return chain.Ref{}, deep
	}
	return chain.Ref{Number: oldest.Number - 1, Hash: gone.ParentHash}, nil
}

// orphan hands out the blocks, newest first, and goes on from base.
func (w *walker) orphan(blocks []chain.Ref, base chain.Ref) error {
	for i := len(blocks) - 1; i >= 0; i-- {
		if err := w.step(chain.Step{Ref: blocks[i], Orphaned: true}); err != nil {
			return err
		}
		w.last = base
		if i > 0 {
			w.last = blocks[i-1]
		}
	}
	return nil
}
