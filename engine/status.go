package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/status"
	"tocsin/store"
)

// kindStatus is the kind of the streams of what the status files say. The signed file itself stands as watch state under the same name: it is
// signed anew while nothing changes, and what it says follows from the stream.
const kindStatus = "status"

// publishFor is how long a node has the say over a status file while it signs it.
const publishFor = 30 * time.Second

// Status is what the status file of a protocol says, and how it came to that. Faults: invalid if the record does not hold, unavailable if a
// newer release wrote it.
func (e *Engine) Status(ctx context.Context, protocol string) (*status.State, error) {
	s, _, err := e.statusRecord(ctx, protocol)
	return s, err
}

func (e *Engine) statusRecord(ctx context.Context, protocol string) (*status.State, []journal.Record, error) {
	records, err := e.store.Load(ctx, kindStatus+"/"+protocol, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("load status: %w", err)
	}
	s := &status.State{}
	err = journal.Verify(records)
	for i := 0; i < len(records) && err == nil; i++ {
		var h status.Happened
		if h, err = status.Decode(records[i]); err == nil {
			s.Apply(h)
		}
	}
	var unknown *status.UnknownKind
	switch {
	case errors.As(err, &unknown):
		return nil, nil, fault.New(fault.Unavailable, "The record of what the status file says holds events of a newer release.").Instead("Use a node of that release.").Because(err)
	case err != nil:
		return nil, nil, fault.New(fault.Invalid, "The record of what the status file says does not hold: %s", fault.Sentence(err)).
			Instead("Somebody may have tampered with the database; restore it from a backup that you trust.").Because(err)
	}
	return s, records, nil
}

// SetStatus has the status file of a protocol say what an action of an incident wants. What that action has set before is not set again, even
// where another one has taken its place since. Faults: those of Status and status.Decide.
func (e *Engine) SetStatus(ctx context.Context, protocol string, x status.Set) (*status.State, error) {
	err := e.persist(ctx, func() error {
		s, records, err := e.statusRecord(ctx, protocol)
		if err != nil {
			return err
		}
		now := e.now()
		if now.Before(s.Last) {
			now = s.Last
		}
		events, err := status.Decide(s, protocol, x, now)
		if err != nil || len(events) == 0 {
			return err
		}
		a := store.Append{Stream: kindStatus + "/" + protocol, Expect: s.Version, Kind: kindStatus, Protocol: protocol}
		var prev [32]byte
		if n := len(records); n > 0 {
			prev = records[n-1].Hash
		}
		for i, ev := range events {
			rec, err := journal.Seal(prev, journal.Envelope{
				Stream: a.Stream, Seq: s.Version + uint64(i) + 1, Kind: ev.Kind(), KindV: status.KindVersion, At: now,
				Actor: journal.Actor{Kind: journal.Executor, Node: e.node},
			}, ev, e.salt)
			if err != nil {
				return fmt.Errorf("seal %s: %w", ev.Kind(), err)
			}
			prev, a.Records = rec.Hash, append(a.Records, rec)
		}
		return e.commit(ctx, store.Commit{Appends: []store.Append{a}})
	})
	if err != nil {
		return nil, err
	}
	return e.Status(ctx, protocol)
}

// SignStatus signs a status.
type SignStatus func(ctx context.Context, s status.Status) (status.File, error)

// PublishStatus signs what the status file of a protocol is to say and has every node serve it. One node at a time does, so that a file never
// takes the place of a newer one. Faults: not_found if the plan in force has no status file; forbidden if somebody else than the plan says
// would sign it; unavailable while another node does.
func (e *Engine) PublishStatus(ctx context.Context, protocol string, by evm.Address, sign SignStatus) error {
	p, err := e.InForce(ctx, protocol)
	if err != nil {
		return err
	}
	a, ok := p.StatusFile()
	switch {
	case !ok:
		return fault.New(fault.NotFound, "The plan in force has no status file.")
	case a.Sender != by:
		return fault.New(fault.Forbidden, "The plan has %s sign the status file, and the key of this server is that of %s.", a.Sender.Hex(), by.Hex())
	}
	name := kindStatus + "/" + protocol
	epoch, ok, err := e.Lease(ctx, name, e.now().Add(publishFor))
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Unavailable, "Another node signs the status file just now.")
	}
	err = e.publish(ctx, p, a, store.Watch{Key: name, Epoch: epoch}, sign)
	return errors.Join(err, e.Release(context.WithoutCancel(ctx), name))
}

func (e *Engine) publish(ctx context.Context, p *plan.Plan, a plan.Action, w store.Watch, sign SignStatus) error {
	s, err := e.Status(ctx, p.Protocol)
	if err != nil {
		return err
	}
	now := s.Now()
	x, err := status.New(p.Protocol, now.Sequence, now.Text, e.now(), a.Status.For())
	if err != nil {
		return err
	}
	f, err := sign(ctx, x)
	if err != nil {
		return fmt.Errorf("sign the status file: %w", err)
	}
	if w.State, err = f.Bytes(); err != nil {
		return fmt.Errorf("write the status file: %w", err)
	}
	return e.commit(ctx, store.Commit{Watch: []store.Watch{w}})
}

// StatusFile is the status file of a protocol as it was signed last; nil if it never was.
func (e *Engine) StatusFile(ctx context.Context, protocol string) ([]byte, error) {
	b, err := e.store.Watch(ctx, kindStatus+"/"+protocol)
	if err != nil {
		return nil, fmt.Errorf("read the status file: %w", err)
	}
	return b, nil
}
