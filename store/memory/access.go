package memory

import (
	"context"
	"slices"
	"time"

	"tocsin/store"
)

// PutLink keeps a link under the hash of its secret.
func (s *Store) PutLink(_ context.Context, l store.Link) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.links[l.Hash]; ok {
		return store.ErrConflict
	}
	s.links[l.Hash] = cutLink(l)
	return nil
}

// Link returns a link by the hash of its secret.
func (s *Store) Link(_ context.Context, hash string) (store.Link, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.links[hash]
	if !ok {
		return store.Link{}, store.ErrNotFound
	}
	return l, nil
}

// UseLink marks a link used.
func (s *Store) UseLink(_ context.Context, hash string, at time.Time) (store.Link, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.links[hash]
	if !ok {
		return store.Link{}, store.ErrNotFound
	}
	if !l.Used.IsZero() {
		return store.Link{}, store.ErrConflict
	}
	l.Used = cut(at)
	s.links[hash] = l
	return l, nil
}

// Session returns a session's bytes.
func (s *Store) Session(_ context.Context, token string, now time.Time) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.sessions[token]
	if !ok || !v.expires.After(now) {
		delete(s.sessions, token)
		return nil, store.ErrNotFound
	}
	return slices.Clone(v.data), nil
}

// PutSession keeps a session's bytes until it expires, in place of those before.
func (s *Store) PutSession(_ context.Context, token string, data []byte, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[token] = session{slices.Clone(data), cut(expires)}
	return nil
}

// DeleteSession forgets a session.
func (s *Store) DeleteSession(_ context.Context, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, token)
	return nil
}
