package stage

import (
	"context"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/evm"
)

const operatorName = "operator"

func operatorRole() evm.Hash { return crypto.Keccak256Hash([]byte("OPERATOR_ROLE")) }

// stolenKey is the world of a vault whose operator's key was copied from the server on which it lies. The thief names an account of his
// own an operator too, so that taking the role from the first does not stop him, and names it again with the other when it loses the role.
func stolenKey() world {
	return world{
		World:    World{ID: "stolen-key", Title: "Somebody else has the key of the vault's operator"},
		contract: "OperatedVault",
		types:    ",address",
		args:     func(s *Stage) []any { return []any{s.others[operatorName].address()} },
		user:     firstDeposit,
		others:   []string{operatorName},
		next: func(ctx context.Context, r *raid) (move, error) {
			me, operator := r.attacker.address(), r.others[operatorName]
			mine, err := r.operates(ctx, me)
			if err != nil {
				return move{}, err
			}
			theirs, err := r.operates(ctx, operator.address())
			if err != nil {
				return move{}, err
			}
			if !mine && theirs {
				m, err := moved(on(r.Vault, "grantRole(bytes32,address)", operatorRole(), me))
				m.from = operator
				return m, err
			}
			left, err := r.VaultBalance(ctx, nil)
			if err != nil {
				return move{}, err
			}
			if left.Lt(r.money(1)) {
				return move{over: true}, nil
			}
			return moved(on(r.Vault, "invest(address,uint256)", me, least(r.slice(), left)))
		},
		held: func(ctx context.Context, s *Stage) (bool, error) {
			mine, err := s.operates(ctx, s.attacker.address())
			if err != nil || mine {
				return false, err
			}
			theirs, err := s.operates(ctx, s.others[operatorName].address())
			return err == nil && !theirs, err
		},
	}
}

func (s *Stage) operates(ctx context.Context, a evm.Address) (bool, error) {
	v, err := s.read(ctx, s.Vault, nil, "hasRole(bytes32,address)", operatorRole(), a)
	return err == nil && !v.IsZero(), err
}
