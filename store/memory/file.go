package memory

import (
	"context"
	"slices"

	"tocsin/store"
)

// File returns a file of a stream.
func (s *Store) File(_ context.Context, stream, id string) (store.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.files[store.FileRef{Stream: stream, ID: id}]
	if !ok {
		return store.File{}, store.ErrNotFound
	}
	return store.File{Stream: stream, ID: id, Bytes: slices.Clone(b)}, nil
}

// checkFiles refuses a file that is there already. The caller holds the lock.
func (s *Store) checkFiles(c store.Commit) error {
	taken := map[store.FileRef]bool{}
	for _, f := range c.Files {
		ref := store.FileRef{Stream: f.Stream, ID: f.ID}
		if s.files[ref] != nil || taken[ref] {
			return store.ErrConflict
		}
		taken[ref] = true
	}
	return nil
}
