package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"tocsin/chain"
	"tocsin/detect"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/execute"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/signer"
	"tocsin/stage"
	"tocsin/watch"
	"tocsin/web"
)

// play starts the world's chain, or reaches the one that the team gave, and lets detectors and decisions work on it until ctx ends or it
// breaks.
func (w *world) play(ctx context.Context) (err error) {
	w.note(ctx, worldNote{State: web.WorldStarting})
	var st *stage.Stage
	var sends signer.Signer
	url := ""
	if w.kind == ownWorld {
		if _, url, err = w.admitted(ctx); err != nil {
			return err
		}
		sends = w.house.s.o.Signer // what it signs there counts on no chain with another id
	} else {
		if st, err = w.raise(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, st.Close()) }()
		if sends, err = st.Executor(filepath.Join(w.dir, "executor.json")); err != nil {
			return err
		}
		url = st.WSEndpoint()
	}
	client, err := w.connect(url)
	if err != nil {
		return err
	}
	defer client.Close()
	files, err := w.house.s.desk.Engine.FilesWith(ctx, w.plan)
	if err != nil {
		return err
	}
	abis, _ := detect.ABIs(w.plan, files)
	index, _ := detect.Compile(w.plan, abis)
	log, now := w.house.s.o.Logger, w.house.s.desk.Engine.Now
	follower := watch.New(watch.Options{
		Engine: dated{w.house.s.desk.Engine, w}, Client: client, Plan: w.plan, Index: index, Key: engine.RunFollower(w.part.Session, w.part.Run), Exercise: &w.part,
		From: w.from(), Now: now, Clock: w.dates(), Logger: log,
	})
	var sender evm.Address
	if sends != nil {
		sender = sends.Address()
	}
	x := execute.New(execute.Options{
		Clients: map[uint64]chain.Client{w.part.Chain: client}, Signer: sends, Turns: w.house.s.desk.Engine, Nonces: nonces{w.house.s.desk.Engine}, Logger: log,
	})
	w.mu.Lock()
	w.client, w.sender, w.executor = client, sender, x
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.client, w.executor = nil, nil
	}()
	ctx, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	wg.Go(func() { _ = follower.Run(ctx) })
	wg.Go(func() { w.gauges.follow(ctx, w.part.Chain, client) })
	if st != nil {
		wg.Go(func() { w.cue(ctx, st) })
	} else {
		wg.Go(func() { w.guard(ctx, cancel) })
	}
	w.note(ctx, worldNote{State: web.WorldRunning})
	<-ctx.Done()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// raise starts the stage, from its folder if it has begun already.
func (w *world) raise(ctx context.Context) (*stage.Stage, error) {
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return nil, fault.New(fault.Unavailable, "The folder %s cannot be made.", w.dir).Instead("Make room, or let the server write there.").Because(err)
	}
	log := w.house.s.o.Logger
	if !log.Enabled(ctx, slog.LevelDebug) {
		log = nil // a chain of one has much to say that means nothing here
	}
	return stage.Start(ctx, stage.Options{
		World: w.kind, Plan: w.plan, Chain: w.part.Chain, Dir: filepath.Join(w.dir, "chain"), Period: w.house.beat, Every: w.house.every, Seed: w.seed(),
		Funded: accounts(w.plan), Safe: w.house.s.o.Safe, Clock: w.now, Logger: log,
	})
}

// accounts are those that people have keys of.
func accounts(p *plan.Plan) (list []evm.Address) {
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for _, x := range team {
			for _, k := range x.Keys {
				if k.Address != (evm.Address{}) && (k.Kind == "" || k.Kind == "address") {
					list = append(list, k.Address)
				}
			}
		}
	}
	return list
}

// from is the block that a world of the stage is watched from, its first; of a chain that the team gave, the head.
func (w *world) from() *uint64 {
	if w.kind == ownWorld {
		return nil
	}
	first := uint64(1)
	return &first
}

// dates is the clock by which the watch dates what it finds about itself. Of a chain that the team gave, everything is dated anew; see dated.
func (w *world) dates() func() time.Time {
	if w.kind == ownWorld {
		return nil
	}
	return w.now
}

// cue does what the injects that were given name for the stage. The stage does nothing twice.
func (w *world) cue(ctx context.Context, st *stage.Stage) {
	done := map[string]bool{}
	for {
		for _, name := range w.cues() {
			if done[name] {
				continue
			}
			if err := st.Do(ctx, name); err != nil && ctx.Err() == nil {
				w.house.s.o.Logger.Error("play an inject", "world", w.name, "live", name, "err", err)
				w.note(ctx, worldNote{web.WorldRunning, fmt.Sprintf("%q was not played: %s", name, fault.Sentence(err))})
				continue
			}
			done[name] = true
		}
		select {
		case <-ctx.Done():
			return
		case <-w.changed:
		case <-time.After(worldAgain):
		}
	}
}

// cues are what the injects given so far name for the stage.
func (w *world) cues() (names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, g := range w.injected {
		for _, in := range w.script.Injects {
			if in.ID == g.ID && in.Live != "" {
				names = append(names, in.Live)
			}
		}
	}
	return names
}

// admitted asks the team's own endpoint once more which chain it serves: it must be the one that the run was described with.
func (w *world) admitted(ctx context.Context) (of uint64, url string, err error) {
	p := w.plan
	if x := w.house.s.find(p.Protocol); x != nil {
		p = x.gauges.inForce() // which names the chain that this one stands for
	}
	if of, url, err = w.house.endpointFor(p); err != nil {
		return 0, "", err
	}
	id, err := stage.Admit(ctx, url, append(w.house.s.plans(), w.plan)...)
	if err != nil {
		return 0, "", err
	}
	if id != w.part.Chain {
		return 0, "", fault.New(fault.Forbidden, "The endpoint serves chain %d now, and the scenario was begun on chain %d.", id, w.part.Chain).
			Instead("Let it serve chain %d again, or abort the scenario and choose it anew.", w.part.Chain)
	}
	return of, url, nil
}

// guard breaks the world once the team's endpoint serves another chain.
func (w *world) guard(ctx context.Context, broken context.CancelCauseFunc) {
	for linger(ctx, worldAdmits*w.house.beat) {
		if _, _, err := w.admitted(ctx); fault.Is(err, fault.Forbidden) {
			broken(err)
			return
		}
	}
}

// dated dates by the clock of the exercise what is seen on a chain that the team gave: its blocks carry real time.
type dated struct {
	*engine.Engine
	w *world
}

// Observe is that of the engine.
func (d dated) Observe(ctx context.Context, o engine.Observation) error {
	if d.w.kind == ownWorld {
		c := d.w.clock.Load()
		if !o.BlockTime.IsZero() {
			o.BlockTime = c.Now(o.BlockTime)
		}
		list := make([]incident.Finding, len(o.Findings))
		for i, f := range o.Findings {
			f.At = c.Now(f.At)
			list[i] = f
		}
		o.Findings = list
	}
	return d.Engine.Observe(ctx, o)
}
