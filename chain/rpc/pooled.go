package rpc

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

// Head asks every endpoint for its head, and returns the one that most agree on.
func (p *Pool) Head(ctx context.Context) (evm.Header, error) {
	p.mu.Lock()
	all := p.inUse()
	p.mu.Unlock()
	answers := askAll(p, all, func(ctx context.Context, m *member) (evm.Header, error) {
		turn := m.turn()
		h, err := m.c.Head(ctx)
		if err == nil {
			m.tell(h, turn)
		}
		return h, err
	})
	var enough <-chan time.Time // those who are slow are not waited for
	for range all {
		select {
		case <-ctx.Done():
			return evm.Header{}, fmt.Errorf("ask for the head: %w", context.Cause(ctx))
		case a := <-answers:
			if a.err == nil && enough == nil {
				t := time.NewTimer(max(p.o.HedgeAfter, time.Until(p.start.Add(firstVoices))))
				defer t.Stop()
				enough = t.C
			}
			continue
		case <-enough:
		}
		break
	}
	a := p.judge(ctx)
	return a.head, a.err
}

// Heads calls f with the present head and then with each new one that the endpoints agree on, until ctx ends or f fails.
func (p *Pool) Heads(ctx context.Context, f func(evm.Header) error) error {
	news, end := p.subscribe()
	defer end()
	var last evm.Hash
	for {
		p.mu.Lock()
		a := p.agreed
		p.mu.Unlock()
		if a.err == nil && a.head.Hash != last {
			if err := f(a.head); err != nil {
				return err
			}
			last = a.head.Hash
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("watch heads: %w", context.Cause(ctx))
		case <-news:
		}
	}
}

// Block returns the block at a height that most endpoints stand by, verified as far as its data allow.
func (p *Pool) Block(ctx context.Context, number uint64) (*evm.Block, error) {
	if len(p.members) == 1 {
		return ask(ctx, p, nil, func(ctx context.Context, m *member) (*evm.Block, error) { return m.c.Block(ctx, number) })
	}
	p.mu.Lock()
	a := p.agreed
	p.mu.Unlock()
	if a.err != nil || a.head.Number < number {
		if _, err := p.Head(ctx); err != nil {
			return nil, err
		}
		p.mu.Lock()
		a = p.agreed
		p.mu.Unlock()
	}
	switch {
	case a.err != nil:
		return nil, a.err
	case a.head.Number < number:
		return nil, fault.New(fault.NotFound, "Chain %d has no block %d yet.", p.o.ChainID, number)
	}
	h, err := p.canonical(ctx, number, a.voters)
	if err != nil {
		return nil, err
	}
	return p.fetch(ctx, chain.Ref{Number: number, Hash: h.Hash}, a.voters)
}

// standing lists the endpoints in whose chain the agreed head is: they are asked first.
func (p *Pool) standing() []*member {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.agreed.voters
}

// Call runs a message at a height (nil: the head). A message that reverts returns a *chain.Revert. At a height, it is what
// endpoints agree on.
func (p *Pool) Call(ctx context.Context, msg chain.Message, at *uint64) ([]byte, error) {
	if at != nil {
		return certain(ctx, p, fmt.Sprintf("what a call returns at block %d", *at), bytes.Equal,
			func(ctx context.Context, m *member) ([]byte, error) { return m.c.Call(ctx, msg, at) })
	}
	return ask(ctx, p, p.standing(), func(ctx context.Context, m *member) ([]byte, error) { return m.c.Call(ctx, msg, at) })
}

// EstimateGas returns the gas that a transaction would need at the head. One that reverts returns a *chain.Revert.
func (p *Pool) EstimateGas(ctx context.Context, msg chain.Message) (uint64, error) {
	return ask(ctx, p, p.standing(), func(ctx context.Context, m *member) (uint64, error) { return m.c.EstimateGas(ctx, msg) })
}

// Balance returns an account's balance in wei at a height (nil: the head). At a height, it is what endpoints agree on.
func (p *Pool) Balance(ctx context.Context, a evm.Address, at *uint64) (*uint256.Int, error) {
	if at != nil {
		return certain(ctx, p, fmt.Sprintf("the balance of %s at block %d", a, *at), (*uint256.Int).Eq,
			func(ctx context.Context, m *member) (*uint256.Int, error) { return m.c.Balance(ctx, a, at) })
	}
	return ask(ctx, p, p.standing(), func(ctx context.Context, m *member) (*uint256.Int, error) { return m.c.Balance(ctx, a, at) })
}

