package memory

import (
	"context"
	"maps"
	"slices"
	"time"

	"tocsin/store"
)

// Pending lists deliveries that wait for a time, oldest first.
func (s *Store) Pending(_ context.Context, limit int) ([]store.Hold, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var holds []store.Hold
	for _, id := range s.queue {
		d := s.deliveries[id]
		h := store.Hold{Name: id, Owner: d.Owner, Epoch: d.Epoch, Until: d.Lease}
		if d.State == store.Queued {
			h.Until = d.NotBefore
		}
		if len(holds) < limit && (d.State == store.Sending || d.State == store.Queued && !d.NotBefore.IsZero()) {
			holds = append(holds, h)
		}
	}
	return holds, nil
}

// Leases lists who holds which named leases.
func (s *Store) Leases(context.Context) ([]store.Hold, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var holds []store.Hold
	for _, name := range slices.Sorted(maps.Keys(s.leases)) {
		if l := s.leases[name]; l.owner != "" {
			holds = append(holds, store.Hold{Name: name, Owner: l.owner, Epoch: l.epoch, Until: l.until})
		}
	}
	return holds, nil
}

// Ahead lists streams that will be due and whose last record is of after now.
func (s *Store) Ahead(_ context.Context, now time.Time, limit int) ([]store.Head, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var heads []store.Head
	for _, name := range s.order {
		if h := s.streams[name].head; h.DueAt.After(now) && h.Updated.After(now) {
			heads = append(heads, cloneHead(h))
		}
	}
	slices.SortStableFunc(heads, func(a, b store.Head) int { return a.DueAt.Compare(b.DueAt) })
	return heads[:min(limit, len(heads))], nil
}
