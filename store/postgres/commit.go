package postgres

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"tocsin/store"
)

// Commit does everything in c in one transaction, or nothing. Rows are touched in one order, so that two commits do not wait
// for each other in a circle.
func (s *Store) Commit(ctx context.Context, c store.Commit) error {
	if err := c.Check(); err != nil {
		return err
	}
	if joins(c) {
		return s.joint.commit(ctx, c, s.commitAll)
	}
	return s.commitAll(ctx, c)
}

// commitAll does everything in c in one transaction of its own.
func (s *Store) commitAll(ctx context.Context, c store.Commit) error {
	err := s.write(ctx, "commit", func(tx pgx.Tx) error { return s.commit(ctx, tx, c) })
	if err == nil {
		s.stored(c)
	}
	return err
}

func (s *Store) commit(ctx context.Context, tx pgx.Tx, c store.Commit) error {
	for _, w := range slices.SortedFunc(slices.Values(c.Watch), func(a, b store.Watch) int { return cmp.Compare(a.Key, b.Key) }) {
		if err := putWatch(ctx, tx, w); err != nil {
			return fmt.Errorf("watch %s: %w", w.Key, err)
		}
	}
	b := &pgx.Batch{} // in one go: a round trip for each would cost more than what they do
	putMarks(b, c.Marks)
	for _, a := range slices.SortedFunc(slices.Values(c.Appends), func(a, b store.Append) int { return cmp.Compare(a.Stream, b.Stream) }) {
		appendTo(b, a)
	}
	for _, l := range c.Links {
		b.Queue(insertLink, linkValues(l)...)
	}
	putDeliveries(b, c.Deliveries)
	if b.Len() > 0 {
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
	}
	if err := changeFiles(ctx, tx, c); err != nil {
		return err
	}
	if err := redact(ctx, tx, c); err != nil {
		return err
	}
	if err := s.jobs.Insert(ctx, tx, c.DueNow()); err != nil {
		return err
	}
	return count(ctx, tx, c.Appends)
}

func putMarks(b *pgx.Batch, marks map[string]string) {
	if len(marks) == 0 {
		return
	}
	names := slices.Sorted(maps.Keys(marks))
	streams := make([]string, len(names))
	for i, name := range names {
		streams[i] = marks[name]
	}
	b.Queue("INSERT INTO marks (mark, stream) SELECT * FROM unnest($1::text[], $2::text[])", names, streams)
}

// appendTo adds records to a stream whose version must be the expected one.
func appendTo(b *pgx.Batch, a store.Append) {
	version, due := a.Expect+uint64(len(a.Records)), micros(a.DueAt)
	if a.Expect == 0 {
		b.Queue(`INSERT INTO streams (stream, kind, protocol, version, due_at, open, summary, updated)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			a.Stream, a.Kind, a.Protocol, version, due, a.Open, a.Summary, micros(a.Records[len(a.Records)-1].At))
	} else {
		var updated *int64 // stays if nothing is added
		if n := len(a.Records); n > 0 {
			updated = micros(a.Records[n-1].At)
		}
		b.Queue(`UPDATE streams SET taken = NULL, kind = $1, protocol = $2, version = $3, due_at = $4, open = $5,
			summary = $6, updated = coalesce($7, updated) WHERE stream = $8 AND version = $9`,
			a.Kind, a.Protocol, version, due, a.Open, a.Summary, updated, a.Stream, a.Expect).Exec(func(r pgconn.CommandTag) error {
			if r.RowsAffected() == 0 {
				return fmt.Errorf("append to %s: %w", a.Stream, store.ErrConflict)
			}
			return nil
		})
	}
	for _, r := range a.Records {
		b.Queue("INSERT INTO records (stream, seq, kind, at, hash, bytes, openings) VALUES ($1, $2, $3, $4, $5, $6, $7)",
			r.Stream, r.Seq, r.Kind, micros(r.At), r.Hash[:], r.Bytes, blob(r.Openings))
	}
}

const shards = 32 // of the positions

// count adds what was appended to the position; last, because it makes others wait until the commit.
func count(ctx context.Context, tx pgx.Tx, appends []store.Append) error {
	records := 0
	for _, a := range appends {
		records += len(a.Records)
	}
	if records == 0 {
		return nil
	}
	h := fnv.New32a()
	h.Write([]byte(appends[0].Stream))
	_, err := tx.Exec(ctx, "UPDATE positions SET n = n + $1 WHERE shard = $2", records, h.Sum32()%shards)
	return err
}
