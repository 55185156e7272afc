package sqlite

import (
	"context"
	"database/sql"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"tocsin/store/job"
)

// Work runs handle for each delivery that is due when it is committed, by this process or another, until ctx ends.
func (s *Store) Work(ctx context.Context, workers int, handle func(ctx context.Context, id string) error) error {
	bloated := []string{} // SQLite's indexes do not
	return explain("work deliveries", job.Work(ctx, s.driver(), s.log, workers, bloated, handle))
}

// wakeWorkers tells the listeners of this process that there is work.
func (s *Store) wakeWorkers() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.wake)
	s.wake = make(chan struct{})
}

// woken returns a channel that is closed the next time there is work.
func (s *Store) woken() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wake
}

// driver is River's driver for SQLite with our listener in place of its own, which reads a table of notifications every
// 50 ms and has every insert write to it.
type driver struct {
	*riversqlite.Driver
	store *Store
}

var _ riverdriver.Driver[*sql.Tx] = driver{}

func (s *Store) driver() driver { return driver{riversqlite.New(s.writer), s} }

// SupportsListenNotify is false: nothing is written to the table of notifications.
func (driver) SupportsListenNotify() bool { return false }

// GetListener returns our listener.
func (d driver) GetListener(p *riverdriver.GetListenenerParams) riverdriver.Listener {
	return &listener{store: d.store, schema: p.Schema}
}
