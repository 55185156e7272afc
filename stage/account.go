package stage

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
)

// Deposits is what the vault would hold at the head had nothing been stolen: what its books say it owes, and what the
// attacker made vanish from them. It moves with the users' ordinary deposits and withdrawals. In HUSD's smallest unit.
func (s *Stage) Deposits(ctx context.Context) (*uint256.Int, error) {
	head := s.chain.Head().Number // one block for both, or a theft in between would count twice
	owed, err := s.read(ctx, s.Vault, &head, "totalSupply()")
	if err != nil {
		return nil, err
	}
	lost, err := s.lossAt(ctx, head)
	if err != nil {
		return nil, err
	}
	return owed.Add(owed, lost), nil
}

// LossAt is what the attacker has got of the users' money by a block (0: the head), in HUSD's smallest unit.
func (s *Stage) LossAt(ctx context.Context, block uint64) (*uint256.Int, error) {
	if block == 0 {
		block = s.chain.Head().Number
	}
	return s.lossAt(ctx, block)
}

func (s *Stage) lossAt(ctx context.Context, block uint64) (*uint256.Int, error) {
	if s.world.loss != nil {
		return s.world.loss(ctx, s, block)
	}
	thieves := []evm.Address{s.attacker.address()}
	if s.world.thieves != nil {
		thieves = s.world.thieves(s)
	}
	held := new(uint256.Int)
	for _, t := range thieves {
		n, err := s.read(ctx, s.Token, &block, "balanceOf(address)", t)
		if err != nil {
			return nil, err
		}
		held.Add(held, n)
	}
	stake := s.money(s.world.stake)
	if held.Lt(stake) {
		return new(uint256.Int), nil // so far it has cost the attacker more than it brought
	}
	return held.Sub(held, stake), nil
}

// FirstMaliciousTx is the attacker's first transaction: in the demo's world the allowance that opens the first account, before anything
// is gone. It is not_found while there is none.
func (s *Stage) FirstMaliciousTx(ctx context.Context) (Tx, error) {
	begun, err := s.AttackBegun(ctx)
	if err != nil {
		return Tx{}, err
	}
	if !begun {
		return Tx{}, fault.New(fault.NotFound, "The attack has not begun.")
	}
	// Ether once spent on gas is gone: the first block after which some is missing is found by halving.
	var failed error
	head := s.chain.Head().Number
	first := sort.Search(int(head)+1, func(n int) bool {
		if failed != nil {
			return true
		}
		var spent bool
		spent, failed = s.spent(ctx, uint64(n))
		return spent
	})
	if failed != nil {
		return Tx{}, fmt.Errorf("find first malicious transaction: %w", failed)
	}
	b, err := s.client.Block(ctx, uint64(first))
	if err != nil {
		return Tx{}, fmt.Errorf("find first malicious transaction: %w", err)
	}
	for i, t := range b.Transactions {
		if s.villain(t.From) {
			return Tx{Hash: t.Hash, Block: b.Number, Status: b.Receipts[i].Status}, nil
		}
	}
	return Tx{}, fmt.Errorf("find first malicious transaction: block %d has none of the attacker's", first)
}

// spent reports whether any of the attacker's accounts has paid for a transaction by a block.
func (s *Stage) spent(ctx context.Context, block uint64) (bool, error) {
	for _, v := range s.villains {
		b, err := s.client.Balance(ctx, v.address(), &block)
		if err != nil {
			return false, err
		}
		if b.Lt(wealth()) {
			return true, nil
		}
	}
	return false, nil
}

func (s *Stage) villain(a evm.Address) bool {
	return slices.ContainsFunc(s.villains, func(v *actor) bool { return v.address() == a })
}