// Code returns an account's code at the head; empty if it has none.
func (p *Pool) Code(ctx context.Context, a evm.Address) ([]byte, error) {
	return ask(ctx, p, p.standing(), func(ctx context.Context, m *member) ([]byte, error) { return m.c.Code(ctx, a) })
}

// Storage returns a slot of a contract's storage at a height (nil: the head); zero where nothing was ever stored.
func (p *Pool) Storage(ctx context.Context, a evm.Address, slot evm.Hash, at *uint64) (evm.Hash, error) {
	return ask(ctx, p, p.standing(), func(ctx context.Context, m *member) (evm.Hash, error) { return m.c.Storage(ctx, a, slot, at) })
}

// Nonce returns an account's next nonce, counting what is pending if so wanted.
func (p *Pool) Nonce(ctx context.Context, a evm.Address, pending bool) (uint64, error) {
	return ask(ctx, p, p.standing(), func(ctx context.Context, m *member) (uint64, error) { return m.c.Nonce(ctx, a, pending) })
}

// Fee returns what a transaction should offer to be mined soon.
func (p *Pool) Fee(ctx context.Context) (chain.Fee, error) {
	return ask(ctx, p, p.standing(), func(ctx context.Context, m *member) (chain.Fee, error) { return m.c.Fee(ctx) })
}

// Receipt returns the receipt of a mined transaction, not_found if no endpoint has it.
func (p *Pool) Receipt(ctx context.Context, tx evm.Hash) (*evm.Receipt, error) {
	return ask(ctx, p, p.standing(), func(ctx context.Context, m *member) (*evm.Receipt, error) { return m.c.Receipt(ctx, tx) })
}

// Send broadcasts a signed transaction over every endpoint at once: the first that takes it is enough. Where none does, an
// error that is unavailable means that it is not known whether the transaction was sent.
func (p *Pool) Send(ctx context.Context, raw []byte) (evm.Hash, error) {
	all := p.order(nil)
	if len(all) == 0 {
		p.mu.Lock()
		defer p.mu.Unlock()
		return evm.Hash{}, p.nobody()
	}
	raw = slices.Clone(raw) // slow ones may read it when we are gone
	answers := askAll(p, all, func(ctx context.Context, m *member) (evm.Hash, error) { return m.c.Send(ctx, raw) })
	var refused, unknown error
	var hash evm.Hash
	for range all {
		select {
		case <-ctx.Done():
			return hash, fmt.Errorf("send: %w", context.Cause(ctx))
		case a := <-answers:
			hash = a.value
			switch {
			case a.err == nil:
				return hash, nil
			case conclusive(a.err):
				refused = a.err
			default:
				unknown = a.err
			}
		}
	}
	if unknown != nil {
		return hash, unknown
	}
	return hash, refused
}

// Finality returns the newest blocks that most endpoints count as safe, and as finalized.
func (p *Pool) Finality(ctx context.Context) (safe, finalized chain.Ref, err error) {
	p.mu.Lock()
	all := p.inUse()
	p.mu.Unlock()
	if len(all) == 0 {
		p.mu.Lock()
		defer p.mu.Unlock()
		return safe, finalized, p.nobody()
	}
	answers := askAll(p, all, func(ctx context.Context, m *member) ([2]chain.Ref, error) {
		safe, finalized, err := m.c.Finality(ctx)
		return [2]chain.Ref{safe, finalized}, err
	})
	var told [2][]chain.Ref
	for range all {
		select {
		case <-ctx.Done():
			return safe, finalized, fmt.Errorf("ask for finality: %w", context.Cause(ctx))
		case a := <-answers:
			if a.err != nil {
				err = a.err
				continue
			}
			told[0], told[1] = append(told[0], a.value[0]), append(told[1], a.value[1])
		}
	}
	most := len(all)/2 + 1
	if len(told[0]) < most {
		return safe, finalized, err
	}
	for _, refs := range told {
		slices.SortFunc(refs, func(a, b chain.Ref) int { return -1 * int(max(min(int64(a.Number)-int64(b.Number), 1), -1)) })
	}
	// Whatever is higher builds on it, or contradicts most.
	return told[0][most-1], told[1][most-1], nil
}
