package memory

import (
	"context"
	"slices"

	"tocsin/store"
)

// Snapshot returns what was last kept of a stream.
func (s *Store) Snapshot(_ context.Context, name string) (store.Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.snapshots[name]
	if !ok || n.Bytes == nil {
		return store.Snapshot{}, store.ErrNotFound
	}
	n.Bytes = slices.Clone(n.Bytes)
	return n, nil
}

// PutSnapshot keeps a snapshot unless it is older than what is kept, or than a redaction.
func (s *Store) PutSnapshot(ctx context.Context, n store.Snapshot) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streams[n.Stream] == nil {
		return store.ErrNotFound
	}
	if s.snapshots[n.Stream].Version <= n.Version {
		n.Bytes = append([]byte{}, n.Bytes...)
		s.snapshots[n.Stream] = n
	}
	return nil
}

// redact removes the texts that a commit redacts, and whatever else holds them.
func (s *Store) redact(c store.Commit) {
	for _, r := range c.Redactions {
		s.streams[r.Stream].records[r.Seq-1].Openings = slices.Clone(r.Openings)
	}
	for _, name := range c.Redacted() {
		s.snapshots[name] = store.Snapshot{Stream: name, Version: s.streams[name].head.Version}
	}
	for _, id := range c.Forget {
		if d := s.deliveries[id]; d != nil && d.State != store.Queued && d.State != store.Sending {
			d.Payload, d.Outcome = nil, nil
		}
	}
	for _, ref := range c.Discard {
		delete(s.files, ref)
	}
}
