package stage

import (
	"context"

	"github.com/holiman/uint256"

	"tocsin/evm"
)

const (
	poolDepth   = 200_000   // whole tokens of each kind in the pool: too few
	oracleStake = 3_000_000 // whole HUSD with which the attacker moves the price
	pushes      = 6         // in how many transactions
	pledged     = 50_000    // whole HRB that each user has pledged
)

// oracleMoved is the world of a vault that lends at the present price of a small pool. The attacker buys the collateral there until it
// is dear, pledges what he bought, and borrows all there is.
func oracleMoved() world {
	return world{
		World:    World{ID: "oracle-moved", Title: "The vault lends at a price that a few large purchases can move"},
		contract: "LendingVault",
		types:    ",address,address",
		args:     func(s *Stage) []any { return []any{s.props["collateral"], s.props["pool"]} },
		props: func(s *Stage, x *script) {
			hrb := x.create("Token", "make(string,string)", "Harbour", "HRB")
			pool := x.create("Pool", "make(address,address)", s.Token, hrb)
			s.props["collateral"], s.props["pool"] = hrb, pool
			x.add(on(s.Token, "mint(address,uint256)", pool, s.money(poolDepth)))
			x.add(on(hrb, "mint(address,uint256)", pool, husd(poolDepth)))
			for _, u := range s.users {
				x.add(on(hrb, "mint(address,uint256)", u.address(), husd(pledged)))
			}
		},
		user: func(s *Stage, u *actor) ([]call, error) {
			script, err := firstDeposit(s, u)
			if err != nil {
				return nil, err
			}
			allow, err := on(s.props["collateral"], "approve(address,uint256)", s.Vault, unlimited)
			if err != nil {
				return nil, err
			}
			pledge, err := on(s.Vault, "pledge(uint256)", husd(pledged))
			return append(script, allow, pledge), err
		},
		stake: oracleStake,
		next:  nextLoan,
		loss: func(ctx context.Context, s *Stage, block uint64) (*uint256.Int, error) {
			return s.read(ctx, s.Vault, &block, "debt(address)", s.attacker.address()) // never to be repaid
		},
		held: func(ctx context.Context, s *Stage) (bool, error) {
			most, err := s.read(ctx, s.Vault, nil, "borrowCap()")
			if err != nil {
				return false, err
			}
			debt, err := s.read(ctx, s.Vault, nil, "totalDebt()")
			return err == nil && !debt.Lt(most), err
		},
		traffic: func(_ context.Context, s *Stage, _ *actor, dice int, size uint64) (call, bool, error) {
			if dice >= 12 {
				return call{}, false, nil
			}
			c, err := on(s.Vault, "borrow(uint256)", s.money(100*size)) // small against what is pledged: it takes a long day to reach the bound
			return c, true, err
		},
	}
}

func nextLoan(ctx context.Context, r *raid) (move, error) {
	me, pool, hrb := r.attacker.address(), r.props["pool"], r.props["collateral"]
	given, err := r.read(ctx, r.Token, nil, "allowance(address,address)", me, pool)
	if err != nil {
		return move{}, err
	}
	if given.IsZero() {
		return moved(on(r.Token, "approve(address,uint256)", pool, unlimited))
	}
	collateral, err := r.read(ctx, r.Vault, nil, "pledged(address)", me)
	if err != nil {
		return move{}, err
	}
	if collateral.IsZero() {
		return r.nextPush(ctx, pool, hrb)
	}
	left, err := r.VaultBalance(ctx, nil)
	if err != nil {
		return move{}, err
	}
	most, err := r.read(ctx, r.Vault, nil, "most(address)", me)
	if err != nil {
		return move{}, err
	}
	debt, err := r.read(ctx, r.Vault, nil, "debt(address)", me)
	if err != nil {
		return move{}, err
	}
	room := new(uint256.Int)
	if most.Gt(debt) {
		room.Sub(most, debt)
	}
	amount := least(r.slice(), left, room)
	if amount.Lt(r.money(1)) {
		return move{over: true}, nil
	}
	return moved(on(r.Vault, "borrow(uint256)", amount))
}

// nextPush is what comes before the first loan: buying, and pledging what was bought.
func (r *raid) nextPush(ctx context.Context, pool, hrb evm.Address) (move, error) {
	me := r.attacker.address()
	money, err := r.tokens(ctx, me)
	if err != nil {
		return move{}, err
	}
	if push := r.money(oracleStake / pushes); !money.Lt(push) {
		return moved(on(pool, "buy(uint256)", push))
	}
	given, err := r.read(ctx, hrb, nil, "allowance(address,address)", me, r.Vault)
	if err != nil {
		return move{}, err
	}
	if given.IsZero() {
		return moved(on(hrb, "approve(address,uint256)", r.Vault, unlimited))
	}
	goods, err := r.read(ctx, hrb, nil, "balanceOf(address)", me)
	if err != nil {
		return move{}, err
	}
	return moved(on(r.Vault, "pledge(uint256)", goods))
}
