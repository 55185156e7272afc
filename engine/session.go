package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// kindExercise is the kind of the streams of exercises.
const kindExercise = "exercise"

// ExerciseView is a live exercise at one moment. It does not change; a later look gives another one.
type ExerciseView struct {
	State *exercise.State // held-back texts included: for its moderator alone; everybody else sees an exercise.Sheet
	Plan  *plan.Plan      // in force, or the one that it was planned under once it is over

	engine  *Engine
	records []journal.Record
}

// ExerciseSummary is what lists show of an exercise; it stands beside the stream's head.
type ExerciseSummary struct {
	ID        string         `json:"id"`
	Protocol  string         `json:"protocol"`
	Title     string         `json:"title"`
	Phase     exercise.Phase `json:"phase"`
	Scheduled time.Time      `json:"scheduled"`
	Ended     time.Time      `json:"ended,omitzero"`
	Frozen    bool           `json:"frozen,omitempty"`
	Surprise  bool           `json:"surprise,omitempty"` // those who are not to know of it must not be shown it
	Moderator string         `json:"moderator,omitempty"`
}

// Now is what the exercise's clock shows; the engine's time before it has one.
func (v *ExerciseView) Now() time.Time { return v.State.Now(v.engine.now()) }

// Incidents returns the incidents of a run of the exercise as they stand, oldest first; those of all its runs for 0.
func (v *ExerciseView) Incidents(ctx context.Context, run int) ([]*View, error) {
	var list []*View
	for i := range v.State.Runs {
		if r := &v.State.Runs[i]; run == 0 || r.Number == run {
			for _, id := range r.Incidents {
				x, err := v.engine.View(ctx, id)
				if err != nil {
					return nil, err
				}
				list = append(list, x)
			}
		}
	}
	return list, nil
}

