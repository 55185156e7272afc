package stage

import (
	"context"

	"tocsin/evm"
)

const (
	copycatName  = "copycat"
	copycatAfter = 6 // payments of the attacker until somebody has seen how it is done
)

// forgedMessage is the world of a bridge that trusts the root of what was never proved. The attacker has any message paid that he
// likes, and before long somebody copies him.
func forgedMessage() world {
	return world{
		World:    World{ID: "forged-message", Title: "The bridge pays messages that nobody has proved"},
		contract: "BridgeVault",
		types:    ",bytes32",
		args:     func(*Stage) []any { return []any{evm.Hash{}} },
		user:     firstDeposit,
		others:   []string{copycatName},
		thieves: func(s *Stage) []evm.Address {
			return []evm.Address{s.attacker.address(), s.others[copycatName].address()}
		},
		next: func(ctx context.Context, r *raid) (move, error) {
			left, err := r.VaultBalance(ctx, nil)
			if err != nil {
				return move{}, err
			}
			if left.Lt(r.money(1)) {
				return move{over: true}, nil
			}
			who := r.attacker
			n, err := r.client.Nonce(ctx, who.address(), false)
			if err != nil {
				return move{}, err
			}
			if n >= copycatAfter {
				copied, err := r.client.Nonce(ctx, r.others[copycatName].address(), false)
				if err != nil {
					return move{}, err
				}
				if copied <= n-copycatAfter { // they take turns from there on
					who, n = r.others[copycatName], copied
				}
			}
			m, err := moved(on(r.Vault, "process(uint256,address,uint256)", n, who.address(), least(r.slice(), left)))
			m.from = who
			return m, err
		},
	}
}
