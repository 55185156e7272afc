package postgres

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tocsin/store/job"
)

// silent is River's driver without a notification in each transaction that inserts jobs: PostgreSQL lets one transaction with a
// notification commit at a time. Workers are told after the commit; if that fails, they look within a second.
type silent struct{ *riverpgxv5.Driver }

var _ riverdriver.Driver[pgx.Tx] = silent{}

// SupportsListenNotify is false: River notifies nobody.
func (silent) SupportsListenNotify() bool { return false }

// announceEvery is how long a node waits at least until it tells workers again of deliveries that are due.
const announceEvery = 5 * time.Millisecond

// announce tells the workers of all nodes that there are deliveries that are due.
func (s *Store) announce() {
	ctx, cancel := context.WithTimeout(context.Background(), tellFor)
	defer cancel()
	if err := job.Announce(ctx, riverpgxv5.New(s.pool)); err != nil {
		s.log.LogAttrs(ctx, slog.LevelDebug, "workers were not told; they look by themselves", slog.Any("err", err))
	}
}

// Work runs handle for each delivery that is due when it is committed, by this process or another, until ctx ends.
func (s *Store) Work(ctx context.Context, workers int, handle func(ctx context.Context, id string) error) error {
	return explain("work deliveries", job.Work(ctx, riverpgxv5.New(s.pool), s.log, workers, nil, handle))
}
