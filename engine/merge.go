package engine

import (
	"context"
	"errors"
	"fmt"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// Merge ends an incident because it is the same event as another one, where everything goes on, and returns that other one. Both are
// changed at once or neither is. Faults are those of incident.OpMerge and incident.OpAbsorb: conflict for what cannot be merged as
// things stand, invalid for what never can. Reopening the one that ended undoes it.
func (e *Engine) Merge(ctx context.Context, actor journal.Actor, from, into, why string) (*View, error) {
	cmd := incident.Command{Actor: actor}
	e.name(&cmd)
	err := e.together(ctx, func(d *draft) error {
		ends, _, err := d.view(ctx, from)
		if err != nil {
			return err
		}
		goesOn, _, err := d.view(ctx, into)
		if err != nil {
			return err
		}
		merge, absorb := cmd, cmd
		merge.Op, absorb.Op = incident.OpMerge{Into: goesOn.State, Why: why}, incident.OpAbsorb{From: ends.State, Why: why}
		if err := d.command(ctx, from, merge); err != nil {
			return err
		}
		return d.command(ctx, into, absorb)
	})
	if err != nil {
		return nil, err
	}
	return e.View(ctx, into)
}

// GoesOn is the incident where a merged one goes on, over as many merges as there were; id itself if it is not merged.
func (e *Engine) GoesOn(ctx context.Context, id string) (*View, error) {
	v, err := e.View(ctx, id)
	for err == nil && v.State.Into != nil {
		v, err = e.View(ctx, v.State.Into.Incident)
	}
	return v, err
}

// errApart says that a command makes a merged incident go on by itself: the other one has to know in the same moment.
var errApart = errors.New("it goes on by itself again")

// apart carries out a command that makes a merged incident go on by itself, and takes it out of the one that it was merged into.
func (e *Engine) apart(ctx context.Context, id string, cmd incident.Command) (*View, error) {
	err := e.together(ctx, func(d *draft) error {
		v, _, err := d.view(ctx, id)
		if err != nil {
			return err
		}
		if err := d.command(ctx, id, cmd); err != nil || v.State.Into == nil {
			return err
		}
		release := incident.Command{ID: e.id("cmd"), Actor: cmd.Actor, Op: incident.OpRelease{Incident: id}}
		return d.command(ctx, v.State.Into.Incident, release)
	})
	if err != nil {
		return nil, err
	}
	return e.View(ctx, id)
}

// together changes several incidents in one transaction, and decides again if somebody else was first.
func (e *Engine) together(ctx context.Context, change func(*draft) error) error {
	return e.persist(ctx, func() error {
		d := &draft{engine: e, commit: store.Commit{}}
		defer d.release()
		e.observing.Lock()
		defer e.observing.Unlock()
		if err := change(d); err != nil || len(d.commit.Appends) == 0 {
			return err
		}
		if err := e.commit(ctx, d.commit); err != nil {
			return err
		}
		d.done()
		return nil
	})
}

// direct refuses commands that concern more than the incident: the engine itself gives them.
func direct(op incident.Op) error {
	switch op := op.(type) {
	case incident.OpOpen:
		return fault.New(fault.Invalid, "An incident is opened by Open.")
	case incident.OpMerge, incident.OpAbsorb, incident.OpRelease:
		return fault.New(fault.Invalid, "Incidents are merged by Merge, and parted by reopening.")
	case incident.OpAttach:
		if op.File != nil {
			return fault.New(fault.Invalid, "A file is attached by Attach.")
		}
	case incident.OpTakeIn:
		return fault.New(fault.Invalid, "The record of what was done without the server is taken in by TakeIn.")
	case incident.OpClock:
		return fault.New(fault.Invalid, "The clock of an exercise is changed in the exercise.")
	case incident.OpAdopt:
		return fault.New(fault.Invalid, "A newer plan is taken up by Adopt.")
	}
	return nil
}

// onward lists the incidents in which a merged one goes on, one after the other; none if it is not merged.
func (d *draft) onward(ctx context.Context, id string) ([]string, error) {
	var ids []string
	for {
		v, _, err := d.view(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("look where incident %s goes on: %w", id, err)
		}
		if v.State.Into == nil {
			return ids, nil
		}
		id = v.State.Into.Incident
		ids = append(ids, id)
	}
}

// goesOn is the summary of the incident where a merged one goes on, of those in a list; its own if it is not merged.
func goesOn(list []incident.Summary, s incident.Summary) incident.Summary {
	for range list { // each step leads to another one
		if s.Into == "" {
			break
		}
		next := s
		for _, t := range list {
			if t.ID == s.Into {
				next = t
			}
		}
		if next.ID == s.ID {
			break
		}
		s = next
	}
	return s
}
