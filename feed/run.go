package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"tocsin/engine"
	"tocsin/feed/target"
	"tocsin/incident"
)

// The times of a follower.
const (
	leaseFor   = 15 * time.Second // another node takes over so long after this one died
	renewEvery = 4 * time.Second
	firstPause = 500 * time.Millisecond // before another try, doubled up to lastPause
	lastPause  = 16 * time.Second
	spread     = 5 * time.Second // the first looks begin within
	lookFor    = 2 * time.Minute // a whole look; each request in it has less
	wellLane   = 16              // targets that answered, looked at at once
	illLane    = 8               // and that did not: they keep nobody else waiting
)

var (
	errNone = errors.New("there is nothing to follow")
	errHeld = errors.New("another node follows what is not on a chain")
	errLost = errors.New("the lease of what is not on a chain is lost")
)

// Run follows until ctx ends, or returns at once where the plan names nothing to follow. What fails is logged and tried again.
func (f *Follower) Run(ctx context.Context) error {
	pause := firstPause
	for ctx.Err() == nil {
		began := f.o.Now()
		err := f.session(ctx)
		if ctx.Err() != nil || errors.Is(err, errNone) {
			break
		}
		wait := renewEvery
		if !errors.Is(err, errHeld) {
			f.log.Error("what is not on a chain is not followed just now", "err", err)
			if f.o.Now().Sub(began) > lastPause {
				pause = firstPause
			}
			wait, pause = pause, min(2*pause, lastPause)
		}
		if !sleep(ctx, wait) {
			break
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewEvery)
	defer cancel()
	if err := f.o.Engine.Release(ctx, f.key); err != nil {
		f.log.Warn("the lease of what is not on a chain runs out by itself", "err", err)
	}
	return nil
}

// seen is what came of looking at one target.
type seen struct {
	target *target.Target
	sight  target.Sight
	done   chan<- bool // told whether it is well, once it is committed
}

// session follows for as long as the lease is held and the database takes what is seen.
func (f *Follower) session(ctx context.Context) error {
	epoch, ok, err := f.o.Engine.Lease(ctx, f.key, f.o.Now().Add(leaseFor))
	if err != nil {
		return fmt.Errorf("take lease: %w", err)
	}
	if !ok {
		return errHeld
	}
	s := &session{f: f, epoch: epoch, seen: make(chan seen), well: make(chan struct{}, wellLane), ill: make(chan struct{}, illLane)}
	if err := s.load(ctx); err != nil {
		return err
	}
	if err := s.commit(ctx, s.state.Forget(f.targets)); err != nil {
		return err
	}
	if len(f.targets) == 0 {
		return errNone
	}
	ctx, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	wg.Go(func() { s.hold(ctx, cancel) })
	for _, t := range f.targets {
		first := s.state.First(t)
		wg.Go(func() { s.follow(ctx, t, first) })
	}
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case got := <-s.seen:
			out := s.state.See(got.target, got.sight)
			if err := s.commit(ctx, out); err != nil {
				return err
			}
			got.done <- s.state.First(got.target)
		}
	}
}

// session is one time of holding the lease.
type session struct {
	f         *Follower
	epoch     uint64
	state     *target.State
	committed []byte
	seen      chan seen
	well, ill chan struct{}
}

// load returns to what was committed last.
func (s *session) load(ctx context.Context) error {
	b, err := s.f.o.Engine.WatchState(ctx, s.f.key)
	if err != nil {
		return fmt.Errorf("load what was seen: %w", err)
	}
	if s.state, err = target.Stored(b); err != nil {
		return err
	}
	s.committed = b
	return nil
}

// commit writes findings and what is remembered, if there is anything new.
func (s *session) commit(ctx context.Context, out target.Outcome) error {
	b, err := json.Marshal(s.state)
	if err != nil {
		return fmt.Errorf("encode what was seen: %w", err)
	}
	if len(out.Findings)+len(out.Retracted) == 0 && bytes.Equal(b, s.committed) {
		return nil
	}
	o := engine.Observation{
		Key: s.f.key, Epoch: s.epoch, State: b, Protocol: s.f.o.Plan.Protocol, BlockTime: s.f.o.Now().UTC(), Exercise: s.f.o.Exercise,
		Retracted: out.Retracted, RetractedWhy: out.RetractedWhy,
	}
	for _, g := range out.Findings {
		o.Findings = append(o.Findings, incident.Finding{
			ID: g.ID, Detector: g.Detector, Mode: g.Mode, Issues: g.Issues, Asset: g.Asset, At: g.At, Say: g.Say,
		})
	}
	if err := s.f.o.Engine.Observe(ctx, o); err != nil {
		return fmt.Errorf("record what was seen: %w", err)
	}
	s.committed = b
	return nil
}

// follow looks at one target in its own time until ctx ends.
func (s *session) follow(ctx context.Context, t *target.Target, first bool) {
	done := make(chan bool, 1)
	lane := s.well
	for wait := rand.N(min(spread, t.Every)); sleep(ctx, wait); wait = jitter(t.Every) {
		select {
		case lane <- struct{}{}:
		case <-ctx.Done():
			return
		}
		within, cancel := context.WithTimeout(ctx, lookFor)
		began := time.Now()
		sight := look(within, s.f.o, t, first)
		slow := time.Since(began) >= askFor
		cancel()
		<-lane
		if ctx.Err() != nil {
			return // cut short by us, not by them
		}
		lane = s.well
		if slow || sight.Ill() {
			lane = s.ill
		}
		select {
		case s.seen <- seen{target: t, sight: sight, done: done}:
		case <-ctx.Done():
			return
		}
		select {
		case first = <-done:
		case <-ctx.Done():
			return
		}
	}
}

// hold renews the lease until ctx ends. One that is lost, or may be, ends the session.
func (s *session) hold(ctx context.Context, end context.CancelCauseFunc) {
	until := s.f.o.Now().Add(leaseFor)
	for sleep(ctx, renewEvery) {
		next := s.f.o.Now().Add(leaseFor)
		epoch, ok, err := s.f.o.Engine.Lease(ctx, s.f.key, next)
		switch {
		case err == nil && ok && epoch == s.epoch:
			until = next
		case err == nil:
			end(errLost)
			return
		case !s.f.o.Now().Before(until):
			end(fmt.Errorf("%w: %w", errLost, err))
			return
		}
	}
}

// jitter is a time about as long: targets that begin together do not go on together.
func jitter(d time.Duration) time.Duration { return d - d/20 + rand.N(d/10) }

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
