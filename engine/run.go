package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	"tocsin/incident"
)

// The times of claims: a delivery whose node died is taken over within claim + sweepEvery.
const (
	claim      = 4 * time.Second
	renewEvery = time.Second
	workers    = 32
)

// kinds that never wait for a worker: a mail server that keeps a hundred pages waiting must not keep back what halts a theft.
// There are as many of them as decisions, so each gets a goroutine of its own.
func urgent(kind string) bool { return incident.Executed(kind) }

// Run sweeps what is due each second and works deliveries, until ctx ends; it returns when everything has stopped.
func (e *Engine) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e.sweep(ctx, &wg)
	wg.Go(func() { e.hurry(ctx) })
	wg.Go(func() { e.auditAlways(ctx) })
	wg.Go(func() { e.snapshots(ctx) })
	if err := e.store.Work(ctx, workers, e.fresh); err != nil && ctx.Err() == nil {
		return fmt.Errorf("work deliveries: %w", err)
	}
	<-ctx.Done()
	return nil
}

// hurry works urgent deliveries of this process as soon as they are stored.
func (e *Engine) hurry(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-e.urgent:
			wg.Go(func() { e.work(ctx, id, noTime) })
		}
	}
}

// work handles a delivery if it is to be had at a time; what fails is left to the sweep.
func (e *Engine) work(ctx context.Context, id string, at time.Time) {
	if err := e.handle(ctx, id, at); err != nil && ctx.Err() == nil {
		e.log.Error("work delivery", "delivery", id, "err", err)
	}
}
