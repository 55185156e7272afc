package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tocsin/store"
)

// Lease takes or renews a named lease. Whoever takes it from nobody or from another gets the next epoch.
func (s *Store) Lease(ctx context.Context, name, owner string, now, until time.Time) (uint64, bool, error) {
	if owner == "" {
		return 0, false, fmt.Errorf("lease %s: it needs an owner", name)
	}
	var epoch uint64
	err := s.writer.QueryRowContext(ctx, `INSERT INTO leases (name, owner, until, epoch) VALUES (?1, ?2, ?4, 1)
		ON CONFLICT (name) DO UPDATE SET
			epoch = epoch + (owner <> ?2), owner = ?2, until = ?4
		WHERE owner = ?2 OR coalesce(until, 0) <= ?3
		RETURNING epoch`, name, owner, micros(now), micros(until)).Scan(&epoch)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, explain("lease "+name, err)
	}
	return epoch, true, nil
}

// Release gives a lease up.
func (s *Store) Release(ctx context.Context, name, owner string) error {
	_, err := s.writer.ExecContext(ctx, "UPDATE leases SET owner = '', until = NULL WHERE name = ? AND owner = ?", name, owner)
	return explain("release "+name, err)
}

// putWatch stores a follower's state if the lease has not passed on.
func putWatch(ctx context.Context, tx *sql.Tx, w store.Watch) error {
	var epoch uint64
	err := tx.QueryRowContext(ctx, "SELECT epoch FROM leases WHERE name = ?", w.Key).Scan(&epoch)
	if errors.Is(err, sql.ErrNoRows) || err == nil && epoch != w.Epoch {
		return store.ErrLost
	}
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO watches (key, state) VALUES (?, ?)
		ON CONFLICT (key) DO UPDATE SET state = excluded.state`, w.Key, w.State)
	return err
}

// Watch returns the bytes last committed under a key.
func (s *Store) Watch(ctx context.Context, key string) ([]byte, error) {
	var state []byte
	err := s.reader.QueryRowContext(ctx, "SELECT state FROM watches WHERE key = ?", key).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return state, explain("read watch "+key, err)
}

// Seen returns those of the marks that have been committed, with the stream each led to.
func (s *Store) Seen(ctx context.Context, marks []string) (map[string]string, error) {
	list, err := json.Marshal(marks)
	if err != nil {
		return nil, fmt.Errorf("look for marks: %w", err)
	}
	rows, err := s.reader.QueryContext(ctx,
		"SELECT mark, stream FROM marks WHERE mark IN (SELECT value FROM json_each(?))", string(list))
	seen := map[string]string{}
	_, err = collect(rows, err, func(row scanner) (struct{}, error) {
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
