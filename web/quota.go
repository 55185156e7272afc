package web

import (
	"slices"
	"sync"
	"time"
)

// quota lets so many through within an hour, and so many of each origin. It remembers only whom it let through, so that it
// stays small whoever knocks.
type quota struct {
	each, all int

	mu   sync.Mutex
	past []passage // of the last hour, oldest first
}

// passage is one that was let through; of is empty if its origin does not count.
type passage struct {
	of string
	at time.Time
}

// take lets one of an origin through, or says how long to wait. What comes to nothing is given back with undo.
func (q *quota) take(of string, now time.Time) (undo func(), wait time.Duration, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.past = slices.DeleteFunc(q.past, func(p passage) bool { return now.Sub(p.at) >= time.Hour })
	mine := 0
	var oldest time.Time
	for _, p := range q.past {
		if of != "" && p.of == of {
			if mine++; oldest.IsZero() {
				oldest = p.at
			}
		}
	}
	switch {
	case of != "" && mine >= q.each:
		return nil, oldest.Add(time.Hour).Sub(now), false
	case len(q.past) >= q.all:
		return nil, q.past[0].at.Add(time.Hour).Sub(now), false
	}
	p := passage{of, now}
	q.past = append(q.past, p)
	return func() { q.giveBack(p) }, 0, true
}

func (q *quota) giveBack(p passage) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.past, p); i >= 0 {
		q.past = slices.Delete(q.past, i, i+1)
	}
}
