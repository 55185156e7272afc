package rpc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tocsin/chain"
	"tocsin/fault"
)

// answer is what one endpoint said.
type answer[T any] struct {
	from  *member
	value T
	err   error
}

// ask asks one endpoint after the other, the best first: the next at once where one fails, and beside the first where that
// takes longer than is usual. The first good answer counts; slower ones are only taken note of. Those
// in first are asked first.
func ask[T any](ctx context.Context, p *Pool, first []*member, op func(context.Context, *member) (T, error)) (T, error) {
	var (
		none    T
		order   = p.order(first)
		answers = make(chan answer[T], len(order))
		asked   = 0
		pending = 0
		worst   error
	)
	if len(order) == 0 {
		p.mu.Lock()
		defer p.mu.Unlock()
		return none, p.nobody()
	}
	hedge := time.NewTimer(time.Hour)
	defer hedge.Stop()
	next := func() {
		m := order[asked]
		asked++
		pending++
		if !put(p, m, op, answers) {
			answers <- answer[T]{m, none, p.closing()}
		}
		hedge.Reset(p.patienceWith(m))
	}
	next()
	for {
		select {
		case <-ctx.Done():
			return none, fmt.Errorf("ask chain %d: %w", p.o.ChainID, context.Cause(ctx))
		case <-hedge.C:
			if asked < len(order) {
				next()
			}
		case a := <-answers:
			pending--
			if a.err == nil || conclusive(a.err) {
				return a.value, a.err
			}
			if worst == nil || fault.Is(a.err, fault.NotFound) {
				worst = a.err
			}
			switch {
			case asked < len(order):
				next()
			case pending == 0:
				return none, worst
			}
		}
	}
}

// askAll asks every endpoint at once. The channel gives an answer of each.
func askAll[T any](p *Pool, among []*member, op func(context.Context, *member) (T, error)) <-chan answer[T] {
	answers := make(chan answer[T], len(among))
	for _, m := range among {
		if !put(p, m, op, answers) {
			var none T
			answers <- answer[T]{m, none, p.closing()}
		}
	}
	return answers
}

// put puts a question to an endpoint. It goes on when whoever asked is gone, so that it is known how the endpoint does.
func put[T any](p *Pool, m *member, op func(context.Context, *member) (T, error), to chan<- answer[T]) bool {
	return p.spawn(func(ctx context.Context) {
		late := time.AfterFunc(p.patienceWith(m), func() { m.owe(1) })
		begun := time.Now()
		v, err := op(ctx, m)
		if !late.Stop() {
			m.owe(-1)
		}
		s := (*symptom)(nil)
		switch {
		case ctx.Err() != nil:
		case errors.As(err, &s):
			m.blame(err)
		default:
			m.fine(time.Since(begun))
		}
		to <- answer[T]{m, v, err}
	})
}

// owe counts answers that are late.
func (m *member) owe(n int) {
	m.p.mu.Lock()
	defer m.p.mu.Unlock()
	m.overdue += n
}

// conclusive reports whether another endpoint would say the same: the chain refused, not the endpoint.
func conclusive(err error) bool {
	if r := (*chain.Revert)(nil); errors.As(err, &r) {
		return true
	}
	if s := (*symptom)(nil); errors.As(err, &s) {
		return false
	}
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict)
}

func (p *Pool) closing() error {
	return fault.New(fault.Unavailable, "The endpoints of chain %d are no longer used: the client is closed.", p.o.ChainID)
}

// patienceWith is how long an answer may take before another endpoint is asked as well.
func (p *Pool) patienceWith(m *member) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(p.o.HedgeAfter, min(4*m.latency, 2*time.Second))
}

// order lists the endpoints to ask, the best first. Where none is in use, those that are merely slow, limited or away are
// better than none; one that lies never is.
func (p *Pool) order(first []*member) []*member {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.inUse()
	if len(list) == 0 {
		for _, m := range p.members {
			if slices.Contains([]string{chain.Fails, chain.Stalls, chain.Limits, chain.Lags}, m.out.kind) {
				list = append(list, m)
			}
		}
	}
	now := time.Now()
	after := func(last bool) int {
		if last {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(list, func(a, b *member) int {
		return cmp.Or(
			cmp.Compare(after(now.Before(a.rest)), after(now.Before(b.rest))), cmp.Compare(a.overdue, b.overdue),
			cmp.Compare(after(!slices.Contains(first, a)), after(!slices.Contains(first, b))), cmp.Compare(a.latency, b.latency), cmp.Compare(a.place, b.place),
		)
	})
	return list
}