// Happened returns what happened in the exercise, oldest first: for the moderator, and for everybody once it is over.
func (v *ExerciseView) Happened() ([]exercise.Happened, error) {
	list := make([]exercise.Happened, len(v.records))
	for i, r := range v.records {
		var err error
		if list[i], err = exercise.Decode(r); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// sessionEntry is what is known of an exercise.
type sessionEntry struct {
	mu   sync.Mutex
	view *ExerciseView
}

func (e *Engine) sessionEntry(id string) *sessionEntry {
	e.mu.Lock()
	defer e.mu.Unlock()
	ent := e.sessions[id]
	if ent == nil {
		ent = &sessionEntry{}
		e.sessions[id] = ent
	}
	return ent
}

func sessionStream(id string) string { return kindExercise + "/" + id }

// Session returns an exercise as it stands. Faults: not_found; invalid if its record does not hold; unavailable if a newer release
// wrote it.
func (e *Engine) Session(ctx context.Context, id string) (*ExerciseView, error) {
	ent := e.sessionEntry(id)
	ent.mu.Lock()
	defer ent.mu.Unlock()
	v := ent.view
	if v == nil {
		v = &ExerciseView{State: &exercise.State{}, engine: e}
	}
	records, err := e.store.Load(ctx, sessionStream(id), uint64(len(v.records)))
	if err != nil {
		return nil, fmt.Errorf("load exercise %s: %w", id, err)
	}
	if len(records)+len(v.records) == 0 {
		e.mu.Lock()
		delete(e.sessions, id)
		e.mu.Unlock()
		return nil, fault.New(fault.NotFound, "There is no exercise %q.", id)
	}
	if redacted(records) && len(v.records) > 0 { // what is held here must not outlive what was removed
		v = &ExerciseView{State: &exercise.State{}, engine: e}
		if records, err = e.store.Load(ctx, sessionStream(id), 0); err != nil {
			return nil, fmt.Errorf("load exercise %s: %w", id, err)
		}
	}
	if len(records) > 0 {
		if v, err = v.after(records); err != nil {
			return nil, unfit(id, err)
		}
	}
	next := *v
	if next.Plan, err = e.planOf(ctx, v.State); err != nil {
		return nil, err
	}
	ent.view = &next
	return &next, nil
}

// planOf is the plan by which an exercise goes: the one in force, as long as it lasts.
func (e *Engine) planOf(ctx context.Context, s *exercise.State) (*plan.Plan, error) {
	if s.Phase.Over() {
		return e.planByHash(ctx, s.Plan.Hex())
	}
	return e.InForce(ctx, s.Protocol)
}

// after is the view that results when records follow.
func (v *ExerciseView) after(records []journal.Record) (*ExerciseView, error) {
	next := &ExerciseView{State: v.State.Next(), engine: v.engine, records: slices.Concat(v.records, records)}
	if err := journal.Verify(next.records); err != nil {
		return nil, err
	}
	for _, r := range records {
		h, err := exercise.Decode(r)
		if err != nil {
			return nil, err
		}
		next.State.Apply(h)
	}
	return next, nil
}

// unfit says why an exercise cannot be used.
func unfit(id string, err error) error {
	var unknown *exercise.UnknownKind
	if errors.As(err, &unknown) {
		return fault.New(fault.Unavailable, "The exercise %s holds events of a newer release.", id).Instead("Use a node of that release.").Because(err)
	}
	return fault.New(fault.Invalid, "The record of the exercise %s does not hold: %s", id, fault.Sentence(err)).
		Instead("Somebody may have tampered with the database; restore it from a backup that you trust.").Because(err)
}

// Exercises lists the exercises of a protocol, of all protocols if it is empty: those that are to come or go on first, each group by its
// time, the latest first.
func (e *Engine) Exercises(ctx context.Context, protocol string) ([]ExerciseSummary, error) {
	heads, err := e.store.Heads(ctx, kindExercise, false)
	if err != nil {
		return nil, fmt.Errorf("list exercises: %w", err)
	}
	list := []ExerciseSummary{}
	for _, h := range heads {
		if protocol != "" && h.Protocol != protocol {
			continue
		}
		var s ExerciseSummary
		if err := json.Unmarshal(h.Summary, &s); err != nil {
			return nil, fmt.Errorf("read summary of %s: %w", h.Stream, err)
		}
		list = append(list, s)
	}
	slices.SortStableFunc(list, func(a, b ExerciseSummary) int {
		if x, y := a.Phase.Over(), b.Phase.Over(); x != y {
			if y {
				return -1
			}
			return 1
		}
		return b.Scheduled.Compare(a.Scheduled)
	})
	return list, nil
}

// Running lists the exercises of a protocol that go on.
func (e *Engine) Running(ctx context.Context, protocol string) ([]*ExerciseView, error) {
	return e.running(ctx, protocol)
}

// running lists the exercises of a protocol that go on.
func (e *Engine) running(ctx context.Context, protocol string) ([]*ExerciseView, error) {
	heads, err := e.store.Heads(ctx, kindExercise, true)
	if err != nil {
		return nil, fmt.Errorf("list exercises: %w", err)
	}
	var list []*ExerciseView
	for _, h := range heads {
		if h.Protocol != protocol {
			continue
		}
		v, err := e.Session(ctx, h.Stream[len(kindExercise)+1:])
		switch {
		case fault.Is(err, fault.Invalid), fault.Is(err, fault.Unavailable): // it must not keep a real emergency from anything
			e.log.Error("an exercise cannot be read", "stream", h.Stream, "err", err)
		case err != nil:
			return nil, err
		case v.State.Phase == exercise.Running:
			list = append(list, v)
		}
	}
	return list, nil
}

// inEarnest lists the incidents of a protocol that are no exercise and in which something has to be done yet.
func (e *Engine) inEarnest(ctx context.Context, protocol string) ([]incident.Summary, error) {
	list, err := e.List(ctx, true)
	return slices.DeleteFunc(list, func(s incident.Summary) bool {
		return s.Protocol != protocol || s.Exercise || s.Phase.AtLeast(incident.Resolved)
	}), err
}

// head completes an append to the stream of an exercise.
func (v *ExerciseView) head(a *store.Append) (err error) {
	s := v.State
	a.Kind, a.Protocol, a.DueAt, a.Open = kindExercise, s.Protocol, exercise.NextDue(s), !s.Phase.Over()
	a.Summary, err = marshal(ExerciseSummary{
		ID: s.ID, Protocol: s.Protocol, Title: s.Title, Phase: s.Phase, Scheduled: s.Scheduled, Ended: s.Ended,
		Frozen: s.Frozen != nil, Surprise: s.Surprise, Moderator: s.Moderator,
	})
	return err
}
