package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/store"
	"tocsin/upkeep"
)

// kindUpkeep is the kind of the streams of what is kept up between emergencies.
const kindUpkeep = "upkeep"

// Upkeep is what is kept up between emergencies: who is away from their key, and what the chains said when the plan was reviewed. A
// fault of code invalid says that the record does not hold, unavailable that a newer release wrote it.
func (e *Engine) Upkeep(ctx context.Context, protocol string) (*upkeep.State, error) {
	s, _, err := e.upkept(ctx, protocol)
	return s, err
}

// Away says that who acts is away from their key until a time; a zero time, that they are back. Faults are those of upkeep.Decide.
func (e *Engine) Away(ctx context.Context, protocol string, until time.Time, actor journal.Actor) error {
	var op upkeep.Op = upkeep.OpAway{Until: until}
	if until.IsZero() {
		op = upkeep.OpBack{}
	}
	return e.keepUp(ctx, protocol, upkeep.Command{Actor: actor, Op: op})
}

// RecordFacts records what the chains say of a plan's contracts, unless that was done for this plan. Done anew, it takes a person of the
// core team.
func (e *Engine) RecordFacts(ctx context.Context, protocol string, hash evm.Hash, facts json.RawMessage, anew bool, actor journal.Actor) error {
	return e.keepUp(ctx, protocol, upkeep.Command{Actor: actor, Op: upkeep.OpFacts{Plan: hash, Facts: facts, Anew: anew}})
}

// upkept reads the record of a protocol's upkeep, proven from the first event on. It is short: people say little between emergencies.
func (e *Engine) upkept(ctx context.Context, protocol string) (*upkeep.State, []journal.Record, error) {
	records, err := e.store.Load(ctx, kindUpkeep+"/"+protocol, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("load upkeep: %w", err)
	}
	unfit := func(err error) error {
		var unknown *upkeep.UnknownKind
		if errors.As(err, &unknown) {
			return fault.New(fault.Unavailable, "The record of who is away and what the chains said holds events of a newer release.").Instead("Use a node of that release.").Because(err)
		}
		return fault.New(fault.Invalid, "The record of who is away and what the chains said does not hold: %s", fault.Sentence(err)).
			Instead("Somebody may have tampered with the database; restore it from a backup that you trust.").Because(err)
	}
	if err := journal.Verify(records); err != nil {
		return nil, nil, unfit(err)
	}
	s := &upkeep.State{}
	for _, r := range records {
		h, err := upkeep.Decode(r)
		if err != nil {
			return nil, nil, unfit(err)
		}
		s.Apply(h)
	}
	return s, records, nil
}

func (e *Engine) keepUp(ctx context.Context, protocol string, cmd upkeep.Command) error {
	return e.keepUpWith(ctx, protocol, cmd, nil)
}

// keepUpWith is keepUp, and tells people of what follows from the command, if anything does. words are those of the record's version after
// it.
func (e *Engine) keepUpWith(ctx context.Context, protocol string, cmd upkeep.Command, words func(version uint64, now time.Time) ([]store.Delivery, error)) error {
	return e.persist(ctx, func() error {
		s, records, err := e.upkept(ctx, protocol)
		if err != nil {
			return err
		}
		p, err := e.InForce(ctx, protocol)
		if err != nil {
			return err
		}
		now := e.now()
		if now.Before(s.Last) {
			now = s.Last
		}
		events, err := upkeep.Decide(p, s, cmd, now)
		if err != nil || len(events) == 0 {
			return err
		}
		actor := cmd.Actor
		actor.Node = e.node
		a := store.Append{Stream: kindUpkeep + "/" + protocol, Expect: s.Version, Kind: kindUpkeep, Protocol: protocol}
		var prev [32]byte
		if n := len(records); n > 0 {
			prev = records[n-1].Hash
		}
		for i, ev := range events {
			rec, err := journal.Seal(prev, journal.Envelope{
				Stream: a.Stream, Seq: s.Version + uint64(i) + 1, Kind: ev.Kind(), KindV: upkeep.KindVersion, At: now, Actor: actor,
			}, ev, e.salt)
			if err != nil {
				return fmt.Errorf("seal %s: %w", ev.Kind(), err)
			}
			prev, a.Records = rec.Hash, append(a.Records, rec)
		}
		c := store.Commit{Appends: []store.Append{a}}
		if words != nil {
			if c.Deliveries, err = words(s.Version+uint64(len(events)), now); err != nil {
				return err
			}
		}
		return e.commit(ctx, c)
	})
}
