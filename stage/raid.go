package stage

import (
	"context"
	"errors"
	"time"

	"tocsin/evm"
)

// retries is after how many refusals the attacker gives up.
const retries = 3

// errOver ends the attacker's watching.
var errOver = errors.New("the attack is over")

// raid is the attacker between blocks.
type raid struct {
	*Stage
	waiting evm.Hash // sent and not mined; zero if none
	rest    uint64   // the block before which nothing more is sent
	until   uint64   // the block time before which nothing more is sent
	refused int      // by a vault that was stopped, in a row
}

func (s *Stage) playAttack() {
	r := raid{Stage: s}
	err := s.client.Heads(s.ctx, func(h evm.Header) error {
		err := r.move(s.ctx, h)
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
func (r *raid) move(ctx context.Context, head evm.Header) error {
	if r.waiting != (evm.Hash{}) {
		rec, err := r.client.Receipt(ctx, r.waiting)
		if err != nil {
			return err // not mined yet
		}
		if rec.BlockNumber > head.Number {
			return nil // the chain is ahead of what was told of it: time is counted from the head that holds it
		}
		r.waiting, r.rest = evm.Hash{}, rec.BlockNumber+r.opts.Pace-1
		r.until = head.Time + uint64(r.opts.Every/time.Second)
		if err := r.learn(ctx, rec); err != nil {
			return err
		}
	}
	if head.Number < r.rest || head.Time < r.until {
		return nil
	}
	m, err := r.world.next(ctx, r)
	if err != nil {
		return err
	}
	if m.over || r.refused >= retries {
		if err := r.giveUp(ctx); err != nil {
			return err
		}
		return errOver
	}
	if m.wait {
		return nil
	}
	r.waiting, err = r.make(ctx, m)
	return err
}

// learn counts refusals by a vault that was stopped.
func (r *raid) learn(ctx context.Context, rec *evm.Receipt) error {
	if rec.Status == 1 {
		r.refused = 0
		return nil
	}
	held, err := r.Held(ctx)
	if held {
		r.refused++
	}
	return err
}
