package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"tocsin/arm"
	"tocsin/decision"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// kindArms is the kind of the streams of what acts by itself.
const kindArms = "arms"

// armsStream names the record of what a protocol has armed.
func armsStream(protocol string) string { return kindArms + "/" + protocol }

// Arm asks that what the plan does about an issue by itself be armed until a time; zero: as long as the plan lets it. Its approvers
// have to sign what the result holds. Faults are those of arm.Decide.
func (e *Engine) Arm(ctx context.Context, protocol, issue string, until time.Time, actor journal.Actor) (arm.Arm, error) {
	r, p, err := e.changeArms(ctx, protocol, arm.Command{Actor: actor, Op: arm.OpArm{Issue: issue, Until: until}})
	if err != nil {
		return arm.Arm{}, err
	}
	if a, ok := r.state.Open(p, issue, e.now()); ok {
		return a, nil
	}
	return arm.Arm{}, fault.New(fault.Conflict, "%s is not to be signed any more.", issue)
}

// SignArm hands in a signed answer to an arming. If the answers then suffice, it is armed: State of the result says so. Of one that was
// refused by it, the result has no state.
func (e *Engine) SignArm(ctx context.Context, protocol string, number uint64, choice string, signature []byte, actor journal.Actor) (arm.Arm, error) {
	r, _, err := e.changeArms(ctx, protocol, arm.Command{Actor: actor, Op: arm.OpAnswer{Number: number, Choice: choice, Signature: signature}})
	if err != nil {
		return arm.Arm{}, err
	}
	for _, a := range r.state.Arms {
		if a.Number == number {
			return a, nil
		}
	}
	return arm.Arm{Arming: decision.Arming{Number: number}}, nil
}

// Disarm ends the arming of an issue. Where it stands, the first person only asks, and a second agrees by asking too: the result is
// what is left, without a state once nothing is.
func (e *Engine) Disarm(ctx context.Context, protocol, issue, why string, actor journal.Actor) (arm.Arm, error) {
	r, p, err := e.changeArms(ctx, protocol, arm.Command{Actor: actor, Op: arm.OpDisarm{Issue: issue, Why: why}})
	if err != nil {
		return arm.Arm{}, err
	}
	a, _ := r.state.Of(p, issue, e.now())
	return a, nil
}

// KeepArmed withdraws the wish that an issue be disarmed.
func (e *Engine) KeepArmed(ctx context.Context, protocol, issue string, actor journal.Actor) error {
	_, _, err := e.changeArms(ctx, protocol, arm.Command{Actor: actor, Op: arm.OpKeep{Issue: issue}})
	return err
}

// RecordTests puts what a replay of history found on record. A fault says that the detectors are not those of the plan in force.
func (e *Engine) RecordTests(ctx context.Context, protocol string, tests []arm.Test, actor journal.Actor) error {
	_, _, err := e.changeArms(ctx, protocol, arm.Command{Actor: actor, Op: arm.OpTest{Tests: tests}})
	return err
}

// Arms is what a protocol has armed, what waits for signatures and which backtests are on record. A fault of code invalid says that the
// record does not hold, unavailable that a newer release wrote it: nothing acts by itself then.
func (e *Engine) Arms(ctx context.Context, protocol string) (*arm.State, error) {
	r, err := e.armed(ctx, protocol)
	if err != nil {
		return nil, err
	}
	if r.unread != nil {
		return nil, r.unreadable(protocol)
	}
	return r.state, nil
}

// armRecord is the record of what a protocol has armed. It does not change.
type armRecord struct {
	state   *arm.State
	records []journal.Record
	unread  error // why the record cannot be relied on: nothing acts by it
}

// armEntry is what is known of what a protocol has armed.
type armEntry struct {
	mu     sync.Mutex
	record *armRecord
	said   uint64 // version of the record that was last said not to hold
}

func (e *Engine) armEntry(protocol string) *armEntry {
	e.mu.Lock()
	defer e.mu.Unlock()
	ent := e.arms[protocol]
	if ent == nil {
		ent = &armEntry{record: &armRecord{state: &arm.State{}}}
		e.arms[protocol] = ent
	}
	return ent
}

// armed returns the record of what a protocol has armed. By one that does not hold, or that a newer release wrote, nothing acts.
func (e *Engine) armed(ctx context.Context, protocol string) (*armRecord, error) {
	ent := e.armEntry(protocol)
	ent.mu.Lock()
	defer ent.mu.Unlock()
	r := ent.record
	records, err := e.store.Load(ctx, armsStream(protocol), uint64(len(r.records)))
	if err != nil {
		return nil, fmt.Errorf("load what is armed: %w", err)
	}
	if len(records) == 0 {
		return r, nil
	}
	next := &armRecord{state: r.state.Next(), records: append(r.records[:len(r.records):len(r.records)], records...)}
	next.unread = journal.Verify(next.records)
	for _, rec := range records {
		if next.unread != nil {
			break
		}
		var h arm.Happened
		if h, next.unread = arm.Decode(rec); next.unread == nil {
			next.state.Apply(h)
		}
	}
	if next.unread == nil {
		ent.record = next
		return next, nil
	}
	if version := uint64(len(next.records)); version != ent.said {
		ent.said = version
		e.log.Error("the record of what is armed cannot be relied on: nothing acts by itself", "protocol", protocol, "err", next.unread)
	}
	return &armRecord{state: &arm.State{}, unread: next.unread}, nil
}

