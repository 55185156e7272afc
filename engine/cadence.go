package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/exercise"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
	"tocsin/upkeep"
)

// cadenceEvery is how often it is looked at whether an exercise is due: that changes by the day.
const cadenceEvery = 10 * time.Minute

// Cadence says when the next exercise of a protocol is due, and what is to be practised in it.
func (e *Engine) Cadence(ctx context.Context, protocol string) (exercise.Due, error) {
	p, err := e.InForce(ctx, protocol)
	if err != nil {
		return exercise.Due{}, err
	}
	return e.cadence(ctx, p)
}

func (e *Engine) cadence(ctx context.Context, p *plan.Plan) (exercise.Due, error) {
	past, err := e.PastExercises(ctx, p.Protocol)
	if err != nil {
		return exercise.Due{}, err
	}
	joined, err := e.Joined(ctx, p.Protocol)
	if err != nil {
		return exercise.Due{}, err
	}
	list, err := e.Exercises(ctx, p.Protocol)
	if err != nil {
		return exercise.Due{}, err
	}
	now := e.now()
	d := exercise.Cadence(p, past, joined, now)
	for _, s := range list {
		if s.Phase == exercise.Planned && !s.Surprise && s.Scheduled.After(now) { // of a surprise nobody is to guess
			d.Meets(s.Scheduled)
		}
	}
	return d, nil
}

// remindOfExercises tells those who may moderate that an exercise is due and is not planned, in all protocols whose plans say how often
// they practise.
func (e *Engine) remindOfExercises(ctx context.Context) error {
	now := e.now()
	e.mu.Lock()
	due := !now.Before(e.cadenceAt)
	if due {
		e.cadenceAt = now.Add(cadenceEvery)
	}
	e.mu.Unlock()
	if !due {
		return nil
	}
	ids, err := e.Protocols(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		if err := e.remindOfExercise(ctx, id, now); err != nil {
			errs = append(errs, fmt.Errorf("look whether %s has to practise: %w", id, err))
		}
	}
	return errors.Join(errs...)
}

func (e *Engine) remindOfExercise(ctx context.Context, protocol string, now time.Time) error {
	p, err := e.InForce(ctx, protocol)
	if err != nil || p.Exercises.Every == 0 {
		return err
	}
	d, err := e.cadence(ctx, p)
	if err != nil {
		return err
	}
	list := exercise.DueNotices(p, &d, now)
	if len(list) == 0 {
		return nil
	}
	cmd := upkeep.Command{Actor: journal.Actor{Kind: journal.Clock}, Op: upkeep.OpRemind{Due: d.Next, Overdue: d.Overdue}}
	return e.keepUpWith(ctx, protocol, cmd, func(version uint64, at time.Time) ([]store.Delivery, error) {
		stream := kindUpkeep + "/" + protocol
		var words []store.Delivery
		for _, n := range list {
			dp, ok := incident.WordTo(p, fmt.Sprintf("%s/%d/%s", stream, version, n.Person), incident.Word{Person: n.Person, Subject: n.Subject, Text: n.Text})
			if !ok {
				continue
			}
			payload, err := marshal(dp)
			if err != nil {
				return nil, err
			}
			words = append(words, store.Delivery{ID: dp.ID, Stream: stream, Kind: dp.Kind, Payload: payload, State: store.Queued, Created: at})
		}
		return words, nil
	})
}
