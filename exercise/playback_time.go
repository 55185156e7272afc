package exercise

import (
	"cmp"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// Tick is a time on the axis, by both clocks.
type Tick struct {
	At    time.Time     `json:"at"`    // real time
	After plan.Duration `json:"after"` // since the opening, by the exercise clock
}

// mostTicks is how many times an axis says; a phone has room for them.
const mostTicks = 5

// tickSteps are what may lie between two ticks.
var tickSteps = [...]time.Duration{
	time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute,
	30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// ticks are the full times between the ends of the axis.
func (b *player) ticks() []Tick {
	whole := b.Ended.Sub(b.Began)
	step := tickSteps[len(tickSteps)-1]
	for _, s := range tickSteps {
		if whole/s < mostTicks {
			step = s
			break
		}
	}
	var list []Tick
	for at := b.Began.Truncate(step); !at.After(b.Ended) && len(list) < mostTicks+1; at = at.Add(step) {
		if !at.Before(b.Began) {
			list = append(list, Tick{At: at, After: length(b.shows(at).Sub(b.From))})
		}
	}
	return list
}

// shows is what the clock showed at a moment of the run.
func (b *player) shows(at time.Time) time.Time {
	shows := b.From
	for _, c := range b.clocks {
		if c.At.After(at) {
			break
		}
		shows = c.Now(at)
	}
	return shows
}

// real is when the clock first showed a time, or more; zero if it never did. What it skipped when it was moved on, it showed in that moment.
func (b *player) real(shows time.Time) time.Time {
	for i, c := range b.clocks {
		at, ok := c.Real(shows)
		if ok && (i+1 == len(b.clocks) || !at.After(b.clocks[i+1].At)) {
			return at
		}
	}
	return time.Time{}
}

// clocksOf are the clocks that a run went by, the first one first.
func clocksOf(r *Run, happened []Happened) []incident.Clock {
	var list []incident.Clock
	for _, h := range happened {
		var c incident.Clock
		switch e := h.Event.(type) {
		case EventBegun:
			c = e.Clock
		case EventDescribed:
			c = e.Clock
		case EventClock:
			c = e.Clock
		case EventFrozen:
			c = e.Clock
		case EventThawed:
			c = e.Clock
		case EventCompleted:
			c = e.Clock
		case EventAborted:
			c = e.Clock
		case EventEnded:
			c = e.Clock
		}
		if !c.At.IsZero() && !c.At.Before(r.Described) {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b incident.Clock) int { return cmp.Or(a.At.Compare(b.At), a.Shows.Compare(b.Shows)) })
	return list
}
