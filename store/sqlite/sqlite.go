// Package sqlite owns the embedded database: the store's contract on SQLite, and River on the same file, so that a job is
// inserted in the transaction of the rows it is for.
//
// One connection writes, several read. Within the process writers queue for that connection in Go, where waiting costs
// nothing; only another process can make SQLite itself say that it is busy, and then it is waited for.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"tocsin/store"
	"tocsin/store/job"
)

// readers is how many connections read at the same time.
const readers = 8

// Options say where the database is.
type Options struct {
	Path   string       // of the file; it and its folder are made if they are not there
	Logger *slog.Logger // for what River and the workers have to say; nothing is logged if nil
}

// Store is a database in one SQLite file.
type Store struct {
	writer *sql.DB // one connection, shared with River
	reader *sql.DB
	jobs   *job.Inserter[*sql.Tx]
	log    *slog.Logger

	mu   sync.Mutex
	wake chan struct{} // closed and replaced when a delivery that is due was committed
}

var _ store.Store = (*Store)(nil)

// Open opens the database, makes it if there is none, and brings it to this release's form. The error is a fault: Invalid
// if the file is not a database of ours or belongs to a newer release, Unavailable if it cannot be used right now.
func Open(ctx context.Context, o Options) (*Store, error) {
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := createFile(path); err != nil {
		return nil, fmt.Errorf("open database: %w", explainFile(path, err))
	}
	s := &Store{log: o.Logger, wake: make(chan struct{})}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.open(ctx, path); err != nil {
		s.Close()
		return nil, explain("open database", err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, path string) error {
	var err error
	if s.writer, err = sql.Open("sqlite", dsn(path, "immediate",
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		// What redaction removes must not be left in free pages.
		"secure_delete(1)")); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	if s.reader, err = sql.Open("sqlite", dsn(path, "deferred", "busy_timeout(10000)", "query_only(1)")); err != nil {
		return err
	}
	s.reader.SetMaxOpenConns(readers)
	s.reader.SetMaxIdleConns(readers)
	if err := s.connect(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, s.writer, job.Warnings(s.log)); err != nil {
		return err
	}
	s.jobs, err = job.NewInserter[*sql.Tx](s.driver(), s.log)
	return err
}

// connect makes the writer's connection. While another process turns a new file into one with a write-ahead log, SQLite says
// that the file is busy at once, whatever time it was given to wait; so it is waited for here.
func (s *Store) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, busyFor)
	defer cancel()
	for {
		err := s.writer.PingContext(ctx)
		var e *sqlite.Error
		if !errors.As(err, &e) || e.Code()&0xff != sqlite3.SQLITE_BUSY {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(busyPause):
		}
	}
}

// How long another process that holds the file is waited for, and how often it is looked at.
const (
	busyFor   = 10 * time.Second
	busyPause = 20 * time.Millisecond
)

// Close closes the database. Work must have returned.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.reader, s.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// write runs f in a transaction that holds the write lock from its start.
func (s *Store) write(ctx context.Context, doing string, f func(tx *sql.Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return explain(doing, err)
	}
	defer tx.Rollback() // does nothing after a commit
	if err := f(tx); err != nil {
		return explain(doing, err)
	}
	return explain(doing, tx.Commit())
}

// createFile makes the file, readable by its owner only; SQLite gives the same rights to the files it puts beside it.
func createFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// dsn names the file with settings that every connection of the pool gets.
func dsn(path, lock string, pragmas ...string) string {
	u := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"_pragma": pragmas, "_txlock": {lock}}.Encode()}
	return u.String()
}
