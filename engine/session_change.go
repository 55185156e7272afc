package engine

import (
	"context"
	"fmt"
	"time"

	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// OpenSession plans an exercise: cmd.Op is an exercise.OpPlan; the engine gives it its id, plan and protocol if they are empty. Faults
// are those of exercise.Decide.
func (e *Engine) OpenSession(ctx context.Context, cmd exercise.Command) (*ExerciseView, error) {
	op, ok := cmd.Op.(exercise.OpPlan)
	if !ok {
		return nil, fault.New(fault.Internal, "OpenSession takes an OpPlan.")
	}
	if err := e.onlyProtocol(ctx, &op.Protocol); err != nil {
		return nil, err
	}
	e.nameIn(&cmd)
	mark := "command/" + cmd.ID
	var id string
	err := e.together(ctx, func(d *draft) error {
		seen, err := e.store.Seen(ctx, []string{mark})
		if err != nil {
			return fmt.Errorf("look up command: %w", err)
		}
		if id = seen[mark]; id != "" { // the same form sent twice
			return nil
		}
		p, err := e.InForce(ctx, op.Protocol)
		if err != nil {
			return err
		}
		if op.ID == "" {
			if op.ID, err = e.sessionNumber(ctx, op.Surprise); err != nil {
				return err
			}
		}
		op.Plan = p.Hash()
		cmd.Op, id = op, op.ID
		d.commit.Marks = map[string]string{mark: id}
		return d.inSession(ctx, &ExerciseView{State: &exercise.State{}, Plan: p, engine: e}, id, cmd)
	})
	if err != nil {
		return nil, err
	}
	return e.Session(ctx, id)
}

// sessionNumber finds the next free id of an exercise: the day and a number. A surprise has no number: one that is missing among those
// that the team knows of would give it away.
func (e *Engine) sessionNumber(ctx context.Context, surprise bool) (string, error) {
	day := "exercise-" + e.now().Format(time.DateOnly)
	if surprise {
		return e.id(day), nil
	}
	for n := 1; ; n++ {
		id := fmt.Sprintf("%s-%d", day, n)
		_, err := e.store.Head(ctx, sessionStream(id))
		if isNotFound(err) {
			return id, nil
		}
		if err != nil {
			return "", fmt.Errorf("number exercise: %w", err)
		}
	}
}

// nameIn is name for a command of an exercise.
func (e *Engine) nameIn(cmd *exercise.Command) {
	x := incident.Command{ID: cmd.ID, Actor: cmd.Actor}
	e.name(&x)
	cmd.ID = x.ID
}

// Exercise carries out a command in an exercise and returns how it stands then. A change of the clock reaches all its incidents in the
// same moment. A command whose ID was carried out before changes nothing. Faults are those of exercise.Decide.
func (e *Engine) Exercise(ctx context.Context, id string, cmd exercise.Command) (*ExerciseView, error) {
	switch cmd.Op.(type) {
	case exercise.OpPlan:
		return nil, fault.New(fault.Invalid, "An exercise is planned by OpenSession.")
	case exercise.OpJoin, exercise.OpFreeze, exercise.OpTick:
		return nil, fault.New(fault.Invalid, "Tocsin itself does that.")
	}
	op, err := e.staging(ctx, id, cmd.Op)
	if err != nil {
		return nil, err
	}
	cmd.Op = op
	return e.inSession(ctx, id, cmd)
}

func (e *Engine) inSession(ctx context.Context, id string, cmd exercise.Command) (*ExerciseView, error) {
	e.nameIn(&cmd)
	err := e.together(ctx, func(d *draft) error {
		v, err := d.session(ctx, id)
		if err != nil {
			return err
		}
		if op, ok := cmd.Op.(exercise.OpBegin); ok {
			list, err := e.inEarnest(ctx, v.State.Protocol)
			if err != nil {
				return err
			}
			if len(list) > 0 {
				op.Real = list[0].ID
				cmd.Op = op
			}
		}
		return d.inSession(ctx, v, id, cmd)
	})
	if err != nil {
		return nil, err
	}
	return e.Session(ctx, id)
}

// session returns an exercise as the draft leaves it so far.
func (d *draft) session(ctx context.Context, id string) (*ExerciseView, error) {
	if v := d.sessions[id]; v != nil {
		return v, nil
	}
	return d.engine.Session(ctx, id)
}

// inSession decides a command on an exercise as part of the draft.
func (d *draft) inSession(ctx context.Context, v *ExerciseView, id string, cmd exercise.Command) error {
	now := d.engine.now()
	if now.Before(v.State.Last) {
		now = v.State.Last
	}
	cmd.Actor.Node = d.engine.node
	events, err := exercise.Decide(v.Plan, v.State, cmd, now)
	if err != nil || len(events) == 0 {
		return err
	}
	next := &ExerciseView{State: v.State.Next(), Plan: v.Plan, engine: v.engine, records: v.records[:len(v.records):len(v.records)]}
	a := store.Append{Stream: sessionStream(id), Expect: v.State.Version}
	var words []store.Delivery
	for _, ev := range events {
		var prev [32]byte
		if n := len(next.records); n > 0 {
			prev = next.records[n-1].Hash
		}
		r, err := journal.Seal(prev, journal.Envelope{
			Stream: a.Stream, Seq: next.State.Version + 1, Kind: ev.Kind(), KindV: exercise.KindVersion, At: now, Actor: cmd.Actor, Command: cmd.ID,
		}, ev, d.engine.salt)
		if err != nil {
			return fmt.Errorf("seal %s: %w", ev.Kind(), err)
		}
		h := exercise.Happened{Event: ev, Seq: r.Seq, At: r.At, Actor: cmd.Actor, Command: cmd.ID}
		next.State.Apply(h)
		next.records, a.Records = append(next.records, r), append(a.Records, r)
		said, err := d.sessionWords(v.Plan, next.State, h, now)
		if err != nil {
			return err
		}
		words = append(words, said...)
	}
	if err := next.head(&a); err != nil {
		return err
	}
	d.add(store.Commit{Appends: []store.Append{a}, Deliveries: words})
	if d.sessions == nil {
		d.sessions = map[string]*ExerciseView{}
	}
	d.sessions[id] = next
	if next.State.Clock == v.State.Clock && (halt(next.State) == nil) == (halt(v.State) == nil) {
		return nil
	}
	return d.setClocks(ctx, next.State)
}

// halt is why an exercise does not go on, for its incidents; nil if it does.
func halt(s *exercise.State) *incident.Halt {
	switch {
	case s.Phase.Over():
		return &incident.Halt{Over: true}
	case s.Frozen != nil:
		return &incident.Halt{Real: s.Frozen.Incident != "", By: s.Frozen.By}
	}
	return nil
}

// setClocks gives the clock of an exercise to all of its incidents, and tells them whether it goes on.
func (d *draft) setClocks(ctx context.Context, s *exercise.State) error {
	for _, r := range s.Runs {
		for _, id := range r.Incidents {
			cmd := incident.Command{ID: d.engine.id("clock"), Actor: journal.Actor{Kind: journal.Clock}, Op: incident.OpClock{Clock: s.Clock, Halt: halt(s)}}
			if err := d.command(ctx, id, cmd); err != nil {
				return fmt.Errorf("set the clock of incident %s: %w", id, err)
			}
		}
	}
	return nil
}
