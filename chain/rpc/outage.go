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

// outage is why and since when an endpoint is not used.
type outage struct {
	kind  string
	err   error
	since time.Time
	until time.Time // then it is tried
	pause time.Duration
	said  bool
}

// longestDrop bounds the pauses of an endpoint that is out, as a multiple of the first; lonelyDrop where nothing else is in use.
const (
	longestDrop = 256
	lonelyDrop  = 4
	soonAgain   = 10 // within so many first pauses, a trouble counts as the one before
)

// drop takes the endpoint out of use; p.mu is held.
func (m *member) drop(kind string, since time.Time, err error) {
	p, now := m.p, time.Now()
	if m.dropped > 0 && now.Sub(m.droppedA) > soonAgain*p.o.DropFor<<min(m.dropped, 8) {
		m.dropped = 0
	}
	m.out = &outage{kind: kind, err: err, since: since}
	m.err, m.known, m.lagging, m.apart, m.missing = err, false, time.Time{}, time.Time{}, 0
	m.delay(now)
	clear(m.hashes)
	p.log.Warn("the endpoint is not used for now", "chain", p.o.ChainID, "endpoint", m.c.endpoint.name, "kind", kind, "err", err)
	if m.end != nil {
		m.end()
	}
	m.report(now)
	wake(m.retry)
	wake(p.stir)
}

// delay sets when the endpoint is tried; p.mu is held.
func (m *member) delay(now time.Time) {
	most := longestDrop
	if len(m.p.inUse()) == 0 {
		most = lonelyDrop
	}
	m.out.pause = m.p.o.DropFor * time.Duration(min(1<<min(m.dropped, 8), most))
	m.dropped, m.droppedA = m.dropped+1, now
	m.out.until = now.Add(m.out.pause)
}

// try tries an endpoint that is out, and takes it back if all is well.
func (m *member) try(ctx context.Context) {
	head, err := m.examine(ctx)
	if ctx.Err() != nil {
		return
	}
	p, now := m.p, time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		if s := (*symptom)(nil); errors.As(err, &s) && s.kind != m.out.kind && (s.kind == chain.WrongChain || s.kind == chain.Lies || s.kind == chain.Truncates) {
			m.out.kind, m.out.said = s.kind, false
		}
		m.out.err, m.err = err, err
		m.delay(now)
		m.report(now)
		wake(p.stir)
		return
	}
	was := m.out
	m.out, m.err, m.strikes, m.rest, m.suspect = nil, nil, 0, time.Time{}, chain.Ref{}
	m.head, m.known, m.heard, m.turns = head, true, true, m.turns+1
	clear(m.hashes)
	m.hashes[head.Number] = head.Hash
	p.log.Info("the endpoint is used again", "chain", p.o.ChainID, "endpoint", m.c.endpoint.name)
	if was.said {
		p.tell(m, chain.Trouble{Kind: was.kind, At: now, Over: true, Say: fmt.Sprintf("The endpoint %s of chain %d is fine again.", m.c.endpoint.name, p.o.ChainID)})
	}
	wake(p.stir)
}

// examine asks an endpoint that is out for what it must know: its chain's id, a head that does not lag, the block that it lied
// about, the chain that the others are on.
func (m *member) examine(ctx context.Context) (evm.Header, error) {
	p := m.p
	p.mu.Lock()
	others, agreed, proven, suspect := len(p.inUse()) > 0, p.agreed, p.proven(p.agreed), m.suspect
	if highest := p.views(); len(highest) > 0 {
		proven = min(proven, highest[0].head.Number)
	}
	p.mu.Unlock()
	m.c.hangUp()
	head, err := m.c.Head(ctx)
	if err != nil {
		return head, err
	}
	if others && head.Number+p.o.LagBlocks < proven {
		return head, m.behind(head.Number, proven)
	}
	if others && agreed.err == nil && len(agreed.voters) > 1 && head.Number >= agreed.head.Number {
		h, err := m.c.headerAt(ctx, agreed.head.Number)
		if err != nil {
			return head, err
		}
		if h.Hash != agreed.head.Hash {
			return head, m.apartFrom(agreed.head)
		}
	}
	if _, err := m.c.Block(ctx, head.Number); err != nil {
		return head, err
	}
	if suspect != (chain.Ref{}) {
		if _, err := m.c.blockOf(ctx, suspect); err != nil && !fault.Is(err, fault.NotFound) {
			return head, err
		}
	}
	return head, nil
}

func (m *member) behind(at, head uint64) error {
	return &symptom{chain.Lags, fault.New(fault.Unavailable, "The endpoint %s stands at block %d, the chain at block %d.", m.c.endpoint.name, at, head)}
}

func (m *member) apartFrom(head evm.Header) error {
	return &symptom{chain.Disagrees, fault.New(fault.Unavailable, "The endpoint %s has another block %d than the other endpoints of chain %d.", m.c.endpoint.name, head.Number, m.p.o.ChainID)}
}
