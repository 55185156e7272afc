package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

// Pending lists deliveries that wait for a time, oldest first.
func (s *Store) Pending(ctx context.Context, limit int) ([]store.Hold, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, owner, epoch, CASE state WHEN 'sending' THEN lease ELSE not_before END FROM deliveries
		WHERE state IN ('queued', 'sending') AND (state = 'sending' OR not_before IS NOT NULL) ORDER BY n LIMIT $1`, limit)
	holds, err := collect(rows, err, scanHold)
	return holds, explain("list deliveries that wait", err)
}

// Leases lists who holds which named leases.
func (s *Store) Leases(ctx context.Context) ([]store.Hold, error) {
	rows, err := s.pool.Query(ctx, `SELECT name, owner, epoch, until FROM leases WHERE owner <> '' ORDER BY name COLLATE "C"`)
	holds, err := collect(rows, err, scanHold)
	return holds, explain("list leases", err)
}

func scanHold(row pgx.Row) (store.Hold, error) {
	var h store.Hold
	var until *int64
	err := row.Scan(&h.Name, &h.Owner, &h.Epoch, &until)
	h.Until = fromMicros(until)
	return h, err
}

// Ahead lists streams that will be due and whose last record is of after now.
func (s *Store) Ahead(ctx context.Context, now time.Time, limit int) ([]store.Head, error) {
	rows, err := s.pool.Query(ctx,
		"SELECT "+headColumns+" FROM streams WHERE due_at > $1 AND updated > $1 ORDER BY due_at, n LIMIT $2", micros(now), limit)
	heads, err := collect(rows, err, scanHead)
	return heads, explain("list streams that are ahead", err)
}
