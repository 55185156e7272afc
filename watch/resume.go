package watch

import (
	"context"
	"fmt"

	"tocsin/chain"
	"tocsin/detect"
)

// resume says where following goes on. A new watch begins at the head, or where it is told to; one whose chain was
// reorganised deeper than is remembered, where its memory began.
func (w *Watcher) resume(ctx context.Context, c *committer) (from chain.Cursor, err error) {
	var oldest detect.Past
	known := false
	err = c.within(ctx, func(ctx context.Context) error {
		if err := c.anew(ctx); err != nil {
			return err
		}
		if s := &c.state.Detect; len(s.Recent) > 0 {
			oldest, known = s.Recent[0], true
		}
		return nil
	})
	if err != nil {
		return from, err
	}
	var first *detect.Past // the block to begin after
	switch {
	case known && w.deep:
		head, failed := w.o.Client.Head(ctx)
		if failed != nil {
			return from, fmt.Errorf("begin again: %w", failed)
		}
		first, err = w.anchor(ctx, max(min(oldest.Number, head.Number), 1)-1)
	case !known && w.o.From != nil:
		first, err = w.anchor(ctx, max(*w.o.From, 1)-1)
	}
	if err != nil {
		return from, err
	}
	err = c.within(ctx, func(context.Context) error {
		if first != nil {
			c.begin(*first)
		}
		from = c.state.cursor()
		if last, ok := c.state.Detect.Last(); ok {
			w.sight.saw(last, w.o.Now())
			w.lookout.stand(last.Number)
		}
		return nil
	})
	w.deep = w.deep && err != nil
	return from, err
}

// anchor is a block after which following is to begin.
func (w *Watcher) anchor(ctx context.Context, number uint64) (*detect.Past, error) {
	b, err := w.o.Client.Block(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("begin to watch after block %d: %w", number, err)
	}
	return &detect.Past{Number: b.Number, Hash: b.Hash, Time: b.Time}, nil
}

// begin makes a block the last one seen, so that following begins with its child. Whatever is remembered of a chain that
// was reorganised deeper is taken back.
func (c *committer) begin(after detect.Past) {
	s := c.state
	if last, ok := s.Detect.Last(); ok {
		c.findings = append(c.findings, c.deeper(last.Number, last.Hash, s.Detect.Recent[0].Number))
		for i := len(s.Ahead) - 1; i >= 0; i-- {
			c.retract(s.rollback(i, 0))
		}
		s.tidy()
		for ok {
			c.retract(s.Detect.Rollback(last.Hash))
			last, ok = s.Detect.Last()
		}
		c.taken++
	} else {
		s.Began = after.Number
	}
	s.Detect.Recent = []detect.Past{after}
}
