package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// The measures of the sweep: what is due is looked at within sweepEvery, or within taken + sweepEvery if the node died that had
// taken it on itself.
const (
	sweepEvery   = time.Second
	taken        = 2 * time.Second
	timers       = 8  // incidents looked at side by side
	dueBatch     = 64 // incidents taken at a time: few, so that several nodes share what is due
	sweepBatch   = 500
	pendingBatch = 10_000 // more than all nodes together have under way
)

// sweep does each second what time has made due. Each kind of thing has a loop of its own: that the one is slow or fails keeps
// no other waiting.
func (e *Engine) sweep(ctx context.Context, wg *sync.WaitGroup) {
	e.listen(ctx, wg)
	wg.Go(func() { e.eachSecond(ctx, "look at what is due", e.keepTime) })
	wg.Go(func() { e.eachSecond(ctx, "look at what is ahead", e.keepPace()) })
	wg.Go(func() { e.eachSecond(ctx, "end mutes", e.sweepMutes) })
	wg.Go(func() { e.eachSecond(ctx, "end what is armed", e.sweepArms) })
	wg.Go(func() { e.keepExercises(ctx) })
	wg.Go(func() { e.eachSecond(ctx, "look whether exercises are due", e.remindOfExercises) })
	wg.Go(func() { e.retainAlways(ctx) })
	wg.Go(func() {
		var working sync.WaitGroup
		defer working.Wait()
		e.eachSecond(ctx, "sweep deliveries", e.resume(&working))
	})
}

