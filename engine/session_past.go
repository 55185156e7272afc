package engine

import (
	"context"
	"time"

	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
)

// states are the incidents of the exercise's runs as they stand.
func (v *ExerciseView) states(ctx context.Context) ([]*incident.State, error) {
	list, err := v.Incidents(ctx, 0)
	if err != nil {
		return nil, err
	}
	states := make([]*incident.State, len(list))
	for i, x := range list {
		states[i] = x.State
	}
	return states, nil
}

// Sheet is all that a person may see of the exercise.
func (v *ExerciseView) Sheet(person string) *exercise.Sheet {
	return exercise.SheetOf(v.Plan, v.State, person)
}

// Report is the account of an exercise that has ended, compared with those before it; a fault of code conflict if it has not.
func (v *ExerciseView) Report(ctx context.Context) (*exercise.Report, error) {
	states, err := v.states(ctx)
	if err != nil {
		return nil, err
	}
	earlier, err := v.engine.scores(ctx, v.State.Protocol, v.State.Begun)
	if err != nil {
		return nil, err
	}
	r, ok := exercise.ReportOf(v.Plan, v.State, states, earlier)
	if !ok {
		return nil, fault.New(fault.Conflict, "The exercise %s is %s: there is no report yet.", v.State.ID, v.State.Phase).Instead("End it first.")
	}
	return r, nil
}

// PastExercises are the exercises of a protocol that took place, the latest first: what the cadence is made of.
func (e *Engine) PastExercises(ctx context.Context, protocol string) ([]exercise.Past, error) {
	var past []exercise.Past
	err := e.eachPast(ctx, protocol, func(v *ExerciseView, states []*incident.State) {
		if x, ok := exercise.PastOf(v.Plan, v.State, states); ok {
			past = append(past, x)
		}
	})
	return past, err
}

// Scores are those of all runs of the exercises of a protocol that took place, the latest exercise first: for plots and comparisons.
func (e *Engine) Scores(ctx context.Context, protocol string) ([]exercise.Score, error) {
	return e.scores(ctx, protocol, e.now().AddDate(1, 0, 0))
}

// Proposals are the edits of the plan that an exercise which has ended suggests.
func (v *ExerciseView) Proposals(ctx context.Context) ([]exercise.Proposal, error) {
	states, err := v.states(ctx)
	if err != nil {
		return nil, err
	}
	return exercise.Proposals(v.Plan, v.State, states), nil
}

// Playback is a run of the exercise to be watched again; a fault of code not_found if it was not played. It holds what only the moderator
// may see until the exercise has ended.
func (v *ExerciseView) Playback(ctx context.Context, run int) (*exercise.Playback, error) {
	states, err := v.states(ctx)
	if err != nil {
		return nil, err
	}
	happened, err := v.Happened()
	if err != nil {
		return nil, err
	}
	x, ok := exercise.PlaybackOf(v.Plan, v.State, happened, run, states)
	if !ok {
		return nil, fault.New(fault.NotFound, "The exercise %s has not played a scenario %d.", v.State.ID, run)
	}
	return &x, nil
}

// scores are those of the runs of exercises that began before a time, the latest exercise first.
func (e *Engine) scores(ctx context.Context, protocol string, before time.Time) ([]exercise.Score, error) {
	var list []exercise.Score
	err := e.eachPast(ctx, protocol, func(v *ExerciseView, states []*incident.State) {
		if !v.State.Begun.Before(before) {
			return
		}
		for _, r := range v.State.Runs {
			if !r.Described.IsZero() {
				list = append(list, exercise.ScoreOf(v.Plan, v.State, r.Number, states))
			}
		}
	})
	return list, err
}

// eachPast goes through the exercises of a protocol that took place, the latest first.
func (e *Engine) eachPast(ctx context.Context, protocol string, look func(*ExerciseView, []*incident.State)) error {
	list, err := e.Exercises(ctx, protocol)
	if err != nil {
		return err
	}
	for _, s := range list {
		if s.Phase != exercise.Ended {
			continue
		}
		v, err := e.Session(ctx, s.ID)
		if err != nil {
			return err
		}
		states, err := v.states(ctx)
		if err != nil {
			return err
		}
		look(v, states)
	}
	return nil
}
