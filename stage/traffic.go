package stage

import (
	"context"
	"math/rand/v2"

	"github.com/holiman/uint256"

	"tocsin/evm"
)

// playTraffic lets the users do on each block what the seed and the block's number say, until the stage closes.
func (s *Stage) playTraffic() {
	err := s.client.Heads(s.ctx, func(h evm.Header) error {
		s.trouble("ordinary traffic", s.traffic(s.ctx, rand.New(rand.NewPCG(s.opts.Seed, h.Number))))
		return s.ctx.Err()
	})
	s.trouble("ordinary traffic", err)
}

// traffic is what users do on one block: each acts on one block in eight, unless something of theirs is still waiting.
func (s *Stage) traffic(ctx context.Context, r *rand.Rand) error {
	paused, err := s.Paused(ctx)
	if err != nil {
		return err
	}
	for _, u := range s.users {
		if r.IntN(8) != 0 {
			continue
		}
		dice, size, other := r.IntN(100), 1+r.Uint64N(20), r.IntN(len(s.users))
		idle, err := u.idle(ctx)
		if err != nil {
			return err
		}
		if !idle {
			continue
		}
		c, ok, err := s.pick(ctx, u, paused, dice, size, s.users[other])
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if _, err := u.send(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// pick chooses what a user does; size is a number from 1 to 20. A paused vault's users turn to the token, but for the few
// who do not look.
func (s *Stage) pick(ctx context.Context, u *actor, paused bool, dice int, size uint64, other *actor) (call, bool, error) {
	if s.world.traffic != nil && !paused {
		if c, ok, err := s.world.traffic(ctx, s, u, dice, size); ok || err != nil {
			return c, ok, err
		}
		paused = s.world.closed
	}
	switch {
	case dice < 2: // more than there is: fails
		shares, err := s.shares(ctx, u.address())
		if err != nil {
			return call{}, false, err
		}
		c, err := on(s.Vault, "withdraw(uint256,address,address)", new(uint256.Int).Add(shares, s.money(size)), u.address(), u.address())
		return c, true, err
	case dice < 35 && !paused:
		money, err := s.read(ctx, s.Token, nil, "balanceOf(address)", u.address())
		if err != nil || money.Lt(s.money(1000)) {
			return call{}, false, err
		}
		c, err := on(s.Vault, "deposit(uint256,address)", part(money, size, 1000), u.address())
		return c, true, err
	case dice < 65 && !paused:
		shares, err := s.shares(ctx, u.address())
		if err != nil {
			return call{}, false, err
		}
		// Somebody who was robbed and does not know it yet asks for what should be there, and fails.
		amount := part(shares, size, 2000)
		if shares.Lt(s.money(1000)) {
			amount = s.money(1000 * size)
		}
		c, err := on(s.Vault, "withdraw(uint256,address,address)", amount, u.address(), u.address())
		return c, true, err
	}
	money, err := s.read(ctx, s.Token, nil, "balanceOf(address)", u.address())
	if err != nil || u == other || money.Lt(s.money(1000)) {
		return call{}, false, err
	}
	c, err := on(s.Token, "transfer(address,uint256)", other.address(), part(money, size, 2000))
	return c, true, err
}
