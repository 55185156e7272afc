package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// Audit is what was found wrong with the engine's own promises at a time.
type Audit struct {
	At      time.Time
	Looked  int // incidents that go on and were looked into
	Wrong   []Wrong
	Skipped int // incidents that go on and were left for the next time
}

// Wrong is a promise that is not kept.
type Wrong struct {
	Kind string // incident, delivery
	Ref  string // id of the incident or the delivery
	Say  string // for people; no secrets
}

// The measures of an audit.
const (
	auditGrace    = 30 * time.Second // that something may be late until it is wrong
	auditedAtOnce = 200              // incidents that one audit looks into; the next one goes on
	maxWrong      = 50               // sentences that one audit says
)

// Audit checks that the engine keeps its promises, all nodes together: every incident that is short of people has a time at which
// it is looked at again, what was due has been done, and of every delivery that was promised it is known what became of it, or it
// will be tried again. It changes nothing. from says how many incidents to pass over, so that one audit after the other gets
// through all of them.
func (e *Engine) Audit(ctx context.Context, from int) (Audit, error) {
	a := Audit{At: e.now()}
	heads, err := e.store.Heads(ctx, kindIncident, true)
	if err != nil {
		return a, fmt.Errorf("audit: %w", err)
	}
	if n := len(heads); n > auditedAtOnce {
		from %= n
		heads = slices.Concat(heads[from:], heads[:from])[:auditedAtOnce]
		a.Skipped = n - auditedAtOnce
	}
	for _, h := range heads {
		wrong, err := e.audit(ctx, h, a.At)
		if err != nil {
			return a, fmt.Errorf("audit %s: %w", h.Stream, err)
		}
		a.Looked++
		a.Wrong = append(a.Wrong, wrong...)
	}
	unsent, err := e.unsent(ctx, a.At)
	if err != nil {
		return a, fmt.Errorf("audit deliveries: %w", err)
	}
	for _, id := range unsent {
		a.Wrong = append(a.Wrong, Wrong{"delivery", id, fmt.Sprintf("Nobody has sent %s, which should have gone out more than %s ago.", id, auditGrace)})
	}
	a.Wrong = a.Wrong[:min(len(a.Wrong), maxWrong)]
	return a, nil
}

// audit looks into an incident that goes on.
func (e *Engine) audit(ctx context.Context, h store.Head, now time.Time) ([]Wrong, error) {
	id := h.Stream[len(kindIncident)+1:]
	v, err := e.View(ctx, id)
	if err != nil {
		return nil, err
	}
	if v.ReadOnly == nil {
		now = e.realTime(id, v.State.Clock(), v.State.Last)
	}
	late := !h.DueAt.IsZero() && now.Sub(h.DueAt) > auditGrace
	if v.ReadOnly != nil {
		if late {
			return []Wrong{{"incident", id, fmt.Sprintf("Incident %s holds events of a newer release, and no node of that release looks after it.", id)}}, nil
		}
		return nil, nil
	}
	if v.State.Version != h.Version {
		return nil, nil // it has just been written to, so somebody looks after it
	}
	var wrong []Wrong
	say := func(format string, args ...any) {
		wrong = append(wrong, Wrong{"incident", id, fmt.Sprintf(format, args...)})
	}
	if v.State.Clock() != nil && v.State.Clock().Speed == 0 {
		return nil, nil // the exercise is halted: nothing is to happen in it
	}
	due, shows := v.due(), v.State.Now(now)
	switch {
	case due.IsZero() && incident.MusterOf(v.Plan, v.State, shows).Short:
		say("Incident %s is short of people, and nothing will call anybody.", id)
	case due.IsZero():
	case h.DueAt.IsZero(), now.Sub(due) > auditGrace && h.DueAt.After(now):
		say("Incident %s must be looked at at %s, and nobody will.", id, due.Format("15:04:05 UTC on 2 January"))
	case late:
		undone, err := e.undone(ctx, v, shows)
		if err != nil {
			return nil, err
		}
		if undone {
			say("Something has been due in incident %s since %s, and no node has done it.", id, h.DueAt.Format("15:04:05 UTC"))
		}
	}
	lost, err := e.lost(ctx, v, v.State.Now(now.Add(-auditGrace)))
	return append(wrong, lost...), err
}

// undone reports whether letting time pass would change an incident. That something is due does not mean that it would: a chain
// that is not watched just now proves nothing, however long it has been waited for.
func (e *Engine) undone(ctx context.Context, v *View, now time.Time) (bool, error) {
	op, err := e.elapsed(ctx, v)
	if err != nil {
		return false, err
	}
	events, err := incident.Decide(v.Plan, v.State, incident.Command{ID: "audit", Actor: journal.Actor{Kind: journal.Clock}, Op: op}, later(now, v.State.Last))
	return len(events) > 0, err
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// lost lists what an incident waits for in vain: calls and messages that no row stands for any more, or of which the incident was
// not told what became, though they were made before a time.
func (e *Engine) lost(ctx context.Context, v *View, before time.Time) ([]Wrong, error) {
	waits := waiting(v.State, before)
	if len(waits) == 0 {
		return nil, nil
	}
	rows, err := e.store.Deliveries(ctx, stream(v.id))
	if err != nil {
		return nil, err
	}
	states := map[string]string{}
	for _, d := range rows {
		states[d.ID] = d.State
	}
	var wrong []Wrong
	for _, id := range waits {
		switch states[id] {
		case store.Queued, store.Sending: // it will be tried; that nobody does is said by itself
		case "":
			wrong = append(wrong, Wrong{"delivery", id, fmt.Sprintf("The message %s was promised, and is not there.", id)})
		default:
			again, err := e.View(ctx, v.id) // it may have been told just now
			if err != nil {
				return nil, err
			}
			if again.State.Outcome(id) == "" {
				wrong = append(wrong, Wrong{"delivery", id, fmt.Sprintf("The message %s has ended (%s), and its incident was not told.", id, states[id])})
			}
		}
	}
	slices.SortFunc(wrong, func(a, b Wrong) int { return cmp.Compare(a.Ref, b.Ref) })
	return wrong, nil
}

// waiting lists the deliveries of calls made before a time of which it is not known what became.
func waiting(s *incident.State, before time.Time) []string {
	var ids []string
	for _, pg := range s.Pages {
		for _, c := range pg.Calls {
			if c.Outcome == "" && c.At.Before(before) {
				ids = append(ids, c.Delivery)
			}
		}
	}
	return ids
}

// Err is what is wrong in one error, nil if nothing is.
func (a Audit) Err() error {
	if len(a.Wrong) == 0 {
		return nil
	}
	say := make([]string, len(a.Wrong))
	for i, w := range a.Wrong {
		say[i] = w.Say
	}
	return errors.New(strings.Join(say, " "))
}
