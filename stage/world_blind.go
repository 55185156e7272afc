package stage

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/action/safe"
	"tocsin/evm"
)

// treasurers own the Safe that operates the vault in the world of the blind signature. Two of them sign.
func treasurers() []string { return []string{"treasurer-1", "treasurer-2", "treasurer-3"} }

// treasury is where that Safe stands.
func treasury() evm.Address {
	return evm.Address(crypto.Keccak256([]byte("tocsin stage: Safe of the treasury"))[12:])
}

// blindSigned is the world of a vault that a Safe operates. The page on which its owners sign shows the weekly transfer to payroll; what two
// of them signed on it lets the attacker own the Safe with them, and one signature be enough. He sends it himself, for anybody may, and from
// then on signs alone. The signatures are real, and so is the Safe.
func blindSigned() world {
	return world{
		World:    World{ID: "blind-signed-safe", Title: "What the owners of a Safe saw is not what they signed", Safe: true},
		contract: "OperatedVault",
		types:    ",address",
		args:     func(*Stage) []any { return []any{treasury()} },
		owners:   treasurers(),
		user:     firstDeposit,
		next: func(ctx context.Context, r *raid) (move, error) {
			owns, err := r.read(ctx, treasury(), nil, "isOwner(address)", r.attacker.address())
			if err != nil {
				return move{}, err
			}
			if owns.IsZero() {
				data, err := encode("addOwnerWithThreshold(address,uint256)", r.attacker.address(), 1)
				if err != nil {
					return move{}, err
				}
				return r.bySafe(ctx, treasury(), data, treasurers()[:2]...)
			}
			left, err := r.VaultBalance(ctx, nil)
			if err != nil {
				return move{}, err
			}
			if left.Lt(r.money(1)) {
				return move{over: true}, nil
			}
			data, err := encode("invest(address,uint256)", r.attacker.address(), least(r.slice(), left))
			if err != nil {
				return move{}, err
			}
			return r.bySafe(ctx, r.Vault, data, attackerName)
		},
		held: func(ctx context.Context, s *Stage) (bool, error) {
			operates, err := s.operates(ctx, treasury())
			return err == nil && !operates, err
		},
	}
}

// bySafe is a transaction of the treasury's Safe with its next number, which the attacker sends and others have signed.
func (r *raid) bySafe(ctx context.Context, to evm.Address, data []byte, signers ...string) (move, error) {
	nonce, err := r.read(ctx, treasury(), nil, "nonce()")
	if err != nil {
		return move{}, err
	}
	tx := safe.Transaction{Chain: r.ChainID(), Safe: treasury(), Version: safe.V141, To: to, Data: data, Nonce: nonce.Uint64()}
	hashes, err := tx.Hashes()
	if err != nil {
		return move{}, fmt.Errorf("hash the transaction of the Safe: %w", err)
	}
	var list []safe.Signature
	for _, name := range signers {
		key, _, err := demoKey(name)
		if err != nil {
			return move{}, err
		}
		sig, err := key.SignDigest(ctx, hashes.Hash)
		if err != nil {
			return move{}, fmt.Errorf("sign for the Safe: %w", err)
		}
		one, err := safe.ByAccount(hashes.Hash, sig)
		if err != nil {
			return move{}, fmt.Errorf("sign for the Safe: %w", err)
		}
		list = append(list, one)
	}
	signatures, err := safe.Encode(list)
	if err != nil {
		return move{}, fmt.Errorf("sign for the Safe: %w", err)
	}
	calldata, err := tx.ExecTransaction(signatures)
	if err != nil {
		return move{}, fmt.Errorf("write the transaction of the Safe: %w", err)
	}
	at := treasury()
	return move{call: call{to: &at, data: calldata, value: new(uint256.Int)}}, nil
}
