package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

// Snapshot returns what was last kept of a stream.
func (s *Store) Snapshot(ctx context.Context, stream string) (store.Snapshot, error) {
	n := store.Snapshot{Stream: stream}
	err := s.pool.QueryRow(ctx, "SELECT version, bytes FROM snapshots WHERE stream = $1 AND bytes IS NOT NULL", stream).
		Scan(&n.Version, &n.Bytes)
	if err != nil {
		return store.Snapshot{}, explain("read snapshot of "+stream, err)
	}
	return n, nil
}

// PutSnapshot keeps a snapshot unless it is older than what is kept, or than a redaction.
func (s *Store) PutSnapshot(ctx context.Context, n store.Snapshot) error {
	doing := "keep snapshot of " + n.Stream
	if _, err := s.Head(ctx, n.Stream); err != nil {
		return explain(doing, err)
	}
	_, err := s.pool.Exec(ctx, `INSERT INTO snapshots (stream, version, bytes) VALUES ($1, $2, $3)
		ON CONFLICT (stream) DO UPDATE SET version = excluded.version, bytes = excluded.bytes WHERE snapshots.version <= excluded.version`,
		n.Stream, n.Version, append([]byte{}, n.Bytes...))
	return explain(doing, err)
}

// redact removes the texts that a commit redacts, and whatever else holds them. The database's own files keep what was replaced
// until they are vacuumed and its log is recycled; backups keep it for as long as they are kept.
func redact(ctx context.Context, tx pgx.Tx, c store.Commit) error {
	ordered := slices.SortedFunc(slices.Values(c.Redactions), func(a, b store.Redaction) int {
		return cmp.Or(cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Seq, b.Seq))
	})
	for _, r := range ordered {
		tag, err := tx.Exec(ctx, "UPDATE records SET openings = $1 WHERE stream = $2 AND seq = $3", blob(r.Openings), r.Stream, r.Seq)
		if err := one(tag.RowsAffected(), err, store.ErrNotFound); err != nil {
			return fmt.Errorf("redact record %d of %s: %w", r.Seq, r.Stream, err)
		}
	}
	for _, stream := range slices.Sorted(slices.Values(c.Redacted())) {
		_, err := tx.Exec(ctx, `INSERT INTO snapshots (stream, version, bytes) SELECT stream, version, NULL FROM streams WHERE stream = $1
			ON CONFLICT (stream) DO UPDATE SET version = excluded.version, bytes = NULL`, stream)
		if err != nil {
			return fmt.Errorf("remove snapshot of %s: %w", stream, err)
		}
	}
	if len(c.Forget) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE deliveries SET payload = NULL, outcome = NULL
		WHERE id = ANY($1) AND state NOT IN ('queued', 'sending')`, c.Forget)
	if err != nil {
		return fmt.Errorf("forget deliveries: %w", err)
	}
	return nil
}
