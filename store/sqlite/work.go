package sqlite

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"tocsin/store"
)

const (
	// fetchCooldown bounds how soon River looks for jobs again; it limits throughput, not the first pick-up.
	fetchCooldown = 5 * time.Millisecond
	// fetchPoll is how often River looks without being woken: for jobs that it rescued itself.
	fetchPoll = time.Second
	// stopGrace is how long handlers may finish what they do before their context ends.
	stopGrace = 5 * time.Second
	// rescueAfter is when River runs a job again that was running when its process died. The sweep is much faster; this
	// only keeps the job table tidy.
	rescueAfter = 30 * time.Second
	// keepJobs is how long a job stays after it has ended. Deliveries are the record, jobs only wake.
	keepJobs = time.Minute
)

// deliveryJob wakes a worker for one delivery.
type deliveryJob struct {
	ID string `json:"id"`
}

// Kind names the job in River's table.
func (deliveryJob) Kind() string { return "delivery" }

// insertJobs inserts a job for each delivery in the transaction that stores them.
func (s *Store) insertJobs(ctx context.Context, tx *sql.Tx, deliveries []store.Delivery) error {
	if len(deliveries) == 0 {
		return nil
	}
	jobs := make([]river.InsertManyParams, len(deliveries))
	for i, d := range deliveries {
		jobs[i].Args = deliveryJob{ID: d.ID}
	}
	_, err := s.jobs.InsertManyFastTx(ctx, tx, jobs)
	return err
}

// Work runs handle for each delivery that is due when it is committed, by this process or another, until ctx ends. Then
// handlers have a few seconds to finish before their context ends too.
func (s *Store) Work(ctx context.Context, workers int, handle func(ctx context.Context, id string) error) error {
	registry := river.NewWorkers()
	work := func(ctx context.Context, job *river.Job[deliveryJob]) error {
		if err := handle(ctx, job.Args.ID); err != nil {
			s.log.LogAttrs(ctx, slog.LevelError, "delivery left to the sweep",
				slog.String("delivery", job.Args.ID), slog.Any("err", err))
		}
		return nil
	}
	if err := river.AddWorkerSafely(registry, river.WorkFunc(work)); err != nil {
		return explain("work deliveries", err)
	}
	client, err := river.NewClient(s.driver(), &river.Config{
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		Workers:                     registry,
		Logger:                      s.riverLog(),
		FetchCooldown:               fetchCooldown,
		FetchPollInterval:           fetchPoll,
		SoftStopTimeout:             stopGrace,
		JobTimeout:                  -1, // a delivery has its lease
		RescueStuckJobsAfter:        rescueAfter,
		CompletedJobRetentionPeriod: keepJobs,
		CancelledJobRetentionPeriod: keepJobs,
		DiscardedJobRetentionPeriod: keepJobs,
		ReindexerIndexNames:         []string{}, // SQLite's indexes do not bloat
	})
	if err != nil {
		return explain("work deliveries", err)
	}
	if ctx.Err() != nil {
		return nil
	}
	if err := client.Start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return explain("work deliveries", err)
	}
	<-client.Stopped()
	return nil
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

// riverLog passes on what River finds worth a warning.
func (s *Store) riverLog() *slog.Logger { return slog.New(warnings{s.log.Handler()}) }

// warnings is a handler that drops what is less than a warning.
type warnings struct{ slog.Handler }

func (h warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}

func (h warnings) WithAttrs(a []slog.Attr) slog.Handler { return warnings{h.Handler.WithAttrs(a)} }

func (h warnings) WithGroup(name string) slog.Handler { return warnings{h.Handler.WithGroup(name)} }
