package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strings"
	"time"

	"tocsin/journal"
	"tocsin/store"
)

// Load returns the records of a stream with Seq > after, in order.
func (s *Store) Load(ctx context.Context, stream string, after uint64) ([]journal.Record, error) {
	return s.Window(ctx, stream, after, math.MaxInt)
}

// Window returns the first records of a stream with Seq > after, in order, at most limit.
func (s *Store) Window(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	rows, err := s.reader.QueryContext(ctx,
		"SELECT "+recordColumns+" FROM records WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?", stream, after, limit)
	records, err := collect(rows, err, scanRecord)
	return records, explain("load "+stream, err)
}

// Before returns records of a stream with Seq < before, the newest first, at most limit, of some kinds only if any are named.
func (s *Store) Before(ctx context.Context, stream string, before uint64, limit int, kinds ...string) ([]journal.Record, error) {
	query, args := "SELECT "+recordColumns+" FROM records WHERE stream = ?", []any{stream}
	if before > 0 {
		query, args = query+" AND seq < ?", append(args, before)
	}
	if len(kinds) > 0 {
		query += " AND kind IN (?" + strings.Repeat(", ?", len(kinds)-1) + ")"
		for _, kind := range kinds {
			args = append(args, kind)
		}
	}
	rows, err := s.reader.QueryContext(ctx, query+" ORDER BY seq DESC LIMIT ?", append(args, limit)...)
	records, err := collect(rows, err, scanRecord)
	return records, explain("load "+stream, err)
}

const recordColumns = "stream, seq, kind, at, hash, bytes, openings"

func scanRecord(row scanner) (journal.Record, error) {
	var r journal.Record
	var at sql.NullInt64
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
	h, err := scanHead(s.reader.QueryRowContext(ctx, "SELECT "+headColumns+" FROM streams WHERE stream = ?", stream))
	return h, explain("read head of "+stream, err)
}

// Heads lists streams of a kind, or of all, the one created last first.
func (s *Store) Heads(ctx context.Context, kind string, open bool) ([]store.Head, error) {
	query, args := "SELECT "+headColumns+" FROM streams WHERE open >= ?", []any{open}
	if kind != "" {
		query, args = query+" AND kind = ?", append(args, kind)
	}
	rows, err := s.reader.QueryContext(ctx, query+" ORDER BY n DESC", args...)
	heads, err := collect(rows, err, scanHead)
	return heads, explain("list streams", err)
}

// Due lists streams that must be looked at by now, earliest first.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) ([]store.Head, error) {
	rows, err := s.reader.QueryContext(ctx,
		"SELECT "+headColumns+" FROM streams WHERE due_at <= ? ORDER BY due_at, n LIMIT ?", micros(now), limit)
	heads, err := collect(rows, err, scanHead)
	return heads, explain("list due streams", err)
}

// Position is the number of the record stored last.
func (s *Store) Position(ctx context.Context) (uint64, error) {
	var n uint64
	err := s.reader.QueryRowContext(ctx, "SELECT coalesce(max(position), 0) FROM records").Scan(&n)
	return n, explain("read position", err)
}

// scanner is a row or the current one of several.
type scanner interface{ Scan(into ...any) error }

func scanHead(row scanner) (store.Head, error) {
	var h store.Head
	var due, updated sql.NullInt64
	if err := row.Scan(&h.Stream, &h.Kind, &h.Protocol, &h.Version, &due, &h.Open, &h.Summary, &updated); err != nil {
		return store.Head{}, err
	}
	h.DueAt, h.Updated = fromMicros(due), fromMicros(updated)
	return h, nil
}

// collect reads all rows of a query.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// listenEvery is how often it is looked whether something was stored.
const listenEvery = 100 * time.Millisecond

// Listen calls heard when records were stored. What it looks at is a counter in shared memory that SQLite changes with each commit
// of another connection, also of another process.
func (s *Store) Listen(ctx context.Context, heard func()) error {
	err := s.listen(ctx, heard)
	if ctx.Err() != nil {
		return nil
	}
	return explain("listen to other processes", err)
}

func (s *Store) listen(ctx context.Context, heard func()) error {
	conn, err := s.reader.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tick := time.NewTicker(listenEvery)
	defer tick.Stop()
	seen := int64(-1)
	for {
		var version int64
		if err := conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version); err != nil {
			return err
		}
		if version != seen {
			seen = version
			heard()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
