package rpc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

// saw notes a block that was verified and told.
func (p *Pool) saw(number uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.verified = max(p.verified, number)
}

// fetch returns the block with a hash, from whomever has it: what it holds follows from the hash. Where it does not, because
// the block is of a kind that we cannot verify, it is what most endpoints say.
func (p *Pool) fetch(ctx context.Context, ref chain.Ref, voters []*member) (*evm.Block, error) {
	b, err := ask(ctx, p, voters, p.block(ref, voters))
	if err != nil || b.Unverified == "" {
		return b, err
	}
	return p.compare(ctx, ref, b)
}

func (p *Pool) block(ref chain.Ref, voters []*member) func(context.Context, *member) (*evm.Block, error) {
	return func(ctx context.Context, m *member) (*evm.Block, error) {
		b, err := m.c.blockOf(ctx, ref)
		m.supplied(fmt.Sprintf("block %d", ref.Number), voters, err)
		if errors.Is(err, evm.ErrLie) {
			m.doubt(ref)
		}
		return b, err
	}
}

// audit asks an endpoint that has not been looked at for long for its chain, and for a block that is known to be true: one that
// is only there for bad times must be found out before them.
func (p *Pool) audit(ref chain.Ref, verified bool) {
	p.mu.Lock()
	var due *member
	now := time.Now()
	for _, m := range p.inUse() {
		if m.known && m.head.Number >= ref.Number && now.Sub(m.audited) >= p.o.AuditEvery && (due == nil || m.audited.Before(due.audited)) {
			due = m
		}
	}
	if due == nil || len(p.members) == 1 {
		p.mu.Unlock()
		return
	}
	due.audited = now
	p.mu.Unlock()
	get := p.block(ref, []*member{due})
	askAll(p, []*member{due}, func(ctx context.Context, m *member) (*evm.Block, error) {
		if err := m.c.reidentify(ctx); err != nil {
			return nil, err
		}
		b, err := get(ctx, m)
		if err == nil && verified && b.Unverified != "" {
			err = m.masked(ref)
		}
		return b, err
	})
}

// header returns the header with a hash.
func (p *Pool) header(ctx context.Context, hash evm.Hash, number uint64, voters []*member) (evm.Header, error) {
	get := func(ctx context.Context, m *member) (evm.Header, error) {
		h, err := m.c.headerOf(ctx, hash)
		m.supplied(fmt.Sprintf("block %d", number), voters, err)
		switch {
		case err != nil:
		case h.Hash != hash || h.Number != number:
			err = m.c.nonsense("eth_getBlockByHash", fmt.Errorf("%w: it is block %d %s, asked for was %d %s", evm.ErrLie, h.Number, h.Hash, number, hash))
		case !h.Foreign && h.ComputeHash() != hash:
			err = m.c.nonsense("eth_getBlockByHash", fmt.Errorf("%w: the header of block %d hashes to something else", evm.ErrLie, number))
		}
		if errors.Is(err, evm.ErrLie) {
			m.doubt(chain.Ref{Number: number, Hash: hash})
		}
		return h, err
	}
	h, err := ask(ctx, p, voters, get)
	if err != nil || h.ComputeHash() == hash {
		return h, err
	}
	// It has fields that we do not know, and its hash may cover them: it counts if nobody says otherwise.
	p.mu.Lock()
	all := p.inUse()
	p.mu.Unlock()
	answers := askAll(p, all, get)
	late := time.NewTimer(voteWithin)
	defer late.Stop()
	same, another := 0, false
	for waiting := len(all); waiting > 0; waiting-- {
		select {
		case a := <-answers:
			switch {
			case a.err != nil:
			case a.value.ComputeHash() == hash:
				return a.value, nil // and what the first gave will be found out with the block
			default:
				same++
				another = another || a.value.ParentHash != h.ParentHash
			}
		case <-late.C:
			waiting = 1
		case <-ctx.Done():
			return h, fmt.Errorf("ask for header %d: %w", number, context.Cause(ctx))
		}
	}
	if another || 2*same <= len(all) {
		return h, fault.New(fault.Unavailable, "The endpoints of chain %d do not agree about what comes before block %d.", p.o.ChainID, number)
	}
	return h, nil
}

// sure returns a header that an endpoint told, once it is certain.
func (p *Pool) sure(ctx context.Context, h evm.Header, voters []*member) (evm.Header, error) {
	if h.ComputeHash() == h.Hash {
		return h, nil
	}
	return p.header(ctx, h.Hash, h.Number, voters)
}

// canonical returns the header at a height that most of those endpoints stand by.
func (p *Pool) canonical(ctx context.Context, number uint64, voters []*member) (evm.Header, error) {
	p.mu.Lock()
	views := p.views()
	p.mu.Unlock()
	views = slices.DeleteFunc(views, func(v view) bool { return !slices.Contains(voters, v.m) })
	if len(views) == 0 {
		return evm.Header{}, fault.New(fault.Unavailable, "No endpoint of chain %d stands by block %d any more.", p.o.ChainID, number)
	}
	a := p.vote(ctx, views, number, len(views)/2+1)
	return a.head, a.err
}

// supplied takes note of whether an endpoint has what it stands by.
func (m *member) supplied(what string, voters []*member, err error) {
	switch {
	case err == nil:
		m.p.mu.Lock()
		defer m.p.mu.Unlock()
		m.missing = 0
	case fault.Is(err, fault.NotFound) && slices.Contains(voters, m):
		m.lacks(what)
	}
}

// doubt remembers the block that an endpoint lied about: it is asked for again before it is believed.
func (m *member) doubt(ref chain.Ref) {
	m.p.mu.Lock()
	defer m.p.mu.Unlock()
	m.suspect = ref
}
