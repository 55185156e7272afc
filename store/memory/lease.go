package memory

import (
	"context"
	"errors"
	"slices"
	"time"

	"tocsin/store"
)

// Lease takes or renews a named lease. Whoever takes it from nobody or from another gets the next epoch.
func (s *Store) Lease(ctx context.Context, name, owner string, now, until time.Time) (uint64, bool, error) {
	if owner == "" {
		return 0, false, errors.New("lease " + name + ": it needs an owner")
	}
	if err := ctx.Err(); err != nil {
		return 0, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.leases[name]
	if l == nil {
		l = &lease{}
		s.leases[name] = l
	}
	if l.owner != owner {
		if l.owner != "" && l.until.After(now) {
			return 0, false, nil
		}
		l.owner = owner
		l.epoch++
	}
	l.until = cut(until)
	return l.epoch, true, nil
}

// Release gives a lease up.
func (s *Store) Release(_ context.Context, name, owner string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.leases[name]; l != nil && l.owner == owner {
		l.owner, l.until = "", time.Time{}
	}
	return nil
}

// Watch returns the bytes last committed under a key.
func (s *Store) Watch(_ context.Context, key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.watches[key]), nil
}

// Seen returns those of the marks that have been committed, with the stream each led to.
func (s *Store) Seen(_ context.Context, marks []string) (map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := map[string]string{}
	for _, m := range marks {
		if to, ok := s.marks[m]; ok {
			seen[m] = to
		}
	}
	return seen, nil
}

// PutPlan keeps a plan under its hash.
func (s *Store) PutPlan(_ context.Context, p store.Plan) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.plans[p.Hash]; !ok {
		s.plans[p.Hash] = clonePlan(p)
	}
	return nil
}

// Plan returns a plan by hash.
func (s *Store) Plan(_ context.Context, hash string) (store.Plan, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.plans[hash]
	if !ok {
		return store.Plan{}, store.ErrNotFound
	}
	return clonePlan(p), nil
}

func clonePlan(p store.Plan) store.Plan {
	p.Canonical, p.Files, p.Stored = slices.Clone(p.Canonical), slices.Clone(p.Files), cut(p.Stored)
	return p
}
