package rpc

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

// compare asks every endpoint for a block that one could not prove. One that proves it wins, and shows that the others made it
// look as if it could not be proven; else it is what most say that it holds.
func (p *Pool) compare(ctx context.Context, ref chain.Ref, b *evm.Block) (*evm.Block, error) {
	p.mu.Lock()
	all := p.inUse()
	p.mu.Unlock()
	if len(all) < 2 {
		return b, nil
	}
	answers := askAll(p, all, p.block(ref, nil))
	late := time.NewTimer(max(voteWithin, p.o.HedgeAfter))
	defer late.Stop()
	said := map[[32]byte][]*member{}
	blocks := map[[32]byte]*evm.Block{}
	var proven *evm.Block
	for waiting := len(all); waiting > 0; waiting-- {
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("compare block %d: %w", ref.Number, context.Cause(ctx))
		case <-late.C:
			waiting = 1
		case a := <-answers:
			switch {
			case a.err != nil:
			case a.value.Unverified == "":
				proven = a.value
			default:
				d := digest(a.value)
				said[d], blocks[d] = append(said[d], a.from), a.value
			}
		}
	}
	if proven != nil {
		for _, list := range said {
			for _, m := range list {
				m.blame(m.masked(ref))
			}
		}
		return proven, nil
	}
	for d, list := range said {
		if 2*len(list) <= len(all) {
			continue
		}
		for other, minority := range said {
			for _, m := range minority {
				if other != d {
					m.doubt(ref)
					m.blame(&symptom{chain.Disagrees, fault.New(fault.Unavailable, "The endpoint %s says that block %d holds something else than most others say.", m.c.endpoint.name, ref.Number)})
				}
			}
		}
		return blocks[d], nil
	}
	return nil, fault.New(fault.Unavailable, "The endpoints of chain %d do not agree about what block %d holds, and its hash does not tell.", p.o.ChainID, ref.Number)
}

// masked is the fault of an endpoint that dressed a block up so that it could not be verified.
func (m *member) masked(ref chain.Ref) error {
	m.doubt(ref)
	return m.c.nonsense("eth_getBlockByHash", fmt.Errorf("%w: block %d cannot be verified as it gives it, and can as others do", evm.ErrLie, ref.Number))
}

// digest is the same for blocks in which the same happened.
func digest(b *evm.Block) (d [32]byte) {
	h := sha256.New()
	for i := range b.Transactions {
		t := &b.Transactions[i]
		fmt.Fprintf(h, "%s %s %v %v %x\n", t.Hash, t.From, t.To, t.Value, t.Input)
	}
	for i := range b.Receipts {
		r := &b.Receipts[i]
		fmt.Fprintf(h, "%s %d\n", r.TxHash, r.Status)
		for k := range r.Logs {
			fmt.Fprintf(h, "%s %v %x\n", r.Logs[k].Address, r.Logs[k].Topics, r.Logs[k].Data)
		}
	}
	h.Sum(d[:0])
	return d
}
