package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"tocsin/incident"
	"tocsin/store"
)

// pace is the time of incidents whose last event is of later than now, because the clock of the node that wrote it was ahead. Their
// time goes on from there at the pace of time: waiting until other clocks have caught up would leave people uncalled.
type pace struct {
	mu   sync.Mutex
	seen map[string]paced // by incident
}

type paced struct {
	last time.Time // of the last event
	at   time.Time // when that was first seen, by the clock that is only read
}

// of is an incident's time now.
func (p *pace) of(id string, last, now, read time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !last.After(now) {
		delete(p.seen, id)
		return now
	}
	s, known := p.seen[id]
	if !known || !s.last.Equal(last) {
		if s = (paced{last, read}); p.seen == nil {
			p.seen = map[string]paced{}
		}
		p.seen[id] = s
	}
	return last.Add(max(read.Sub(s.at), 0)).Truncate(time.Microsecond)
}

// realTime is the real time of an incident: now, or later if its last event is.
func (e *Engine) realTime(id string, clock *incident.Clock, last time.Time) time.Time {
	if clock != nil {
		at, will := clock.Real(last)
		if !will { // it has shown that, and stands still
			at = clock.At
		}
		last = at
	}
	return e.pace.of(id, last, e.now(), e.clock.read())
}

// timeOf is an incident's own time: the real one, or what the clock of its exercise shows then.
func (e *Engine) timeOf(s *incident.State) time.Time {
	return s.Now(e.realTime(s.ID, s.Clock(), s.Last))
}

// lookAhead is how many seconds pass until it is looked again for incidents that are ahead, if there were none.
const lookAhead = 5

// keepPace does what is due in incidents that are ahead, and that no clock but theirs says is due.
func (e *Engine) keepPace() func(context.Context) error {
	wait := 0
	return func(ctx context.Context) error {
		if wait--; wait > 0 {
			return nil
		}
		heads, some, err := e.dueAhead(ctx)
		if err == nil && !some {
			wait = lookAhead
		}
		if err != nil || len(heads) == 0 {
			return err
		}
		_, err = e.tickAll(ctx, heads, timers)
		return err
	}
}

// dueAhead lists incidents that are ahead and in which something is due by their own time; some tells whether any are ahead.
func (e *Engine) dueAhead(ctx context.Context) (due []store.Head, some bool, err error) {
	now := e.now()
	heads, err := e.store.Ahead(ctx, now, sweepBatch)
	if err != nil {
		return nil, false, fmt.Errorf("look for what is ahead: %w", err)
	}
	for _, h := range heads {
		if h.Kind != kindIncident {
			continue
		}
		var sum incident.Summary
		if err := json.Unmarshal(h.Summary, &sum); err != nil {
			return nil, false, fmt.Errorf("read summary of %s: %w", h.Stream, err)
		}
		real := e.realTime(sum.ID, sum.Clock, h.Updated)
		some = some || real.After(now)
		if !h.DueAt.IsZero() && !h.DueAt.After(real) {
			due = append(due, h)
		}
	}
	return due, some, nil
}
