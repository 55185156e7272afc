package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"tocsin/incident"
	"tocsin/journal"
)

// The times of the sweep and of claims: a delivery whose node died is taken over within claim + sweep.
const (
	sweepEvery = time.Second
	claim      = 4 * time.Second
	renewEvery = time.Second
	sweepBatch = 500
	workers    = 32
)

// kinds that never wait for a worker: a mail server that keeps a hundred pages waiting must not keep back what halts a theft.
// There are as many of them as decisions, so each gets a goroutine of its own.
func urgent(kind string) bool { return kind == incident.DispatchAction }

// Run sweeps what is due each second and works deliveries, until ctx ends; it returns when everything has stopped.
func (e *Engine) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wg.Go(func() { e.sweep(ctx) })
	wg.Go(func() { e.hurry(ctx) })
	if err := e.store.Work(ctx, workers, e.handle); err != nil && ctx.Err() == nil {
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
			wg.Go(func() { e.work(ctx, id) })
		}
	}
}

// work handles a delivery; what fails is left to the sweep.
func (e *Engine) work(ctx context.Context, id string) {
	if err := e.handle(ctx, id); err != nil && ctx.Err() == nil {
		e.log.Error("work delivery", "delivery", id, "err", err)
	}
}

// sweep does each second what time has made due, and rings the bell if another process wrote.
func (e *Engine) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, workers)
	var position uint64
	for {
		if err := e.sweepOnce(ctx, slots, &wg, &position); err != nil && ctx.Err() == nil {
			e.log.Error("sweep", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (e *Engine) sweepOnce(ctx context.Context, slots chan struct{}, wg *sync.WaitGroup, position *uint64) error {
	at, err := e.store.Position(ctx)
	if err != nil {
		return err
	}
	if at != *position {
		*position = at
		e.bell.ring()
	}
	ticked := e.Tick(ctx) // one incident that cannot be looked at keeps no delivery waiting
	ids, err := e.store.Stale(ctx, e.now(), sweepBatch)
	if err != nil {
		return errors.Join(ticked, fmt.Errorf("list deliveries: %w", err))
	}
	for _, id := range ids {
		select {
		case slots <- struct{}{}:
			wg.Go(func() {
				defer func() { <-slots }()
				e.work(ctx, id)
			})
		default: // all busy: the next sweep goes on, but for what is urgent
			if d, err := e.store.Delivery(ctx, id); err == nil && urgent(d.Kind) {
				wg.Go(func() { e.work(ctx, id) })
			}
		}
	}
	return ticked
}

// Step does once, and one after the other, what Run does all the time: timers that are due, then deliveries. It is for
// worlds whose time stands still meanwhile.
func (e *Engine) Step(ctx context.Context) error {
	errs := []error{e.Tick(ctx)}
	ids, err := e.store.Stale(ctx, e.now(), sweepBatch)
	if err != nil {
		errs = append(errs, fmt.Errorf("list deliveries: %w", err))
	}
	for _, id := range ids {
		if err := e.handle(ctx, id); err != nil {
			errs = append(errs, fmt.Errorf("work delivery %s: %w", id, err))
		}
	}
	return errors.Join(errs...)
}

// Tick does what is due now. Run calls it each second.
func (e *Engine) Tick(ctx context.Context) error {
	heads, err := e.store.Due(ctx, e.now(), sweepBatch)
	if err != nil {
		return fmt.Errorf("list what is due: %w", err)
	}
	var errs []error
	for _, h := range heads {
		if h.Kind != kindIncident {
			continue
		}
		id := h.Stream[len(kindIncident)+1:]
		if err := e.tick(ctx, id); err != nil {
			errs = append(errs, fmt.Errorf("tick %s: %w", id, err))
		}
	}
	if err := e.sweepMutes(ctx); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (e *Engine) tick(ctx context.Context, id string) error {
	v, err := e.View(ctx, id)
	if err != nil {
		return err
	}
	if v.ReadOnly != nil {
		return nil // nodes of the newer release look after it
	}
	watched := map[uint64]incident.Watched{}
	deaf, err := e.deaf(ctx, v)
	if err != nil {
		return err
	}
	for _, chain := range v.State.Chains() {
		if deaf {
			break // being muted is not being quiet
		}
		if watched[chain], err = e.Watched(ctx, chain); err != nil {
			return err
		}
	}
	_, err = e.Do(ctx, id, incident.Command{Actor: journal.Actor{Kind: journal.Clock}, Op: incident.OpTick{Watched: watched}})
	return err
}
