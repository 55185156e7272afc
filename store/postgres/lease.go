package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

// Lease takes or renews a named lease. Whoever takes it from nobody or from another gets the next epoch.
func (s *Store) Lease(ctx context.Context, name, owner string, now, until time.Time) (uint64, bool, error) {
	if owner == "" {
		return 0, false, fmt.Errorf("lease %s: it needs an owner", name)
	}
	var epoch uint64
	err := s.pool.QueryRow(ctx, `INSERT INTO leases AS l (name, owner, until, epoch) VALUES ($1, $2, $4, 1)
		ON CONFLICT (name) DO UPDATE SET
			epoch = l.epoch + CASE WHEN l.owner <> $2 THEN 1 ELSE 0 END, owner = $2, until = $4
		WHERE l.owner = $2 OR coalesce(l.until, 0) <= $3
		RETURNING l.epoch`, name, owner, micros(now), micros(until)).Scan(&epoch)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, explain("lease "+name, err)
	}
	return epoch, true, nil
}

// Release gives a lease up.
func (s *Store) Release(ctx context.Context, name, owner string) error {
	_, err := s.pool.Exec(ctx, "UPDATE leases SET owner = '', until = NULL WHERE name = $1 AND owner = $2", name, owner)
	return explain("release "+name, err)
}

// putWatch stores a follower's state if the lease has not passed on. The lease stays as it is until the commit.
func putWatch(ctx context.Context, tx pgx.Tx, w store.Watch) error {
	var epoch uint64
	err := tx.QueryRow(ctx, "SELECT epoch FROM leases WHERE name = $1 FOR SHARE", w.Key).Scan(&epoch)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && epoch != w.Epoch {
		return store.ErrLost
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO watches (key, state) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET state = excluded.state`, w.Key, w.State)
	return err
}

// Watch returns the bytes last committed under a key.
func (s *Store) Watch(ctx context.Context, key string) ([]byte, error) {
	var state []byte
	err := s.pool.QueryRow(ctx, "SELECT state FROM watches WHERE key = $1", key).Scan(&state)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return state, explain("read watch "+key, err)
}

// Seen returns those of the marks that have been committed, with the stream each led to.
func (s *Store) Seen(ctx context.Context, marks []string) (map[string]string, error) {
	rows, err := s.pool.Query(ctx, "SELECT mark, stream FROM marks WHERE mark = ANY($1)", marks)
	seen := map[string]string{}
	_, err = collect(rows, err, func(row pgx.Row) (struct{}, error) {
		var mark, stream string
		err := row.Scan(&mark, &stream)
		seen[mark] = stream
		return struct{}{}, err
	})
	if err != nil {
		return nil, explain("look for marks", err)
	}
	return seen, nil
}
