package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"tocsin/store"
)

// Commit does everything in c in one transaction, or nothing.
func (s *Store) Commit(ctx context.Context, c store.Commit) error {
	if err := c.Check(); err != nil {
		return err
	}
	if err := s.write(ctx, "commit", func(tx *sql.Tx) error { return s.commit(ctx, tx, c) }); err != nil {
		return err
	}
	if len(c.DueNow()) > 0 {
		s.wakeWorkers()
	}
	if len(c.Redactions)+len(c.Forget)+len(c.Discard) > 0 {
		return s.emptyLog(ctx)
	}
	return nil
}

func (s *Store) commit(ctx context.Context, tx *sql.Tx, c store.Commit) error {
	for _, w := range c.Watch {
		if err := putWatch(ctx, tx, w); err != nil {
			return fmt.Errorf("watch %s: %w", w.Key, err)
		}
	}
	for mark, stream := range c.Marks {
		if _, err := tx.ExecContext(ctx, "INSERT INTO marks (mark, stream) VALUES (?, ?)", mark, stream); err != nil {
			return fmt.Errorf("mark %s: %w", mark, err)
		}
	}
	for _, a := range c.Appends {
		if err := appendTo(ctx, tx, a); err != nil {
			return fmt.Errorf("append to %s: %w", a.Stream, err)
		}
	}
	for _, l := range c.Links {
		if err := putLink(ctx, tx, l); err != nil {
			return fmt.Errorf("link: %w", err)
		}
	}
	for _, d := range c.Deliveries {
		if err := putDelivery(ctx, tx, d); err != nil {
			return fmt.Errorf("delivery %s: %w", d.ID, err)
		}
	}
	if err := changeFiles(ctx, tx, c); err != nil {
		return err
	}
	if err := redact(ctx, tx, c); err != nil {
		return err
	}
	return s.jobs.Insert(ctx, tx, c.DueNow())
}

// appendTo adds records to a stream whose version must be the expected one.
func appendTo(ctx context.Context, tx *sql.Tx, a store.Append) error {
	version, due := a.Expect+uint64(len(a.Records)), micros(a.DueAt)
	if a.Expect == 0 {
		_, err := tx.ExecContext(ctx, `INSERT INTO streams (stream, kind, protocol, version, due_at, open, summary, updated)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			a.Stream, a.Kind, a.Protocol, version, due, a.Open, a.Summary, micros(a.Records[len(a.Records)-1].At))
		if err != nil {
			return err
		}
	} else {
		var updated sql.NullInt64 // stays if nothing is added
		if n := len(a.Records); n > 0 {
			updated = micros(a.Records[n-1].At)
		}
		r, err := tx.ExecContext(ctx, `UPDATE streams SET taken = NULL, kind = ?, protocol = ?, version = ?, due_at = ?, open = ?,
			summary = ?, updated = coalesce(?, updated) WHERE stream = ? AND version = ?`,
			a.Kind, a.Protocol, version, due, a.Open, a.Summary, updated, a.Stream, a.Expect)
		if err := one(r, err, store.ErrConflict); err != nil {
			return err
		}
	}
	for _, r := range a.Records {
		_, err := tx.ExecContext(ctx, `INSERT INTO records (stream, seq, kind, at, hash, bytes, openings)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, r.Stream, r.Seq, r.Kind, micros(r.At), r.Hash[:], r.Bytes, blob(r.Openings))
		if err != nil {
			return err
		}
	}
	return nil
}

// one returns none if a statement changed no row.
func one(r sql.Result, err, none error) error {
	if err != nil {
		return err
	}
	n, err := r.RowsAffected()
	if err == nil && n == 0 {
		return none
	}
	return err
}

// blob stores empty bytes as NULL.
func blob(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}