// unreadable says why nothing can be armed.
func (r *armRecord) unreadable(protocol string) error {
	var unknown *arm.UnknownKind
	if errors.As(r.unread, &unknown) {
		return fault.New(fault.Unavailable, "The record of what is armed of %q holds events of a newer release.", protocol).Instead("Use a node of that release.").Because(r.unread)
	}
	return fault.New(fault.Invalid, "The record of what is armed of %q does not hold, so nothing acts by itself: %s", protocol, fault.Sentence(r.unread)).
		Instead("Somebody may have tampered with the database; restore it from a backup that you trust.").Because(r.unread)
}

// changeArms carries out a command on what a protocol has armed.
func (e *Engine) changeArms(ctx context.Context, protocol string, cmd arm.Command) (*armRecord, *plan.Plan, error) {
	err := e.persist(ctx, func() error {
		e.observing.Lock()
		defer e.observing.Unlock()
		r, err := e.armed(ctx, protocol)
		if err != nil {
			return err
		}
		if r.unread != nil {
			return r.unreadable(protocol)
		}
		p, err := e.InForce(ctx, protocol)
		if err != nil {
			return err
		}
		now := e.now()
		events, err := arm.Decide(p, r.state, cmd, now)
		if err != nil || len(events) == 0 {
			return err
		}
		c, _, err := e.armCommit(p, r, cmd.Actor, events, now)
		if err != nil {
			return err
		}
		return e.commit(ctx, c)
	})
	if err != nil {
		return nil, nil, err
	}
	r, err := e.armed(ctx, protocol)
	if err != nil {
		return nil, nil, err
	}
	p, err := e.InForce(ctx, protocol)
	return r, p, err
}

// armCommit is what adds events to the record of what is armed and tells people of them, and the record as it is then.
func (e *Engine) armCommit(p *plan.Plan, r *armRecord, actor journal.Actor, events []arm.Event, now time.Time) (store.Commit, *armRecord, error) {
	if now.Before(r.state.Last) {
		now = r.state.Last
	}
	words, err := e.armWords(p, r.state, events, now)
	if err != nil {
		return store.Commit{}, nil, err
	}
	actor.Node = e.node
	next := &armRecord{state: r.state.Next(), records: slices.Clone(r.records)}
	a := store.Append{Stream: armsStream(p.Protocol), Expect: r.state.Version, Kind: kindArms, Protocol: p.Protocol}
	var prev [32]byte
	if n := len(r.records); n > 0 {
		prev = r.records[n-1].Hash
	}
	for _, ev := range events {
		rec, err := journal.Seal(prev, journal.Envelope{
			Stream: a.Stream, Seq: next.state.Version + 1, Kind: ev.Kind(), KindV: arm.KindVersion, At: now, Actor: actor,
		}, ev, e.salt)
		if err != nil {
			return store.Commit{}, nil, fmt.Errorf("seal %s: %w", ev.Kind(), err)
		}
		next.state.Apply(arm.Happened{Event: ev, Seq: rec.Seq, At: rec.At, Actor: actor})
		prev, a.Records, next.records = rec.Hash, append(a.Records, rec), append(next.records, rec)
	}
	a.DueAt, a.Open = arm.NextDue(p, next.state), len(next.state.Arms) > 0
	return store.Commit{Appends: []store.Append{a}, Deliveries: words}, next, nil
}

// sweepArms ends what is over in what all protocols have armed.
func (e *Engine) sweepArms(ctx context.Context) error {
	heads, err := e.store.Heads(ctx, kindArms, true)
	if err != nil {
		return fmt.Errorf("list what is armed: %w", err)
	}
	var errs []error
	for _, h := range heads {
		if err := e.endArms(ctx, h.Protocol); err != nil {
			errs = append(errs, fmt.Errorf("end what is armed of %s: %w", h.Protocol, err))
		}
	}
	return errors.Join(errs...)
}

func (e *Engine) endArms(ctx context.Context, protocol string) error {
	r, err := e.armed(ctx, protocol)
	if err != nil || r.unread != nil { // said; nodes that can read it look after it
		return err
	}
	p, err := e.InForce(ctx, protocol)
	if err != nil {
		return err
	}
	cmd := arm.Command{Actor: journal.Actor{Kind: journal.Clock}, Op: arm.OpTick{}}
	if events, err := arm.Decide(p, r.state, cmd, e.now()); err != nil || len(events) == 0 {
		return err
	}
	_, _, err = e.changeArms(ctx, protocol, cmd)
	return err
}
