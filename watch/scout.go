package watch

import (
	"context"
	"errors"
	"slices"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
)

// When the head is followed beside the gap.
const (
	farBehind = 16 // blocks: fewer are seen in order at once
	maxRuns   = 16 // that are remembered; the last one is gone on with rather than another begun
)

// errMet says that the blocks which come in order have reached the head.
var errMet = errors.New("the gap is filled")

// scout follows the head whenever a gap lies below it, as after a downtime: what needs no order is found there at once.
func (w *Watcher) scout(ctx context.Context, c *committer) {
	news, end := w.lookout.subscribe()
	defer end()
	var pause backoff
	for {
		for w.lookout.gap() <= farBehind {
			select {
			case <-ctx.Done():
				return
			case <-news:
			}
		}
		met, err := w.ahead(ctx, c)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, errMet):
			continue
		}
		w.log.Warn("the head is not watched beside the gap just now", "err", err)
		if !sleep(ctx, pause.next(met)) {
			return
		}
	}
}

// ahead follows the head until the gap below it is filled; told says whether it came to anything.
func (w *Watcher) ahead(ctx context.Context, c *committer) (told bool, err error) {
	head, err := w.o.Client.Head(ctx)
	if err != nil {
		return false, err
	}
	var from chain.Cursor
	if err := c.within(ctx, func(context.Context) error { from = c.state.scouted(head); return nil }); err != nil {
		return false, err
	}
	err = w.walk(ctx, from, func(s chain.Step) error {
		if !s.Orphaned && w.lookout.reached(s.Ref.Number) {
			return errMet
		}
		told = true
		return c.put(ctx, item{ahead: &s})
	})
	if fault.Is(err, fault.Conflict) && ctx.Err() == nil {
		return told, errors.Join(err, c.within(ctx, func(context.Context) error { c.forsake(); return nil }))
	}
	return told, err
}

// reached reports whether a block is the next one in order, or has come already.
func (l *lookout) reached(number uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.begun && number <= l.at+1
}

// scouted is where following the head goes on: from the last run, if that ends close to the head or if there are many
// already, else with the head.
func (s *state) scouted(head evm.Header) (from chain.Cursor) {
	n := len(s.Ahead)
	if n == 0 || n < maxRuns && s.Ahead[n-1].last().Number+farBehind < head.Number {
		from.Recent = []chain.Ref{{Number: max(head.Number, 1) - 1, Hash: head.ParentHash}}
		return from
	}
	for _, p := range s.Ahead[n-1].Blocks {
		from.Recent = append(from.Recent, chain.Ref{Number: p.Number, Hash: p.Hash})
	}
	return from
}

// forsake takes back the last run, of which the chain has left every block. Those before it that were forgotten may be gone
// as well: they are told of, as nobody can say.
func (c *committer) forsake() {
	n := len(c.state.Ahead)
	if n == 0 {
		return
	}
	r := c.state.Ahead[n-1]
	oldest, last := r.Blocks[0], r.last()
	if r.Cut {
		f := c.deeper(last.Number, last.Hash, oldest.Number)
		if !slices.ContainsFunc(c.findings, func(g incident.Finding) bool { return g.ID == f.ID }) {
			c.findings = append(c.findings, f)
		}
	}
	c.retract(c.state.rollback(n-1, 0))
	c.state.tidy()
	c.taken++
}
