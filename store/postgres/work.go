package postgres

import (
	"context"

	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tocsin/store/job"
)

// Work runs handle for each delivery that is due when it is committed, by this process or another, until ctx ends.
func (s *Store) Work(ctx context.Context, workers int, handle func(ctx context.Context, id string) error) error {
	return explain("work deliveries", job.Work(ctx, riverpgxv5.New(s.pool), s.log, workers, nil, handle))
}
