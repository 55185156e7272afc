package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"tocsin/store"
)

// Take lists streams that must be looked at by now and that nobody has taken, earliest first, and takes them. Nothing is written
// when there are none, which is most of the time.
func (s *Store) Take(ctx context.Context, now, until time.Time, limit int) ([]store.Head, error) {
	const free = "due_at <= ?1 AND (coalesce(taken, 0) <= ?1 OR taken > ?2)"
	var due bool
	at, wrong := micros(now), micros(until.Add(store.Skew))
	if err := s.reader.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM streams WHERE "+free+")", at, wrong).Scan(&due); err != nil || !due {
		return nil, explain("look for due streams", err)
	}
	var heads []store.Head
	err := s.write(ctx, "take due streams", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `UPDATE streams SET taken = ?3 WHERE n IN (
			SELECT n FROM streams WHERE `+free+` ORDER BY due_at, n LIMIT ?4
		) RETURNING `+headColumns, at, wrong, micros(until), limit)
		heads, err = collect(rows, err, scanHead)
		return err
	})
	slices.SortStableFunc(heads, func(a, b store.Head) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.Stream, b.Stream))
	})
	return heads, err
}
