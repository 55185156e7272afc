package memory

import (
	"context"
	"math"
	"slices"
	"time"

	"tocsin/journal"
	"tocsin/store"
)

// Load returns the records of a stream with Seq > after, in order.
func (s *Store) Load(ctx context.Context, name string, after uint64) ([]journal.Record, error) {
	return s.Window(ctx, name, after, math.MaxInt)
}

// Window returns the first records of a stream with Seq > after, in order, at most limit.
func (s *Store) Window(_ context.Context, name string, after uint64, limit int) ([]journal.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.streams[name]
	if st == nil || after >= uint64(len(st.records)) {
		return nil, nil
	}
	rest := st.records[after:]
	var records []journal.Record
	for _, r := range rest[:max(min(limit, len(rest)), 0)] {
		records = append(records, cloneRecord(r))
	}
	return records, nil
}

// Before returns records of a stream with Seq < before, the newest first, at most limit, of some kinds only if any are named.
func (s *Store) Before(_ context.Context, name string, before uint64, limit int, kinds ...string) ([]journal.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.streams[name]
	if st == nil {
		return nil, nil
	}
	var records []journal.Record
	for _, r := range slices.Backward(st.records) {
		if len(records) < limit && (before == 0 || r.Seq < before) && (len(kinds) == 0 || slices.Contains(kinds, r.Kind)) {
			records = append(records, cloneRecord(r))
		}
	}
	return records, nil
}

// Head returns one stream's head.
func (s *Store) Head(_ context.Context, name string) (store.Head, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.streams[name]
	if st == nil {
		return store.Head{}, store.ErrNotFound
	}
	return cloneHead(st.head), nil
}

// Heads lists streams of a kind, or of all, the one created last first.
func (s *Store) Heads(_ context.Context, kind string, open bool) ([]store.Head, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var heads []store.Head
	for _, name := range slices.Backward(s.order) {
		if h := s.streams[name].head; (h.Kind == kind || kind == "") && (h.Open || !open) {
			heads = append(heads, cloneHead(h))
		}
	}
	return heads, nil
}

// Due lists streams that must be looked at by now, earliest first.
func (s *Store) Due(_ context.Context, now time.Time, limit int) ([]store.Head, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var heads []store.Head
	for _, name := range s.order {
		if h := s.streams[name].head; !h.DueAt.IsZero() && !h.DueAt.After(now) {
			heads = append(heads, cloneHead(h))
		}
	}
	slices.SortStableFunc(heads, func(a, b store.Head) int { return a.DueAt.Compare(b.DueAt) })
	return heads[:min(limit, len(heads))], nil
}

// Position is the number of records stored.
func (s *Store) Position(context.Context) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.position, nil
}

func cloneHead(h store.Head) store.Head {
	h.Summary = slices.Clone(h.Summary)
	return h
}

// Listen calls heard when records were stored.
func (s *Store) Listen(ctx context.Context, heard func()) error {
	for {
		s.mu.Lock()
		news := s.news
		s.mu.Unlock()
		heard()
		select {
		case <-ctx.Done():
			return nil
		case <-news:
		}
	}
}
