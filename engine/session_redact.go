package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// ExerciseRedactOrder says which texts about people are to be removed from an exercise that is over.
type ExerciseRedactOrder struct {
	Exercise   string
	Containing string // only texts that contain this, such as a name or an address; empty for all but the scripts, which are about nobody
	Why        string
	Actor      journal.Actor
}

// RedactExercise removes texts about people from an exercise for good: from its record, whose chain of hashes still holds, and from what was
// sent for it. Its incidents have records of their own. It returns how many texts of the record there were; if there are none, nothing
// happens. Faults are those of exercise.Decide.
func (e *Engine) RedactExercise(ctx context.Context, o ExerciseRedactOrder) (int, error) {
	r, err := e.redactExercise(ctx, o, scope{containing: o.Containing}, "")
	return r.texts, err
}

func (e *Engine) redactExercise(ctx context.Context, o ExerciseRedactOrder, s scope, rule string) (removal, error) {
	var r removal
	err := e.together(ctx, func(d *draft) error {
		v, err := d.session(ctx, o.Exercise)
		if err != nil {
			return err
		}
		r = removal{records: slices.Clone(v.records)}
		err = r.strip(s, func(rec journal.Record) bool {
			return s.containing == "" && rec.Kind == (exercise.EventChosen{}).Kind() // the report is made of it
		})
		if err == nil {
			err = e.forgetting(ctx, sessionStream(o.Exercise), s, &r)
		}
		if err != nil {
			return err
		}
		if r.texts > 0 {
			clean := &ExerciseView{State: &exercise.State{}, engine: e} // what is decided next is decided on what is left
			if clean, err = clean.after(r.records); err != nil {
				return err
			}
			clean.Plan = v.Plan
			cmd := exercise.Command{ID: e.id("redact"), Actor: o.Actor, Op: exercise.OpRedact{Texts: r.texts, Why: o.Why, Rule: rule}}
			if err := d.inSession(ctx, clean, o.Exercise, cmd); err != nil {
				return err
			}
		}
		d.commit.Redactions, d.commit.Forget = append(d.commit.Redactions, r.gone...), append(d.commit.Forget, r.forget...)
		return nil
	})
	return r, err
}

// redacted reports whether records say that texts were removed from those before them.
func redacted(records []journal.Record) bool {
	return slices.ContainsFunc(records, func(r journal.Record) bool { return r.Kind == (exercise.EventRedacted{}).Kind() })
}

// exercises removes the texts of exercises that were over long enough ago.
func (k *keeper) exercises(ctx context.Context, keep time.Duration) error {
	e := k.engine
	list, err := e.Exercises(ctx, k.protocol)
	if err != nil {
		return err
	}
	for _, s := range list {
		if !s.Phase.Over() || e.now().Sub(s.Ended) < keep {
			continue
		}
		if err := k.exercise(ctx, s.ID, keep); err != nil {
			if ctx.Err() == nil && fault.Is(err, fault.Unavailable) {
				continue // for nodes of a newer release
			}
			return fmt.Errorf("exercise %s: %w", s.ID, err)
		}
	}
	return nil
}

// exercise removes the texts of an exercise, one portion after the other. What was written after it was over is kept as long from then on.
func (k *keeper) exercise(ctx context.Context, id string, keep time.Duration) error {
	e := k.engine
	head, err := e.store.Head(ctx, sessionStream(id))
	if err != nil {
		return fmt.Errorf("look up exercise: %w", err)
	}
	if done, err := k.done(ctx, id, head.Version); err != nil || done {
		return err
	}
	o := ExerciseRedactOrder{Exercise: id, Why: fmt.Sprintf("The plan keeps them for %s (%s).", plan.Duration(keep), ruleExercises), Actor: keptBy}
	for {
		if err := k.hold(ctx); err != nil {
			return err
		}
		r, err := e.redactExercise(ctx, o, scope{until: e.now().Add(-keep), records: retainRecords}, ruleExercises)
		if err != nil {
			return err
		}
		if r.empty() {
			if head, err = e.store.Head(ctx, sessionStream(id)); err != nil {
				return fmt.Errorf("look up exercise: %w", err)
			}
			return k.note(ctx, id, head.Version, r.later)
		}
	}
}
