package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tocsin/store"
)

// Take lists streams that must be looked at by now and that nobody has taken, earliest first, and takes them. What another node
// is taking or writing at this moment is passed by, not waited for.
func (s *Store) Take(ctx context.Context, now, until time.Time, limit int) ([]store.Head, error) {
	rows, err := s.pool.Query(ctx, `UPDATE streams SET taken = $2 WHERE n IN (
		SELECT n FROM streams WHERE due_at <= $1 AND (coalesce(taken, 0) <= $1 OR taken > $4) ORDER BY due_at, n LIMIT $3 FOR UPDATE SKIP LOCKED
	) RETURNING `+headColumns, micros(now), micros(until), limit, micros(until.Add(store.Skew)))
	heads, err := collect(rows, err, scanHead)
	slices.SortStableFunc(heads, func(a, b store.Head) int {
		return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.Stream, b.Stream))
	})
	return heads, explain("take due streams", err)
}
