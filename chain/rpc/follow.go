package rpc

import (
	"context"
	"errors"

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

	w := walker{c: c, trail: newTrail(from, c.opts.Depth, f)}
	return pursue(ctx, c.opts, c.chainID, &w.trail, news, w.advance, func(err error) bool { return errors.Is(err, evm.ErrLie) })
}

// walker walks along the chain, one step at a time.
type walker struct {
	trail
	c *Client
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
	if len(w.cursor.Recent) == 0 || w.cursor.Recent[0].Number == 0 {
		return chain.Ref{}, w.deep(w.c.chainID)
	}
	oldest := w.cursor.Recent[0]
	gone, err := w.c.headerOf(ctx, oldest.Hash)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return chain.Ref{}, err
	}
	if err != nil || gone.Hash != oldest.Hash || gone.ComputeHash() != gone.Hash {
		return chain.Ref{}, w.deep(w.c.chainID)
	}
	h, err := w.c.headerAt(ctx, oldest.Number-1)
	if err != nil {
		return chain.Ref{}, err
	}
	if h.Hash != gone.ParentHash {
		return chain.Ref{}, w.deep(w.c.chainID)
	}
	return chain.Ref{Number: oldest.Number - 1, Hash: gone.ParentHash}, nil
}
