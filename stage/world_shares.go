package stage

import (
	"context"

	"github.com/holiman/uint256"
)

const (
	shareStake = 3_000_000 // whole HUSD that the attacker begins with
	donation   = 2_000_000 // of it, given to the vault so that one share costs as much
	catch      = 4_000_000 // of other people's, for which the attacker waits
)

// inflatedShares is the world of a vault that opens today. The attacker is the first depositor and makes the first share so dear that
// everybody else's deposit buys none; when enough has come together he withdraws everything. Until then a pause saves all of it.
func inflatedShares() world {
	return world{
		World:    World{ID: "inflated-shares", Title: "Deposits into the new vault give no shares"},
		contract: "PricedVault",
		user: func(s *Stage, _ *actor) ([]call, error) {
			allow, err := on(s.Token, "approve(address,uint256)", s.Vault, unlimited)
			return []call{allow}, err
		},
		stake:  shareStake,
		bait:   donation,
		next:   nextShare,
		closed: true,
		traffic: func(ctx context.Context, s *Stage, u *actor, dice int, size uint64) (call, bool, error) {
			if dice >= 80 {
				return call{}, false, nil
			}
			// The vault opens once the attacker is in it: whoever watches what waits to be mined is always first.
			held, err := s.VaultBalance(ctx, nil)
			if err != nil || held.Lt(s.money(donation)) {
				return call{}, false, err
			}
			money, err := s.tokens(ctx, u.address())
			if err != nil || money.Lt(s.money(60_000)) {
				return call{}, false, err
			}
			c, err := on(s.Vault, "deposit(uint256,address)", s.money(20_000+2_000*size), u.address())
			return c, true, err
		},
	}
}

func nextShare(ctx context.Context, r *raid) (move, error) {
	me := r.attacker.address()
	money, err := r.tokens(ctx, me)
	if err != nil {
		return move{}, err
	}
	given, err := r.read(ctx, r.Token, nil, "allowance(address,address)", me, r.Vault)
	if err != nil {
		return move{}, err
	}
	shares, err := r.shares(ctx, me)
	if err != nil {
		return move{}, err
	}
	pot, err := r.VaultBalance(ctx, nil)
	if err != nil {
		return move{}, err
	}
	paused, err := r.Paused(ctx)
	if err != nil {
		return move{}, err
	}
	switch {
	case money.Gt(r.money(shareStake)): // cashed in
		return move{over: true}, nil
	case given.IsZero():
		return moved(on(r.Token, "approve(address,uint256)", r.Vault, unlimited))
	case shares.IsZero():
		return moved(on(r.Vault, "deposit(uint256,address)", uint256.NewInt(1), me))
	case pot.Lt(r.money(donation)):
		return moved(on(r.Token, "transfer(address,uint256)", r.Vault, r.money(donation)))
	case paused || !pot.Lt(r.money(donation+catch)): // a pause makes him try at once
		return moved(on(r.Vault, "withdraw(uint256,address,address)", pot, me, me))
	}
	return move{wait: true}, nil
}
