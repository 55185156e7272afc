package stage

import (
	"context"
	"errors"
	"fmt"
	"sort"

	"github.com/holiman/uint256"

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

// LossAt is what the attacker holds of the users' money at a block (0: the head), in HUSD's smallest unit.
func (s *Stage) LossAt(ctx context.Context, block uint64) (*uint256.Int, error) {
	if block == 0 {
		block = s.chain.Head().Number
	}
	return s.lossAt(ctx, block)
}

func (s *Stage) lossAt(ctx context.Context, block uint64) (*uint256.Int, error) {
	return s.read(ctx, s.Token, &block, "balanceOf(address)", s.attacker.address())
}

// FirstMaliciousTx is the attacker's first transaction: the allowance that opens the first account, before anything is
// gone. It is not_found while there is none.
func (s *Stage) FirstMaliciousTx(ctx context.Context) (Tx, error) {
	begun, err := s.AttackBegun(ctx)
	if err != nil {
		return Tx{}, err
	}
	if !begun {
		return Tx{}, fault.New(fault.NotFound, "The attack has not begun.")
	}
	// An allowance once given stays: the first block that has it is found by halving.
	var failed error
	head := s.chain.Head().Number
	first := sort.Search(int(head)+1, func(n int) bool {
		if failed != nil {
			return true
		}
		var given bool
		given, failed = s.given(ctx, uint64(n))
		return given
	})
	if failed != nil {
		return Tx{}, fmt.Errorf("find first malicious transaction: %w", failed)
	}
	b, err := s.client.Block(ctx, uint64(first))
	if err != nil {
		return Tx{}, fmt.Errorf("find first malicious transaction: %w", err)
	}
	for i, t := range b.Transactions {
		if t.From == s.attacker.address() {
			return Tx{Hash: t.Hash, Block: b.Number, Status: b.Receipts[i].Status}, nil
		}
	}
	return Tx{}, fmt.Errorf("find first malicious transaction: block %d has none of the attacker's", first)
}

// given reports whether the attacker's first allowance stands at a block.
func (s *Stage) given(ctx context.Context, block uint64) (bool, error) {
	shares, err := s.read(ctx, s.Vault, &block, "allowance(address,address)", s.attacker.address(), s.users[0].address())
	if errors.Is(err, errNoContract) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return !shares.IsZero(), nil
}
