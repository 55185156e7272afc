// Package watch owns the following of chains: each new block goes through the plan's detectors, and what they find goes to
// the engine together with how far the chain has been seen, in one transaction. Of all nodes one follows a chain at a time:
// the holder of its lease.
//
//	lease ─▶ load state ─▶ Follow ─▶ blocks ─▶ detectors ─▶ Observe {state, findings, retractions}
//	  ▲                                                        │ committed: whatever dies now, nothing is lost or doubled
//	  └────────── endpoint, database or lease lost: wait, and again from what was committed
package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tocsin/chain"
	"tocsin/detect"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
)

// The times of a watch.
const (
	leaseFor   = 4 * time.Second // another node takes over so long after this one died
	renewEvery = time.Second
	firstPause = 250 * time.Millisecond // before another try, doubled up to lastPause
	lastPause  = 8 * time.Second
	blindAfter = time.Minute // where the options say nothing
	maxBatch   = 64          // blocks committed at once when behind
)

// Engine is what a watch needs of the engine.
type Engine interface {
	Observe(ctx context.Context, o engine.Observation) error
	WatchState(ctx context.Context, key string) ([]byte, error)
	Lease(ctx context.Context, name string, until time.Time) (epoch uint64, ok bool, err error)
	Release(ctx context.Context, name string) error
}

// Options are what a watcher is made of.
type Options struct {
	Engine   Engine
	Client   chain.Client
	Plan     *plan.Plan
	Index    *detect.Index
	From     *uint64            // first block of a new watch; nil: the head, after what baselines want before it
	Key      string             // name of the lease and of what is remembered; empty: engine.WatchKey of the plan's protocol and the chain
	Exercise *incident.Exercise // that findings belong to; nil: none on a live chain, on a drill chain as Scenario says
	Clock    func() time.Time   // of the exercise, by which findings about the watch itself are dated; nil: Now
	Scenario string             // of the exercise that findings on a drill chain belong to; empty: the plan's first with a live part
	Blind    time.Duration      // so long without seeing the head is a finding of its own; 1m if zero
	Now      func() time.Time   // nil: time.Now
	Logger   *slog.Logger       // nil: none
}

// Watcher follows one chain.
type Watcher struct {
	o     Options
	chain uint64
	key   string
	log   *slog.Logger
	sight sight

	lookout lookout
	attic   attic
	deep    bool // the chain was reorganised deeper than is remembered
}

// New returns a watcher of the client's chain.
func New(o Options) *Watcher {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Blind <= 0 {
		o.Blind = blindAfter
	}
	if o.Clock == nil {
		o.Clock = o.Now
	}
	id := o.Client.ChainID()
	if o.Key == "" {
		o.Key = engine.WatchKey(o.Plan.Protocol, id)
	}
	return &Watcher{o: o, chain: id, key: o.Key, log: o.Logger.With("chain", id), attic: newAttic()}
}

// errHeld says that another node follows the chain.
var errHeld = errors.New("another node follows the chain")

// errLost says that the lease has passed on.
var errLost = errors.New("the lease of the watch is lost")

// Run follows the chain until ctx ends. What fails is logged and tried again.
func (w *Watcher) Run(ctx context.Context) error {
	var pause backoff
	for {
		before := w.sight.block()
		err := w.session(ctx)
		if ctx.Err() != nil {
			break
		}
		wait := renewEvery
		if !errors.Is(err, errHeld) {
			w.log.Error("the chain is not watched just now", "err", err)
			wait = pause.next(w.sight.block() != before)
		}
		if !sleep(ctx, wait) {
			break
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseFor)
	defer cancel()
	if err := w.o.Engine.Release(ctx, w.key); err != nil {
		w.log.Warn("the lease of the watch runs out by itself", "err", err)
	}
	return nil
}

// session follows the chain for as long as the lease is held and the database takes what is seen.
func (w *Watcher) session(ctx context.Context) error {
	epoch, ok, err := w.o.Engine.Lease(ctx, w.key, w.o.Now().Add(leaseFor))
	if err != nil {
		return fmt.Errorf("take lease: %w", err)
	}
	if !ok {
		return errHeld
	}
	known, err := w.load(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	c := committer{w: w, epoch: epoch, items: make(chan item, maxBatch), urgent: make(chan item, maxBatch), warming: make(chan struct{}, 1), reader: newReader(w), state: known}
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	wg.Go(func() { w.hold(ctx, epoch, cancel) })
	wg.Go(func() { w.probe(ctx, &c) })
	wg.Go(func() { w.listen(ctx, &c) })
	wg.Go(func() { cancel(c.run(ctx)) })
	wg.Go(func() { w.lookOut(ctx) })
	wg.Go(func() { w.scout(ctx, &c) })
	wg.Go(func() { w.proxies(ctx, &c) })
	wg.Go(func() { w.fill(ctx, &c) })
	if w.o.Index.Finality(w.chain) {
		wg.Go(func() { w.finality(ctx, &c) })
	}
	if c.reader != nil {
		wg.Go(func() { c.reader.run(ctx, &c) })
	}

	var pause backoff
	var said string
	for {
		before := w.sight.block()
		err := w.follow(ctx, &c)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		moved := w.sight.block() != before
		level := slog.LevelWarn
		if said == err.Error() && !moved {
			level = slog.LevelDebug // the same is still so
		}
		said = err.Error()
		w.log.Log(ctx, level, "the chain cannot be followed just now", "err", err)
		if !sleep(ctx, pause.next(moved)) {
			return context.Cause(ctx)
		}
	}
}

// follow hands the committer each step from where the watch stands.
func (w *Watcher) follow(ctx context.Context, c *committer) error {
	from, err := w.resume(ctx, c)
	if err != nil {
		return err
	}
	err = w.walk(ctx, from, func(step chain.Step) error { return c.put(ctx, item{step: &step}) })
	if fault.Is(err, fault.Conflict) && ctx.Err() == nil {
		w.deep = true
	}
	return err
}

// hold renews the lease until ctx ends. A lease that is lost, or may be because the database has not answered for as long
// as it lasts, ends the session.
func (w *Watcher) hold(ctx context.Context, epoch uint64, end context.CancelCauseFunc) {
	until := w.o.Now().Add(leaseFor)
	for sleep(ctx, renewEvery) {
		next := w.o.Now().Add(leaseFor)
		got, ok, err := w.o.Engine.Lease(ctx, w.key, next)
		switch {
		case err == nil && ok && got == epoch:
			until = next
		case err == nil:
			end(errLost)
			return
		case !w.o.Now().Before(until):
			end(fmt.Errorf("%w: %w", errLost, err))
			return
		}
	}
}

// exercise says which drill the findings belong to; nil on a live chain.
func (w *Watcher) exercise() *incident.Exercise {
	if w.o.Exercise != nil {
		return w.o.Exercise
	}
	if c, ok := w.o.Plan.Chain(w.chain); !ok || c.Kind != "drill" {
		return nil
	}
	e := &incident.Exercise{Scenario: w.o.Scenario, Chain: w.chain}
	for _, s := range w.o.Plan.Exercises.Scenarios {
		if e.Scenario == "" && s.Live != "" {
			e.Scenario = s.ID
		}
	}
	return e
}

// sleep waits; false if ctx ended meanwhile.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// backoff is a pause that doubles with each failure, and is short again after progress.
type backoff time.Duration

func (b *backoff) next(progress bool) time.Duration {
	if *b == 0 || progress {
		*b = backoff(firstPause)
	} else {
		*b = min(2**b, backoff(lastPause))
	}
	return time.Duration(*b)
}
