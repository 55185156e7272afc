package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"tocsin/store"
)

// Snapshot returns what was last kept of a stream.
func (s *Store) Snapshot(ctx context.Context, stream string) (store.Snapshot, error) {
	n := store.Snapshot{Stream: stream}
	err := s.reader.QueryRowContext(ctx, "SELECT version, bytes FROM snapshots WHERE stream = ? AND bytes IS NOT NULL", stream).
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
	_, err := s.writer.ExecContext(ctx, `INSERT INTO snapshots (stream, version, bytes) VALUES (?, ?, ?)
		ON CONFLICT (stream) DO UPDATE SET version = excluded.version, bytes = excluded.bytes WHERE version <= excluded.version`,
		n.Stream, n.Version, append([]byte{}, n.Bytes...))
	return explain(doing, err)
}

// redact removes the texts that a commit redacts, and whatever else holds them.
func redact(ctx context.Context, tx *sql.Tx, c store.Commit) error {
	for _, r := range c.Redactions {
		res, err := tx.ExecContext(ctx, "UPDATE records SET openings = ? WHERE stream = ? AND seq = ?", blob(r.Openings), r.Stream, r.Seq)
		if err := one(res, err, store.ErrNotFound); err != nil {
			return fmt.Errorf("redact record %d of %s: %w", r.Seq, r.Stream, err)
		}
	}
	for _, stream := range c.Redacted() {
		_, err := tx.ExecContext(ctx, `INSERT INTO snapshots (stream, version, bytes) SELECT stream, version, NULL FROM streams WHERE stream = ?
			ON CONFLICT (stream) DO UPDATE SET version = excluded.version, bytes = NULL`, stream)
		if err != nil {
			return fmt.Errorf("remove snapshot of %s: %w", stream, err)
		}
	}
	for _, id := range c.Forget {
		_, err := tx.ExecContext(ctx, `UPDATE deliveries SET payload = NULL, outcome = NULL
			WHERE id = ? AND state NOT IN ('queued', 'sending')`, id)
		if err != nil {
			return fmt.Errorf("forget delivery %s: %w", id, err)
		}
	}
	return nil
}

// emptyLog empties the write-ahead log, where what was redacted still stands. Readers at work may keep a part of it; it is
// overwritten when they are done.
func (s *Store) emptyLog(ctx context.Context) error {
	_, err := s.writer.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return explain("empty the log of the database", err)
}
