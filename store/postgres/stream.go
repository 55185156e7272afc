package postgres

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/journal"
	"tocsin/store"
)

// Load returns the records of a stream with Seq > after, in order.
func (s *Store) Load(ctx context.Context, stream string, after uint64) ([]journal.Record, error) {
	return s.Window(ctx, stream, after, math.MaxInt32)
}

// Window returns the first records of a stream with Seq > after, in order, at most limit.
func (s *Store) Window(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	rows, err := s.pool.Query(ctx,
		"SELECT "+recordColumns+" FROM records WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3", stream, after, limit)
	records, err := collect(rows, err, scanRecord)
	return records, explain("load "+stream, err)
}

// Before returns records of a stream with Seq < before, the newest first, at most limit, of some kinds only if any are named.
func (s *Store) Before(ctx context.Context, stream string, before uint64, limit int, kinds ...string) ([]journal.Record, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	query, args := "SELECT "+recordColumns+" FROM records WHERE stream = $1 AND seq < $2", []any{stream, before, limit}
	if len(kinds) > 0 {
		query, args = query+" AND kind = ANY($4)", append(args, kinds)
	}
	rows, err := s.pool.Query(ctx, query+" ORDER BY seq DESC LIMIT $3", args...)
	records, err := collect(rows, err, scanRecord)
	return records, explain("load "+stream, err)
}

const recordColumns = "stream, seq, kind, at, hash, bytes, openings"

func scanRecord(row pgx.Row) (journal.Record, error) {
	var r journal.Record
	var at *int64
	var hash []byte
	if err := row.Scan(&r.Stream, &r.Seq, &r.Kind, &at, &hash, &r.Bytes, &r.Openings); err != nil {
		return r, err
	}
	r.At = fromMicros(at)
	if copy(r.Hash[:], hash) != len(r.Hash) {
		return r, fmt.Errorf("record %d has a hash of %d bytes", r.Seq, len(hash))
	}
	return r, nil
}

const headColumns = "stream, kind, protocol, version, due_at, open, summary, updated"

// Head returns one stream's head.
func (s *Store) Head(ctx context.Context, stream string) (store.Head, error) {
	h, err := scanHead(s.pool.QueryRow(ctx, "SELECT "+headColumns+" FROM streams WHERE stream = $1", stream))
	return h, explain("read head of "+stream, err)
}

// Heads lists streams of a kind, or of all, the one created last first.
func (s *Store) Heads(ctx context.Context, kind string, open bool) ([]store.Head, error) {
	query, args := "SELECT "+headColumns+" FROM streams WHERE (open OR NOT $1)", []any{open}
	if kind != "" {
		query, args = query+" AND kind = $2", append(args, kind)
	}
	rows, err := s.pool.Query(ctx, query+" ORDER BY n DESC", args...)
	heads, err := collect(rows, err, scanHead)
	return heads, explain("list streams", err)
}

// Due lists streams that must be looked at by now, earliest first.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) ([]store.Head, error) {
	rows, err := s.pool.Query(ctx,
		"SELECT "+headColumns+" FROM streams WHERE due_at <= $1 ORDER BY due_at, n LIMIT $2", micros(now), limit)
	heads, err := collect(rows, err, scanHead)
	return heads, explain("list due streams", err)
}

// Position is how many records are stored.
func (s *Store) Position(ctx context.Context) (uint64, error) {
	var n uint64
	err := s.pool.QueryRow(ctx, "SELECT sum(n)::bigint FROM positions").Scan(&n)
	return n, explain("read position", err)
}

func scanHead(row pgx.Row) (store.Head, error) {
	var h store.Head
	var due, updated *int64
	if err := row.Scan(&h.Stream, &h.Kind, &h.Protocol, &h.Version, &due, &h.Open, &h.Summary, &updated); err != nil {
		return store.Head{}, err
	}
	h.DueAt, h.Updated = fromMicros(due), fromMicros(updated)
	return h, nil
}
