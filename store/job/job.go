// Package job owns how the databases wake workers: a job of River for each delivery, inserted in the transaction of the
// delivery's row. Jobs only wake; deliveries are the record.
package job

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"

	"tocsin/store"
)

const (
	// fetchCooldown bounds how soon River looks for jobs again, and how often inserting some is announced; it limits
	// throughput, not the first pick-up.
	fetchCooldown = 5 * time.Millisecond
	// fetchPoll is how often River looks without being woken: for jobs that it rescued itself.
	fetchPoll = time.Second
	// stopGrace is how long handlers may finish what they do before their context ends.
	stopGrace = 5 * time.Second
	// startPatience is how long River may take to start. Where the database does not answer for a few seconds while it does, its
	// part that listens waits for ever for somebody who has gone, and so does whoever stops it.
	startPatience = 30 * time.Second
	startAttempts = 3
	// stopPatience is how long it may take to stop, for the same reason.
	stopPatience = 3 * stopGrace
	// rescueAfter is when River runs a job again that was running when its process died. The sweep is much faster; this
	// only keeps the job table tidy.
	rescueAfter = 30 * time.Second
	// keepJobs is how long a job stays after it has ended.
	keepJobs = time.Minute
)

// delivery wakes a worker for one delivery.
type delivery struct {
	ID string `json:"id"`
}

// Kind names the job in River's table.
func (delivery) Kind() string { return "delivery" }

// Inserter inserts jobs in transactions of one kind of database.
type Inserter[Tx any] struct{ client *river.Client[Tx] }

// NewInserter returns an inserter over a driver.
func NewInserter[Tx any](d riverdriver.Driver[Tx], log *slog.Logger) (*Inserter[Tx], error) {
	client, err := river.NewClient(d, &river.Config{Logger: Warnings(log), FetchCooldown: fetchCooldown})
	return &Inserter[Tx]{client}, err
}

// Insert inserts a job for each delivery in the transaction that stores them.
func (i *Inserter[Tx]) Insert(ctx context.Context, tx Tx, deliveries []store.Delivery) error {
	if len(deliveries) == 0 {
		return nil
	}
	jobs := make([]river.InsertManyParams, len(deliveries))
	for n, d := range deliveries {
		jobs[n].Args = delivery{ID: d.ID}
	}
	_, err := i.client.InsertManyFastTx(ctx, tx, jobs)
	return err
}

// Announce wakes the workers of all processes that listen, for jobs that were inserted without a word.
func Announce[Tx any](ctx context.Context, d riverdriver.Driver[Tx]) error {
	return d.GetExecutor().NotifyMany(ctx, &riverdriver.NotifyManyParams{Topic: insertTopic, Payload: []string{insertPayload}})
}

// River's words for "there are new jobs in the default queue".
const (
	insertTopic   = "river_insert"
	insertPayload = `{"queue":"default"}`
)

// Work runs handle for each delivery that is due when it is committed, by this process or another, until ctx ends. Then
// handlers have a few seconds to finish before their context ends too. reindex names the indexes that River rebuilds now and
// then; nil are its own.
func Work[Tx any](ctx context.Context, d riverdriver.Driver[Tx], log *slog.Logger, workers int, reindex []string, handle func(ctx context.Context, id string) error) error {
	registry := river.NewWorkers()
	work := func(ctx context.Context, job *river.Job[delivery]) error {
		if err := handle(ctx, job.Args.ID); err != nil {
			log.LogAttrs(ctx, slog.LevelError, "delivery left to the sweep", slog.String("delivery", job.Args.ID), slog.Any("err", err))
		}
		return nil
	}
	if err := river.AddWorkerSafely(registry, river.WorkFunc(work)); err != nil {
		return fmt.Errorf("work: %w", err)
	}
	for attempt := 1; ; attempt++ {
		client, err := river.NewClient(d, &river.Config{
			Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
			Workers:                     registry,
			Logger:                      Warnings(log),
			FetchCooldown:               fetchCooldown,
			FetchPollInterval:           fetchPoll,
			SoftStopTimeout:             stopGrace,
			JobTimeout:                  -1, // a delivery has its lease
			RescueStuckJobsAfter:        rescueAfter,
			CompletedJobRetentionPeriod: keepJobs,
			CancelledJobRetentionPeriod: keepJobs,
			DiscardedJobRetentionPeriod: keepJobs,
			ReindexerIndexNames:         reindex,
		})
		if err != nil {
			return fmt.Errorf("work: %w", err)
		}
		switch err = run(ctx, client, log); {
		case err == nil:
			return nil
		case attempt == startAttempts:
			return fmt.Errorf("work: %w", err)
		}
		log.WarnContext(ctx, "the queue of jobs did not start; it is started anew", "err", err)
	}
}

// Warnings passes on what River finds worth a warning.
func Warnings(log *slog.Logger) *slog.Logger { return slog.New(warnings{log.Handler()}) }

// warnings is a handler that drops what is less than a warning.
type warnings struct{ slog.Handler }

// Enabled reports whether a record is at least a warning.
func (h warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}

// WithAttrs keeps the bound.
func (h warnings) WithAttrs(a []slog.Attr) slog.Handler { return warnings{h.Handler.WithAttrs(a)} }

// WithGroup keeps the bound.
func (h warnings) WithGroup(name string) slog.Handler { return warnings{h.Handler.WithGroup(name)} }
