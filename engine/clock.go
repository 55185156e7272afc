package engine

import (
	"sync"
	"time"
)

// steady is a clock that never goes back. When the machine's clock is set back, it goes on from where it was at the pace
// of time, so that nothing that is due waits until the machine's clock has caught up.
type steady struct {
	read func() time.Time

	mu   sync.Mutex
	seen time.Time // what read said last; with its monotonic part, if it has one
	told time.Time // what now said last
}

func (s *steady) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.read()
	passed := max(seen.Sub(s.seen), 0) // by the monotonic clock, if there is one
	told := seen.UTC().Round(0)
	if !s.seen.IsZero() && told.Before(s.told) {
		told = s.told.Add(passed)
	}
	s.seen, s.told = seen, told
	return told
}
