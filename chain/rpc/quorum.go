package rpc

import (
	"context"
	"fmt"
	"time"

	"tocsin/fault"
)

// certain asks for something that nothing proves, such as what a call returns: what most of the endpoints in use say alike is
// believed. So few that lie can neither set off a detector nor keep it quiet. Of two, one alone is believed if the other does
// not answer in time.
func certain[T any](ctx context.Context, p *Pool, what string, same func(a, b T) bool, op func(context.Context, *member) (T, error)) (T, error) {
	var none T
	order := p.order(p.standing())
	p.mu.Lock()
	inUse := len(p.inUse())
	p.mu.Unlock()
	if inUse < 2 || len(order) < 2 {
		return ask(ctx, p, p.standing(), op)
	}
	need := inUse/2 + 1
	answers := make(chan answer[T], len(order))
	asked, pending := 0, 0
	next := func() {
		if asked == len(order) {
			return
		}
		m := order[asked]
		asked, pending = asked+1, pending+1
		if !put(p, m, op, answers) {
			answers <- answer[T]{m, none, p.closing()}
		}
	}
	for range need {
		next()
	}
	hedge := time.NewTicker(max(p.o.HedgeAfter, p.patienceWith(order[0]), p.patienceWith(order[1])))
	defer hedge.Stop()
	late := time.NewTimer(max(voteWithin, p.o.HedgeAfter))
	defer late.Stop()
	var said []answer[T]
	var failed error
	for {
		select {
		case <-ctx.Done():
			return none, fmt.Errorf("ask chain %d: %w", p.o.ChainID, context.Cause(ctx))
		case <-hedge.C:
			next()
			continue
		case <-late.C:
			if inUse == 2 && len(said) == 1 {
				return said[0].value, said[0].err
			}
			continue
		case a := <-answers:
			pending--
			if a.err != nil && !conclusive(a.err) {
				if failed == nil || fault.Is(a.err, fault.NotFound) {
					failed = a.err
				}
				next()
				break
			}
			said = append(said, a)
			votes := 0
			for _, b := range said {
				if alike(a, b, same) {
					votes++
				}
			}
			switch {
			case votes >= need:
				return a.value, a.err
			case votes < len(said):
				p.log.Warn("endpoints do not agree, others are asked", "chain", p.o.ChainID, "about", what, "one", said[0].from.c.endpoint.name, "another", a.from.c.endpoint.name)
				next()
			}
		}
		if pending > 0 || asked < len(order) {
			continue
		}
		switch {
		case len(said) == 1 && inUse == 2: // the other cannot say
			return said[0].value, said[0].err
		case failed != nil:
			return none, failed
		}
		return none, fault.New(fault.Unavailable, "The endpoints of chain %d do not agree about %s.", p.o.ChainID, what)
	}
}

// alike reports whether two endpoints said the same: the same value, or that the chain refuses for the same reason.
func alike[T any](a, b answer[T], same func(a, b T) bool) bool {
	if a.err != nil || b.err != nil {
		return a.err != nil && b.err != nil && fault.Sentence(a.err) == fault.Sentence(b.err)
	}
	return same(a.value, b.value)
}
