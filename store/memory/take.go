package memory

import (
	"context"
	"slices"
	"time"

	"tocsin/store"
)

// Take lists streams that must be looked at by now and that nobody has taken, earliest first, and takes them.
func (s *Store) Take(_ context.Context, now, until time.Time, limit int) ([]store.Head, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var heads []store.Head
	for _, name := range s.order {
		st := s.streams[name]
		free := !st.taken.After(now) || st.taken.After(until.Add(store.Skew))
		if !st.head.DueAt.IsZero() && !st.head.DueAt.After(now) && free {
			heads = append(heads, cloneHead(st.head))
		}
	}
	slices.SortStableFunc(heads, func(a, b store.Head) int { return a.DueAt.Compare(b.DueAt) })
	heads = heads[:min(limit, len(heads))]
	for _, h := range heads {
		s.streams[h.Stream].taken = until
	}
	return heads, nil
}