// eachSecond does something at once and then each second until ctx ends.
func (e *Engine) eachSecond(ctx context.Context, what string, do func(context.Context) error) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	defer e.audited.end(what)
	for {
		e.audited.begin(what, e.clock.read())
		if err := do(ctx); err != nil && ctx.Err() == nil {
			e.log.Error("sweep", "what", what, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// keepTime does what is due now in incidents, several at a time, until this node can do no more. What it cannot do it has taken
// for a while, so that it keeps nothing else waiting.
func (e *Engine) keepTime(ctx context.Context) error {
	var errs []error
	for ctx.Err() == nil {
		now := e.now()
		heads, err := e.store.Take(ctx, now, now.Add(taken), dueBatch)
		if err != nil {
			errs = append(errs, fmt.Errorf("take what is due: %w", err))
			break
		}
		did, err := e.tickAll(ctx, heads, timers)
		if err != nil {
			errs = append(errs, err)
		}
		if did == 0 {
			break
		}
	}
	return errors.Join(errs...)
}

// tickAll looks at incidents that are due, so many side by side. It returns how many it could look at.
func (e *Engine) tickAll(ctx context.Context, heads []store.Head, together int) (int, error) {
	var mu sync.Mutex
	var errs []error
	var did atomic.Int64
	var wg sync.WaitGroup
	slots := make(chan struct{}, together)
	for _, h := range heads {
		look := e.tick
		switch h.Kind {
		case kindExercise:
			look = e.tickSession
		case kindIncident:
		default:
			continue
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			switch ours, err := look(ctx, h); {
			case err != nil:
				mu.Lock()
				errs = append(errs, fmt.Errorf("tick %s: %w", h.Stream[len(h.Kind)+1:], err))
				mu.Unlock()
			case ours:
				did.Add(1)
			}
		})
	}
	wg.Wait()
	return int(did.Load()), errors.Join(errs...)
}

// resume hands deliveries to workers that nobody has, or whose node died.
func (e *Engine) resume(wg *sync.WaitGroup) func(context.Context) error {
	slots := make(chan struct{}, workers)
	return func(ctx context.Context) error {
		loose, err := e.loose(ctx)
		if err != nil {
			return fmt.Errorf("list deliveries: %w", err)
		}
		for _, l := range loose {
			select {
			case slots <- struct{}{}:
				wg.Go(func() {
					defer func() { <-slots }()
					e.work(ctx, l.id, l.at)
				})
			default: // all busy: the next sweep goes on, but for what is urgent
				if d, err := e.store.Delivery(ctx, l.id); err == nil && urgent(d.Kind) {
					wg.Go(func() { e.work(ctx, l.id, l.at) })
				}
			}
		}
		return nil
	}
}

// looseEnd is a delivery that is to be had by a time.
type looseEnd struct {
	id string
	at time.Time
}

// loose lists deliveries that are due, or that whoever had them has left.
func (e *Engine) loose(ctx context.Context) ([]looseEnd, error) {
	now := e.now()
	ids, err := e.store.Stale(ctx, now, sweepBatch)
	if err != nil {
		return nil, err
	}
	holds, err := e.store.Pending(ctx, pendingBatch)
	if err != nil {
		return nil, err
	}
	var list []looseEnd
	seen, told, until := map[string]bool{}, map[string]bool{}, map[string]time.Time{}
	for _, h := range holds {
		life := claim
		if h.Owner == "" { // it is to be tried again
			life = longestWait
		}
		left := e.pending.left(h, life, now, e.clock.read())
		if seen[h.Name] = true; left {
			list = append(list, looseEnd{h.Name, h.Until}) // unless it is had or put off meanwhile
		}
		told[h.Name] = left || h.Owner != "" // of the others the clock tells
		until[h.Name] = h.Until
	}
	e.pending.forget(seen)
	for _, id := range ids {
		if told[id] {
			continue
		}
		// By no later time than it is due: a node whose clock is behind may have it by then, until a time that is over here.
		at, put := until[id]
		switch {
		case put && at.Before(now):
		case put || len(holds) == pendingBatch:
			at = now
		default:
			at = noTime // nobody has it, and it is due by no clock
		}
		list = append(list, looseEnd{id, at})
	}
	return list, nil
}

// Step does once, and one after the other, what Run does all the time: timers that are due, then deliveries. It is for
// worlds whose time stands still meanwhile.
func (e *Engine) Step(ctx context.Context) error {
	errs := []error{e.Tick(ctx)}
	loose, err := e.loose(ctx)
	if err != nil {
		errs = append(errs, fmt.Errorf("list deliveries: %w", err))
	}
	for _, l := range loose {
		if err := e.handle(ctx, l.id, l.at); err != nil {
			errs = append(errs, fmt.Errorf("work delivery %s: %w", l.id, err))
		}
	}
	return errors.Join(errs...)
}

// Tick does what is due now, one after the other, whoever else may have taken it.
func (e *Engine) Tick(ctx context.Context) error {
	heads, err := e.store.Due(ctx, e.now(), sweepBatch)
	if err != nil {
		return fmt.Errorf("list what is due: %w", err)
	}
	ahead, _, err := e.dueAhead(ctx)
	if err != nil {
		return err
	}
	_, err = e.tickAll(ctx, append(heads, ahead...), 1)
	return errors.Join(err, e.sweepMutes(ctx), e.sweepArms(ctx), e.lookAfterExercises(ctx), e.remindOfExercises(ctx))
}

// tick looks at an incident that is due; false if that is for nodes of a newer release.
func (e *Engine) tick(ctx context.Context, h store.Head) (bool, error) {
	_, err := e.do(ctx, h.Stream[len(kindIncident)+1:], func(v *View) (incident.Command, error) {
		op, err := e.elapsed(ctx, v)
		return incident.Command{ID: e.id("cmd"), Actor: journal.Actor{Kind: journal.Clock}, Op: op}, err
	})
	var newer *incident.UnknownKind
	if !errors.As(err, &newer) {
		return true, err
	}
	// They shall not have to wait for it.
	return false, e.store.Commit(ctx, store.Commit{Appends: []store.Append{{
		Stream: h.Stream, Expect: h.Version, Kind: h.Kind, Protocol: h.Protocol, DueAt: h.DueAt, Open: h.Open, Summary: h.Summary,
	}}})
}

// elapsed says how far an incident's chains have been watched by now.
func (e *Engine) elapsed(ctx context.Context, v *View) (incident.OpTick, error) {
	op := incident.OpTick{Watched: map[uint64]incident.Watched{}}
	chains := v.State.Chains()
	if len(chains) == 0 {
		return op, nil
	}
	deaf, err := e.deaf(ctx, v)
	if err != nil || deaf { // being muted is not being quiet
		return op, err
	}
	for _, chain := range chains {
		if op.Watched[chain], err = e.watchedFor(ctx, v.State, chain); err != nil {
			return op, err
		}
	}
	return op, nil
}
