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

// Tx is a transaction that was mined.
type Tx struct {
	Hash   evm.Hash
	Block  uint64
	Status uint64 // 1 succeeded, 0 failed
}

// Do does what an inject of a scenario names under live: "attack" launches the attack, and does nothing if it was launched before, for
// an inject may be read twice.
func (s *Stage) Do(ctx context.Context, name string) error {
	if name != "attack" {
		return fault.New(fault.NotFound, "The world %s has nothing named %q.", s.world.ID, name).Instead("Write live: attack.")
	}
	if err := s.Attack(ctx); err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	return nil
}

// AttackBegun reports whether the attack was ever launched.
func (s *Stage) AttackBegun(ctx context.Context) (bool, error) {
	for _, v := range s.villains {
		n, err := s.client.Nonce(ctx, v.address(), false)
		if err != nil {
			return false, fmt.Errorf("read whether the attack has begun: %w", err)
		}
		if n > 0 {
			return true, nil
		}
	}
	return false, nil
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
	idle := true
	for _, v := range s.villains {
		quiet, err := v.idle(ctx)
		if err != nil {
			return fmt.Errorf("launch attack: %w", err)
		}
		idle = idle && quiet
	}
	if idle {
		m, err := s.world.next(ctx, &raid{Stage: s})
		if err == nil {
			_, err = s.make(ctx, m)
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

// make sends a move's transaction.
func (s *Stage) make(ctx context.Context, m move) (evm.Hash, error) {
	if m.from == nil {
		m.from = s.attacker
	}
	return m.from.send(ctx, m.call)
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
	held, err := s.Held(ctx)
	if err != nil {
		return err
	}
	if held {
		return s.giveUp(ctx)
	}
	s.playing.Go(s.playAttack)
	return nil
}

// Held reports whether the attacker is kept from going on at the head: the vault is paused, or stopped in another way that the world
// knows of.
func (s *Stage) Held(ctx context.Context) (bool, error) {
	paused, err := s.Paused(ctx)
	if err != nil || paused || s.world.held == nil {
		return paused, err
	}
	return s.world.held(ctx, s)
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
