package rpc

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

// secondOpinion is how long another endpoint is waited for, once one has told what transactions called.
const secondOpinion = time.Second

// opinion is what one endpoint says that transactions called.
type opinion struct {
	frames []evm.Frame
	sums   [][32]byte // of each transaction, see happened
}

// Trace returns the calls of a block's transactions. Two endpoints that can trace are asked at once; where they differ, others
// are asked until two agree. Where only one can, or the other is slow, it is that one's word.
func (p *Pool) Trace(ctx context.Context, b *evm.Block) ([]evm.Frame, error) {
	if len(b.Transactions) == 0 {
		return []evm.Frame{}, nil
	}
	var order []*member
	for _, m := range p.order(p.standing()) {
		if m.c.tracer.asked() {
			order = append(order, m)
		}
	}
	answers := make(chan answer[opinion], len(order))
	asked, pending := 0, 0
	next := func() {
		if asked == len(order) {
			return
		}
		m := order[asked]
		asked, pending = asked+1, pending+1
		if !p.spawn(func(own context.Context) { answers <- m.trace(own, b) }) {
			answers <- answer[opinion]{from: m, err: p.closing()}
		}
	}
	next()
	next()
	var errs []error
	var told []opinion
	var late <-chan time.Time
	for pending > 0 {
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("trace block %d: %w", b.Number, context.Cause(ctx))
		case <-late:
			if len(told) == 1 {
				return told[0].frames, nil
			}
			continue
		case a := <-answers:
			pending--
			if a.err != nil {
				errs = append(errs, a.err)
				next()
				continue
			}
			for _, o := range told {
				if o.agrees(a.value) {
					return o.with(a.value), nil
				}
			}
			if told = append(told, a.value); len(told) == 1 {
				t := time.NewTimer(secondOpinion)
				defer t.Stop()
				late = t.C
			} else {
				p.log.Warn("endpoints differ about the calls of a block", "chain", p.o.ChainID, "block", b.Number, "endpoint", a.from.c.endpoint.name)
				next()
			}
		}
	}
	switch {
	case len(told) == 1:
		return told[0].frames, nil
	case len(told) > 1:
		return nil, fault.New(fault.Unavailable, "The endpoints of chain %d do not agree about the calls of block %d.", p.o.ChainID, b.Number)
	}
	for _, err := range errs {
		if !errors.Is(err, chain.ErrNoTraces) {
			return nil, err // it can trace, but not this block now
		}
	}
	return nil, fault.New(fault.Unavailable, "No endpoint of chain %d tells which calls transactions make.", p.o.ChainID).
		Instead("Add one that offers debug_traceBlockByHash with the callTracer.").Because(chain.ErrNoTraces)
}

// trace asks one endpoint, and takes note if what it says cannot be true. How long it takes says nothing about its blocks.
func (m *member) trace(ctx context.Context, b *evm.Block) answer[opinion] {
	frames, err := m.c.Trace(ctx, b)
	if s := (*symptom)(nil); ctx.Err() == nil && errors.As(err, &s) {
		m.blame(err)
	}
	o := opinion{frames: frames, sums: make([][32]byte, len(frames))}
	for i := range frames {
		o.sums[i] = happened(&frames[i])
	}
	return answer[opinion]{m, o, err}
}

// agrees reports whether two opinions are the same, as far as both know.
func (o opinion) agrees(other opinion) bool {
	for i := range o.frames {
		if o.frames[i].Type != evm.UnknownFrame && other.frames[i].Type != evm.UnknownFrame && o.sums[i] != other.sums[i] {
			return false
		}
	}
	return true
}

// with is what either knows.
func (o opinion) with(other opinion) []evm.Frame {
	for i := range o.frames {
		if o.frames[i].Type == evm.UnknownFrame {
			o.frames[i] = other.frames[i]
		}
	}
	return o.frames
}

// happened is the same for transactions in which the same was called. Some tracers leave out calls of the contracts that are
// built into the chain, and what they say of failures differs.
func happened(root *evm.Frame) (d [32]byte) {
	h := sha256.New()
	root.Walk(func(f *evm.Frame, depth int) {
		builtIn := [18]byte(f.To[:18]) == [18]byte{} && !f.Creates()
		if depth == 0 || f.Sent() == nil && (builtIn || f.Type == evm.SelfDestructFrame) {
			return
		}
		fmt.Fprintf(h, "%d %s %s %s %v %x\n", depth, f.Type, f.From, f.To, f.Sent(), f.Input)
	})
	h.Sum(d[:0])
	return d
}
