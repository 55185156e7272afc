package postgres

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

// PutPlan keeps a plan under its hash.
func (s *Store) PutPlan(ctx context.Context, p store.Plan) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO plans (hash, protocol, canonical, files, stored) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, p.Hash, p.Protocol, p.Canonical, p.Files, micros(p.Stored))
	return explain("keep plan", err)
}

// Plan returns a plan by hash.
func (s *Store) Plan(ctx context.Context, hash string) (store.Plan, error) {
	p := store.Plan{Hash: hash}
	var stored *int64
	err := s.pool.QueryRow(ctx, "SELECT protocol, canonical, files, stored FROM plans WHERE hash = $1", hash).
		Scan(&p.Protocol, &p.Canonical, &p.Files, &stored)
	if err != nil {
		return store.Plan{}, explain("read plan", err)
	}
	p.Stored = fromMicros(stored)
	return p, nil
}

// PutLink keeps a link under the hash of its secret.
func (s *Store) PutLink(ctx context.Context, l store.Link) error {
	_, err := s.pool.Exec(ctx, insertLink, linkValues(l)...)
	return explain("keep link", err)
}

const insertLink = "INSERT INTO links (hash, kind, person, stream, ref, expires, used) VALUES ($1, $2, $3, $4, $5, $6, $7)"

func linkValues(l store.Link) []any {
	return []any{l.Hash, l.Kind, l.Person, l.Stream, l.Ref, micros(l.Expires), micros(l.Used)}
}

const linkColumns = "hash, kind, person, stream, ref, expires, used"

// Link returns a link by the hash of its secret.
func (s *Store) Link(ctx context.Context, hash string) (store.Link, error) {
	l, err := scanLink(s.pool.QueryRow(ctx, "SELECT "+linkColumns+" FROM links WHERE hash = $1", hash))
	return l, explain("read link", err)
}

// UseLink marks a link used.
func (s *Store) UseLink(ctx context.Context, hash string, at time.Time) (store.Link, error) {
	l, err := scanLink(s.pool.QueryRow(ctx,
		"UPDATE links SET used = $1 WHERE hash = $2 AND used IS NULL RETURNING "+linkColumns, micros(at), hash))
	if errors.Is(err, pgx.ErrNoRows) {
		if _, err = s.Link(ctx, hash); err == nil {
			err = store.ErrConflict // and not the error of a link that is not there
		}
	}
	if err != nil {
		return store.Link{}, explain("use link", err)
	}
	return l, nil
}

func scanLink(row pgx.Row) (store.Link, error) {
	var l store.Link
	var expires, used *int64
	if err := row.Scan(&l.Hash, &l.Kind, &l.Person, &l.Stream, &l.Ref, &expires, &used); err != nil {
		return store.Link{}, err
	}
	l.Expires, l.Used = fromMicros(expires), fromMicros(used)
	return l, nil
}

// Session returns a session's bytes. Meeting an expired one clears away all that have expired.
func (s *Store) Session(ctx context.Context, token string, now time.Time) ([]byte, error) {
	var data []byte
	var live bool
	key := sha256.Sum256([]byte(token))
	err := s.pool.QueryRow(ctx, "SELECT data, coalesce(expires > $1, false) FROM sessions WHERE token = $2", micros(now), key[:]).
		Scan(&data, &live)
	if err == nil && !live {
		_, err = s.pool.Exec(ctx, "DELETE FROM sessions WHERE coalesce(expires, 0) <= $1", micros(now))
		if err == nil {
			err = pgx.ErrNoRows
		}
	}
	if err != nil {
		return nil, explain("read session", err)
	}
	return data, nil
}

// PutSession keeps a session's bytes until it expires, in place of those before.
func (s *Store) PutSession(ctx context.Context, token string, data []byte, expires time.Time) error {
	key := sha256.Sum256([]byte(token))
	_, err := s.pool.Exec(ctx, `INSERT INTO sessions (token, data, expires) VALUES ($1, $2, $3)
		ON CONFLICT (token) DO UPDATE SET data = excluded.data, expires = excluded.expires`, key[:], data, micros(expires))
	return explain("keep session", err)
}

// DeleteSession forgets a session.
func (s *Store) DeleteSession(ctx context.Context, token string) error {
	key := sha256.Sum256([]byte(token))
	_, err := s.pool.Exec(ctx, "DELETE FROM sessions WHERE token = $1", key[:])
	return explain("forget session", err)
}
