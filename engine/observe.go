package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tocsin/incident"
	"tocsin/store"
)

// Observation is what a follower saw: how far it is, its own state, findings, and findings that no longer count. All of it
// is committed at once, guarded by the follower's lease, so that no block is skipped or counted twice.
type Observation struct {
	Key          string // of the follower and its lease; WatchKey for chains; empty for what nobody follows: it comes by itself
	Epoch        uint64 // of the lease
	State        []byte // the follower's own, JSON; comes back from WatchState
	Protocol     string
	Chain        uint64
	Block        uint64    // last block processed
	BlockTime    time.Time // of that block
	Findings     []incident.Finding
	Retracted    []string // ids of findings
	RetractedWhy string
	Exercise     *incident.Exercise // for a drill chain
}

// reopenWithin is how long after its dismissal an incident is reopened by a finding; later ones open another.
const reopenWithin = 24 * time.Hour

// Observe commits an observation. A finding seen before (by id) is not counted again. It returns store.ErrLost, wrapped, if
// the lease has passed to somebody else.
func (e *Engine) Observe(ctx context.Context, o Observation) error {
	return e.persist(ctx, func() error { return e.observe(ctx, o) })
}

// idleTries is how often something is tried again while nobody else stores anything. A database may say that somebody was first
// before what they store can be seen, and may have two wait for each other; it does not do so for ever.
const idleTries = 8

// persist tries again what failed because somebody else was first. It ends: others have stored something between most of the
// tries, and so have got on; if they have not, the database contradicts itself.
func (e *Engine) persist(ctx context.Context, try func() error) error {
	err := try()
	stored, idle := uint64(0), 0
	for ; isConflict(err); err = try() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		at, positionErr := e.store.Position(ctx)
		if positionErr != nil {
			return fmt.Errorf("try again: %w", positionErr)
		}
		if idle++; at != stored {
			stored, idle = at, 0
		}
		if idle == idleTries {
			return fmt.Errorf("nobody else stores anything, and still: %w", err)
		}
	}
	return err
}

func (e *Engine) observe(ctx context.Context, o Observation) error {
	d := &draft{engine: e, commit: store.Commit{Marks: map[string]string{}}}
	if o.Key != "" {
		ws, err := marshal(watchState{Block: o.Block, At: o.BlockTime, State: json.RawMessage(o.State)})
		if err != nil {
			return err
		}
		d.commit.Watch = []store.Watch{{Key: o.Key, Epoch: o.Epoch, State: ws}}
	}
	defer d.release()
	if len(o.Findings)+len(o.Retracted) > 0 {
		e.observing.Lock()
		defer e.observing.Unlock()
		var err error
		if d.scene, err = e.scene(ctx, o.Protocol, o.Exercise); err != nil {
			return err
		}
		if err := d.gather(ctx, o); err != nil {
			return err
		}
	}
	d.nameMarks()
	if err := e.commit(ctx, d.commit); err != nil {
		return err
	}
	d.done()
	return nil
}

// mark is under which a finding is remembered.
func mark(finding string) string { return "finding/" + finding }
