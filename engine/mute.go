package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/mute"
	"tocsin/store"
)

// MuteOrder is somebody's wish that a detector be quiet.
type MuteOrder struct {
	Protocol string
	Detector string
	Until    time.Time // zero: as somebody asked for, else mute.Default from now
	Why      string    // may be empty of who agrees with somebody who asked
	Actor    journal.Actor
}

// Mute tells a detector to be quiet, or agrees with somebody who asked for that. Where it takes two, the first only asks: the
// State of the result says so. Faults are those of mute.Decide.
func (e *Engine) Mute(ctx context.Context, o MuteOrder) (mute.Mute, error) {
	r, err := e.changeMutes(ctx, o.Protocol, mute.Command{Actor: o.Actor, Op: mute.OpMute{Detector: o.Detector, Until: o.Until, Why: o.Why}})
	if err != nil {
		return mute.Mute{}, err
	}
	for _, list := range [][]mute.Mute{r.state.Asked, r.state.Muted} {
		for _, m := range list {
			if m.Detector == o.Detector {
				return m, nil
			}
		}
	}
	return mute.Mute{}, fault.New(fault.Conflict, "%s is not muted any more.", o.Detector)
}

// Unmute ends a detector's mute and withdraws what was asked for. One person may.
func (e *Engine) Unmute(ctx context.Context, protocol, detector string, actor journal.Actor) error {
	_, err := e.changeMutes(ctx, protocol, mute.Command{Actor: actor, Op: mute.OpUnmute{Detector: detector}})
	return err
}

// Mutes lists what is muted and what somebody asked to mute, those that wait for a second person first. Found says how many
// findings each has kept quiet so far.
func (e *Engine) Mutes(ctx context.Context, protocol string) ([]mute.Mute, error) {
	r, err := e.muted(ctx, protocol)
	if err != nil {
		return nil, err
	}
	if r.unread != nil {
		return nil, r.unreadable(protocol)
	}
	p, err := e.InForce(ctx, protocol)
	if err != nil {
		return nil, err
	}
	list := r.state.Standing(p, e.now())
	for i := range list {
		t, err := e.tally(ctx, protocol, list[i])
		if err != nil {
			return nil, err
		}
		list[i].Found, list[i].Last = t.count, t.at()
	}
	return list, nil
}

// muteRecord is the record of a protocol's mutes. It does not change.
type muteRecord struct {
	state   *mute.State
	records []journal.Record
	unread  error // why the record cannot be relied on: nothing is muted by it
}

// muteEntry is what is known of the mutes of a protocol.
type muteEntry struct {
	mu      sync.Mutex
	record  *muteRecord
	said    uint64              // version of the record that was last said not to hold
	tallies map[uint64]*keeping // by number of the mute
}

func (e *Engine) muteEntry(protocol string) *muteEntry {
	e.mu.Lock()
	defer e.mu.Unlock()
	ent := e.mutes[protocol]
	if ent == nil {
		ent = &muteEntry{record: &muteRecord{state: &mute.State{}}, tallies: map[uint64]*keeping{}}
		e.mutes[protocol] = ent
	}
	return ent
}

// muted returns the record of a protocol's mutes. One that does not hold, or that a newer release wrote, mutes nothing: whoever
// writes into the database must not be able to keep the watch quiet.
func (e *Engine) muted(ctx context.Context, protocol string) (*muteRecord, error) {
	ent := e.muteEntry(protocol)
	ent.mu.Lock()
	defer ent.mu.Unlock()
	r := ent.record
	records, err := e.store.Load(ctx, mutesStream(protocol), uint64(len(r.records)))
	if err != nil {
		return nil, fmt.Errorf("load mutes: %w", err)
	}
	if len(records) == 0 {
		return r, nil
	}
	next := &muteRecord{state: r.state.Next(), records: append(r.records[:len(r.records):len(r.records)], records...)}
	next.unread = journal.Verify(next.records)
	for _, rec := range records {
		if next.unread != nil {
			break
		}
		var h mute.Happened
		if h, next.unread = mute.Decode(rec); next.unread == nil {
			next.state.Apply(h)
		}
	}
	if next.unread == nil {
		ent.record = next
		maps.DeleteFunc(ent.tallies, func(number uint64, _ *keeping) bool {
			return !slices.ContainsFunc(next.state.Muted, func(m mute.Mute) bool { return m.Number == number })
		})
		return next, nil
	}
	if version := uint64(len(next.records)); version != ent.said {
		ent.said = version
		e.log.Error("the record of mutes cannot be relied on: nothing is muted", "protocol", protocol, "err", next.unread)
	}
	return &muteRecord{state: &mute.State{}, unread: next.unread}, nil
}

