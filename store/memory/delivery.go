package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tocsin/store"
)

// Delivery returns one delivery.
func (s *Store) Delivery(_ context.Context, id string) (store.Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.deliveries[id]
	if d == nil {
		return store.Delivery{}, store.ErrNotFound
	}
	return cloneDelivery(*d), nil
}

// Deliveries lists a stream's deliveries in the order of their creation.
func (s *Store) Deliveries(_ context.Context, name string) ([]store.Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []store.Delivery
	for _, id := range s.queue {
		if d := s.deliveries[id]; d.Stream == name {
			all = append(all, cloneDelivery(*d))
		}
	}
	return all, nil
}

// Claim takes a delivery if it is to be had.
func (s *Store) Claim(ctx context.Context, id, owner string, now, until time.Time) (store.Delivery, bool, error) {
	if err := ctx.Err(); err != nil {
		return store.Delivery{}, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.deliveries[id]
	if d == nil || !available(d, now) {
		return store.Delivery{}, false, nil
	}
	d.State, d.Owner, d.Lease = store.Sending, owner, cut(until)
	d.Epoch++
	d.Attempts++
	return cloneDelivery(*d), true, nil
}

// Renew prolongs the lease of a claimed delivery.
func (s *Store) Renew(ctx context.Context, id string, epoch uint64, until time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.deliveries[id]
	if d == nil || d.State != store.Sending || d.Epoch != epoch {
		return store.ErrLost
	}
	d.Lease = cut(until)
	return nil
}

// Finish writes what became of a claimed delivery.
func (s *Store) Finish(ctx context.Context, id string, epoch uint64, state string, notBefore time.Time, outcome []byte) error {
	if err := cmp.Or(store.CheckOutcome(state), ctx.Err()); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.deliveries[id]
	if d == nil || d.State != store.Sending || d.Epoch != epoch {
		return store.ErrLost
	}
	d.State, d.NotBefore, d.Outcome = state, cut(notBefore), slices.Clone(outcome)
	d.Owner, d.Lease = "", time.Time{}
	return nil
}

// Stale lists deliveries that the sweep should wake, oldest first.
func (s *Store) Stale(_ context.Context, now time.Time, limit int) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []string
	for _, id := range s.queue {
		if len(ids) < limit && available(s.deliveries[id], now) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func available(d *store.Delivery, now time.Time) bool {
	return d.State == store.Queued && !d.NotBefore.After(now) || d.State == store.Sending && !d.Lease.After(now)
}

func cloneDelivery(d store.Delivery) store.Delivery {
	d.Payload, d.Outcome = slices.Clone(d.Payload), slices.Clone(d.Outcome)
	return d
}
