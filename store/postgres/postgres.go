// Package postgres owns the store's contract on PostgreSQL, for teams that run several nodes: the same rows as on SQLite, and
// River in the same database, so that a job is inserted in the transaction of the rows it is for.
package postgres

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tocsin/fault"
	"tocsin/store"
	"tocsin/store/job"
)

// Options say where the database is.
type Options struct {
	URL    string       // postgres://user:password@host:port/database, with the parameters that libpq knows; a secret
	Logger *slog.Logger // for what River and the workers have to say; nothing is logged if nil
}

// Store is a PostgreSQL database.
type Store struct {
	pool *pgxpool.Pool
	jobs *job.Inserter[pgx.Tx]
	log  *slog.Logger

	herald *herald // tells nodes
	waker  *herald // tells workers
	joint  *joint
}

var _ store.Store = (*Store)(nil)

const (
	connections    = 16               // where the URL does not say
	connectTimeout = 5 * time.Second  // where the URL does not say
	idleFor        = 5 * time.Minute  // until a connection that is not used is closed
	checkEvery     = 15 * time.Second // whether idle connections still stand
)

// Open opens the database and brings it to this release's form. The error is a fault: Invalid if the URL cannot be read or
// the database belongs to a newer release, Unavailable if it cannot be used right now.
func Open(ctx context.Context, o Options) (*Store, error) {
	c, err := pgxpool.ParseConfig(o.URL)
	if err != nil { // which would show the URL
		return nil, fault.New(fault.Invalid, "The address of the PostgreSQL database cannot be read.").
			Instead("Write it as postgres://user:password@host:port/database.")
	}
	if c.MaxConns = max(c.MaxConns, connections); c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = connectTimeout
	}
	c.MaxConnIdleTime, c.HealthCheckPeriod = idleFor, checkEvery
	if _, set := c.ConnConfig.RuntimeParams["application_name"]; !set {
		c.ConnConfig.RuntimeParams["application_name"] = "tocsin"
	}
	s := &Store{log: o.Logger, joint: newJoint()}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.pool, err = pgxpool.NewWithConfig(ctx, c); err != nil {
		return nil, explain("open database", err)
	}
	s.herald, s.waker = newHerald(tellEvery, s.tell), newHerald(announceEvery, s.announce)
	if err := s.open(ctx); err != nil {
		s.pool.Close()
		return nil, explain("open database", err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if err := migrate(ctx, s.pool, job.Warnings(s.log)); err != nil {
		return err
	}
	var err error
	s.jobs, err = job.NewInserter(silent{riverpgxv5.New(s.pool)}, s.log)
	return err
}

// Close closes the database. Work must have returned.
func (s *Store) Close() error {
	s.herald.close()
	s.waker.close()
	s.pool.Close()
	return nil
}

// write runs f in a transaction.
func (s *Store) write(ctx context.Context, doing string, f func(tx pgx.Tx) error) error {
	return explain(doing, pgx.BeginFunc(ctx, s.pool, f))
}

// one returns none if a statement changed no row.
func one(rows int64, err, none error) error {
	if err == nil && rows == 0 {
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

// collect reads all rows of a query.
func collect[T any](rows pgx.Rows, err error, scan func(pgx.Row) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	return pgx.AppendRows([]T(nil), rows, func(row pgx.CollectableRow) (T, error) { return scan(row) })
}

// micros is how a time is stored: microseconds since 1970, NULL for the zero time.
func micros(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	n := t.UnixMicro()
	return &n
}

// fromMicros reads a stored time.
func fromMicros(n *int64) time.Time {
	if n == nil {
		return time.Time{}
	}
	return time.UnixMicro(*n).UTC()
}