// unreadable says why nothing can be muted.
func (r *muteRecord) unreadable(protocol string) error {
	var unknown *mute.UnknownKind
	if errors.As(r.unread, &unknown) {
		return fault.New(fault.Unavailable, "The record of mutes of %q holds events of a newer release.", protocol).Instead("Use a node of that release.").Because(r.unread)
	}
	return fault.New(fault.Invalid, "The record of mutes of %q does not hold, so nothing is muted: %s", protocol, fault.Sentence(r.unread)).
		Instead("Somebody may have tampered with the database; restore it from a backup that you trust.").Because(r.unread)
}

// changeMutes carries out a command on the mutes of a protocol.
func (e *Engine) changeMutes(ctx context.Context, protocol string, cmd mute.Command) (*muteRecord, error) {
	err := e.persist(ctx, func() error { return e.changeMutesOnce(ctx, protocol, cmd) })
	if err != nil {
		return nil, err
	}
	return e.muted(ctx, protocol)
}

func (e *Engine) changeMutesOnce(ctx context.Context, protocol string, cmd mute.Command) error {
	e.observing.Lock()
	defer e.observing.Unlock()
	r, err := e.muted(ctx, protocol)
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
	findings, err := e.findings(ctx, protocol)
	if err != nil {
		return err
	}
	if op, ok := cmd.Op.(mute.OpMute); ok {
		op.Findings = findings
		cmd.Op = op
	}
	now := e.now()
	events, err := mute.Decide(p, r.state, cmd, now)
	if err != nil || len(events) == 0 {
		return err
	}
	d := &draft{engine: e, commit: store.Commit{Marks: map[string]string{}}}
	defer d.release()
	if err := d.appendMutes(protocol, r, cmd.Actor, events, now); err != nil {
		return err
	}
	if err := d.sayKept(ctx, p, r, protocol, events); err != nil {
		return err
	}
	if err := e.commit(ctx, d.commit); err != nil {
		return err
	}
	d.done()
	return nil
}

// appendMutes adds events to the record of mutes; none only makes sure that nobody else has.
func (d *draft) appendMutes(protocol string, r *muteRecord, actor journal.Actor, events []mute.Event, now time.Time) error {
	if now.Before(r.state.Last) {
		now = r.state.Last
	}
	actor.Node = d.engine.node
	name := mutesStream(protocol)
	state := r.state.Next()
	a := store.Append{Stream: name, Expect: state.Version, Kind: kindMutes, Protocol: protocol}
	var prev [32]byte
	if n := len(r.records); n > 0 {
		prev = r.records[n-1].Hash
	}
	for _, ev := range events {
		rec, err := journal.Seal(prev, journal.Envelope{
			Stream: name, Seq: state.Version + 1, Kind: ev.Kind(), KindV: mute.KindVersion, At: now, Actor: actor,
		}, ev, d.engine.salt)
		if err != nil {
			return fmt.Errorf("seal %s: %w", ev.Kind(), err)
		}
		state.Apply(mute.Happened{Event: ev, Seq: rec.Seq, At: rec.At, Actor: actor})
		prev, a.Records = rec.Hash, append(a.Records, rec)
	}
	a.DueAt, a.Open = mute.NextDue(state), len(state.Asked)+len(state.Muted) > 0
	d.add(store.Commit{Appends: []store.Append{a}})
	return nil
}

// endMutes ends what is over. The sweep calls it for the mutes whose time has come, and for those that a newer plan may have
// changed.
func (e *Engine) endMutes(ctx context.Context, protocol string) error {
	r, err := e.muted(ctx, protocol)
	if err != nil || r.unread != nil { // said; nodes that can read it look after it
		return err
	}
	p, err := e.InForce(ctx, protocol)
	if err != nil {
		return err
	}
	cmd := mute.Command{Actor: journal.Actor{Kind: journal.Clock}, Op: mute.OpTick{}}
	if events, err := mute.Decide(p, r.state, cmd, e.now()); err != nil || len(events) == 0 {
		return err
	}
	_, err = e.changeMutes(ctx, protocol, cmd)
	return err
}

// sweepMutes ends what is over in the mutes of all protocols. A mute has few neighbours: most of the time this finds none.
func (e *Engine) sweepMutes(ctx context.Context) error {
	heads, err := e.store.Heads(ctx, kindMutes, true)
	if err != nil {
		return fmt.Errorf("list mutes: %w", err)
	}
	var errs []error
	for _, h := range heads {
		if err := e.endMutes(ctx, h.Protocol); err != nil {
			errs = append(errs, fmt.Errorf("end mutes of %s: %w", h.Protocol, err))
		}
	}
	return errors.Join(errs...)
}

// mutesStream names the record of a protocol's mutes.
func mutesStream(protocol string) string { return kindMutes + "/" + protocol }
