package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// lookEvery is how often exercises are looked at again at the most, however much changes: an inject may follow upon a step.
const lookEvery = 200 * time.Millisecond

// keepExercises looks after exercises whenever something changed.
func (e *Engine) keepExercises(ctx context.Context) {
	const what = "look after exercises"
	defer e.audited.end(what)
	changed, stop := e.Subscribe()
	defer stop()
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	pause := time.NewTicker(lookEvery)
	defer pause.Stop()
	for {
		e.audited.begin(what, e.clock.read())
		if err := e.lookAfterExercises(ctx); err != nil && ctx.Err() == nil {
			e.log.Error("sweep", "what", what, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-tick.C:
		}
	}
}

// lookAfterExercises carries on with what the incidents of the exercises that go on have made due, and freezes those beside which there
// is an incident in earnest: also one that was reopened.
func (e *Engine) lookAfterExercises(ctx context.Context) error {
	heads, err := e.store.Heads(ctx, kindExercise, true)
	if err != nil {
		return fmt.Errorf("list exercises: %w", err)
	}
	var errs []error
	for _, h := range heads {
		if _, err := e.tickSession(ctx, h); err != nil {
			errs = append(errs, fmt.Errorf("look after %s: %w", h.Stream, err))
		}
	}
	return errors.Join(errs...)
}

// tickSession lets time pass in an exercise; false if it is for nodes of a newer release, or does not hold.
func (e *Engine) tickSession(ctx context.Context, h store.Head) (bool, error) {
	id := h.Stream[len(kindExercise)+1:]
	v, err := e.Session(ctx, id)
	if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Invalid) {
		e.log.Warn("an exercise cannot be read", "exercise", id, "err", err)
		return false, e.store.Commit(ctx, store.Commit{Appends: []store.Append{{
			Stream: h.Stream, Expect: h.Version, Kind: h.Kind, Protocol: h.Protocol, DueAt: h.DueAt, Open: h.Open, Summary: h.Summary,
		}}})
	}
	if err != nil {
		return false, err
	}
	wants := func(v *ExerciseView) (exercise.Op, error) {
		if op, err := e.emergency(ctx, v); err != nil || op != nil {
			return op, err
		}
		return e.reached(ctx, v)
	}
	op, err := wants(v)
	if err != nil {
		return false, err
	}
	machine := exercise.Command{ID: e.id("tick"), Actor: journal.Actor{Kind: journal.Clock}, Op: op}
	if events, err := exercise.Decide(v.Plan, v.State, machine, e.now()); err != nil || len(events) == 0 {
		return true, err
	}
	return true, e.together(ctx, func(d *draft) error {
		v, err := d.session(ctx, id)
		if err != nil {
			return err
		}
		if machine.Op, err = wants(v); err != nil {
			return err
		}
		return d.inSession(ctx, v, id, machine)
	})
}

// emergency freezes an exercise that goes on beside an incident in earnest, unless somebody let it go on beside that one.
func (e *Engine) emergency(ctx context.Context, v *ExerciseView) (exercise.Op, error) {
	s := v.State
	if s.Phase != exercise.Running || s.Frozen != nil && s.Frozen.Incident != "" {
		return nil, nil
	}
	list, err := e.inEarnest(ctx, s.Protocol)
	if err != nil {
		return nil, err
	}
	for _, sum := range list {
		var let time.Time // since when it may go on beside that one
		for _, f := range s.Freezes {
			if f.Incident == sum.ID {
				let = f.Until
			}
		}
		x, err := e.View(ctx, sum.ID)
		if err != nil {
			return nil, err
		}
		if let.IsZero() || x.State.Reopened.After(let) {
			return exercise.OpFreeze{Incident: sum.ID}, nil
		}
	}
	return nil, nil
}

// reached lets time pass in an exercise, and says which steps are done in the incidents of the run under way.
func (e *Engine) reached(ctx context.Context, v *ExerciseView) (exercise.Op, error) {
	var op exercise.OpTick
	r := v.State.Current()
	if r == nil || !r.UnderWay() {
		return op, nil
	}
	list, err := v.Incidents(ctx, r.Number)
	for _, x := range list {
		op.Done = append(op.Done, doneIn(x.State)...)
	}
	return op, err
}

// doneIn lists the steps of the plan that are done in an incident, as "procedure/step".
func doneIn(s *incident.State) []string {
	var list []string
	for _, st := range s.Steps {
		if st.State == incident.Done {
			list = append(list, s.Procedure+"/"+st.Step)
		}
	}
	return list
}
