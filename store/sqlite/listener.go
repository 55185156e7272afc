package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/riverqueue/river/riverdriver"
)

// lookAbroad is how often the listener looks whether another process has committed.
const lookAbroad = 25 * time.Millisecond

// insertTopic and insertPayload are River's words for "there are new jobs in the default queue".
const (
	insertTopic   = "river_insert"
	insertPayload = `{"queue":"default"}`
)

// listener tells River that there are jobs: at once when this process committed some, and within lookAbroad when another
// one did. The latter costs a counter in shared memory that SQLite changes with each commit of another connection; only
// when it changed is a table looked at.
type listener struct {
	store  *Store
	schema string

	wake    <-chan struct{} // closed by the next commit of this process; kept between waits, so that none is missed
	conn    *sql.Conn
	version int64 // of the data, as the connection saw it last
	newest  int64 // delivery
}

// Connect takes a connection for looking abroad.
func (l *listener) Connect(ctx context.Context) error {
	conn, err := l.store.reader.Conn(ctx)
	if err != nil {
		return err
	}
	l.conn, l.wake = conn, l.store.woken()
	if _, err := l.changed(ctx); err != nil {
		return errors.Join(err, l.Close(ctx))
	}
	return nil
}

// Close gives the connection back.
func (l *listener) Close(context.Context) error {
	if l.conn == nil {
		return nil
	}
	err := l.conn.Close()
	l.conn = nil
	return err
}

// WaitForNotification returns when there may be new jobs.
func (l *listener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	jobs := &riverdriver.Notification{Topic: insertTopic, Payload: insertPayload}
	tick := time.NewTicker(lookAbroad)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-l.wake:
			l.wake = l.store.woken()
			return jobs, nil
		case <-tick.C:
			if more, err := l.changed(ctx); err != nil || more {
				return jobs, err
			}
		}
	}
}

// changed tells whether deliveries have been added since it was last asked.
func (l *listener) changed(ctx context.Context) (bool, error) {
	var version, newest int64
	if err := l.conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version); err != nil {
		return false, err
	}
	if version == l.version {
		return false, nil
	}
	if err := l.conn.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) FROM deliveries").Scan(&newest); err != nil {
		return false, err
	}
	more := newest > l.newest
	l.version, l.newest = version, newest
	return more, nil
}

// Listen is for topics; all that is ever announced here is the insertion of jobs.
func (l *listener) Listen(context.Context, string) error { return nil }

// Unlisten undoes Listen.
func (l *listener) Unlisten(context.Context, string) error { return nil }

// Ping checks the connection.
func (l *listener) Ping(ctx context.Context) error { return l.conn.PingContext(ctx) }

// Schema is the schema that River was configured with.
func (l *listener) Schema() string { return l.schema }

// SetAfterConnectExec is for River's own tests.
func (l *listener) SetAfterConnectExec(string) {}
