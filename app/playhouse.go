package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"tocsin/chain"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/stage"
	"tocsin/web"
)

// playhouse keeps the live worlds of the exercises that people play: one for each run that is under way and has a chain of its own. A
// world is on one node at a time, which holds its lease.
//
//	described ─▶ lease ─▶ chain, watch, executor ─▶ completed, aborted, ended: closed
//	                ▲               │
//	                └─ node died ◀──┴── it broke: said why, and tried again
//
// What is played has nothing to do with the clients of live chains: a world's executor, watch and readings have its own client alone.
type playhouse struct {
	s     *server
	every time.Duration // from one transaction of the attacker to the next, by the clock of the exercise
	beat  time.Duration // between blocks

	mu     sync.Mutex
	worlds map[string]*world // by engine.RunWorld
}

// The measures of a world that people play in: they have time to think.
const (
	worldEvery = 45 * time.Second
	worldBeat  = time.Second
	houseLook  = 200 * time.Millisecond // between two looks at the exercises at the least
)

func newPlayhouse(s *server) *playhouse {
	h := &playhouse{s: s, every: s.o.every, beat: s.o.beat, worlds: map[string]*world{}}
	if h.every == 0 {
		h.every = worldEvery
	}
	if h.beat == 0 {
		h.beat = worldBeat
	}
	return h
}

// run keeps a world for each run that wants one, until ctx ends.
func (h *playhouse) run(ctx context.Context) {
	changed, stop := h.s.desk.Engine.Subscribe()
	defer stop()
	tick, pause := time.NewTicker(time.Second), time.NewTicker(houseLook)
	defer tick.Stop()
	defer pause.Stop()
	var playing sync.WaitGroup
	defer playing.Wait()
	for ctx.Err() == nil {
		if err := h.look(ctx, &playing); err != nil && ctx.Err() == nil {
			h.s.o.Logger.Error("look after the worlds of exercises", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-tick.C:
		}
	}
}

// look begins the worlds that are wanted, tells those that are there how their exercise stands, and ends the others.
func (h *playhouse) look(ctx context.Context, playing *sync.WaitGroup) error {
	wanted := map[string]bool{}
	var errs []error
	for _, p := range h.s.protocols {
		list, err := h.s.desk.Engine.Running(ctx, p.id)
		if err != nil {
			return err // which worlds are wanted is not known
		}
		for _, v := range list {
			r := v.State.Current()
			if r == nil || !r.UnderWay() || r.Chain == 0 {
				continue
			}
			name := engine.RunWorld(v.State.ID, r.Number)
			wanted[name] = true
			w := h.find(name)
			if w == nil {
				played, err := h.s.desk.Engine.RunPlan(ctx, r)
				if err != nil {
					errs = append(errs, fmt.Errorf("begin %s: %w", name, err))
					continue
				}
				w = newWorld(h, v.State, *r, played)
				h.mu.Lock()
				h.worlds[name] = w
				h.mu.Unlock()
				playing.Go(func() { w.run(ctx) })
			}
			w.told(v.State.Clock, r.Injected)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for name, w := range h.worlds {
		if !wanted[name] {
			w.end()
			delete(h.worlds, name)
		}
	}
	return errors.Join(errs...)
}

func (h *playhouse) find(name string) *world {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.worlds[name]
}

// drill is the client of the world whose chain has an id, and the account that sends there; nil if that is not here.
func (h *playhouse) drill(id uint64) (chain.Client, evm.Address) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.worlds {
		if w.part.Chain == id {
			return w.open()
		}
	}
	return nil, evm.Address{}
}

// clients are those of all worlds that are here, by chain.
func (h *playhouse) clients() map[uint64]chain.Client {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := map[uint64]chain.Client{}
	for _, w := range h.worlds {
		if c, _ := w.open(); c != nil {
			list[w.part.Chain] = c
		}
	}
	return list
}

// ownWorld is the world of an endpoint that the team gave.
const ownWorld = "endpoint"

// dress is an engine.Dresser: the stage's worlds, and the chains that the team gave.
func (h *playhouse) dress(ctx context.Context, p *plan.Plan, world string, chain uint64) (*plan.Plan, uint64, error) {
	if world == ownWorld {
		of, url, err := h.endpointFor(p)
		if err != nil {
			return nil, 0, err
		}
		if chain, err = stage.Admit(ctx, url, append(h.s.plans(), p)...); err != nil {
			return nil, 0, err
		}
		d, err := stage.Dressing{Chain: chain, Of: of, Own: true, Given: true}.Dress(p)
		return d, chain, err
	}
	w, err := stage.Named(world)
	if err != nil {
		return nil, 0, err
	}
	if err := w.Playable(p, h.s.o.Safe); err != nil {
		return nil, 0, err
	}
	d, err := stage.Dressing{Chain: chain, Own: true}.Dress(p)
	return d, chain, err
}

// check refuses endpoints for exercises that are of no use: of a chain that no plan names, or that serve a live one. One that does not answer
// is asked again when it is to be played on.
func (h *playhouse) check(ctx context.Context) error {
	for _, id := range slices.Sorted(maps.Keys(h.s.o.StageEndpoints)) {
		plans := make([]*plan.Plan, len(h.s.protocols))
		named := false
		for i, x := range h.s.protocols {
			plans[i] = x.first.plan
			_, is := plans[i].Chain(id)
			named = named || is
		}
		if !named {
			return fault.New(fault.Invalid, "An endpoint for exercises is given for chain %d, which no plan names.", id).
				Instead("Name the chain of the plan that it stands for: --stage-endpoint CHAINID=URL.")
		}
		within, cancel := context.WithTimeout(ctx, firstLook)
		_, err := stage.Admit(within, h.s.o.StageEndpoints[id], plans...)
		cancel()
		if fault.Is(err, fault.Forbidden) {
			return err
		}
	}
	return nil
}

// endpointFor is the chain of a plan that the team gave an endpoint for, to be played on instead.
func (h *playhouse) endpointFor(p *plan.Plan) (of uint64, url string, err error) {
	for _, id := range slices.Sorted(maps.Keys(h.s.o.StageEndpoints)) {
		if _, ok := p.Chain(id); ok {
			return id, h.s.o.StageEndpoints[id], nil
		}
	}
	return 0, "", errNoStageEndpoint()
}

// Choices are the worlds that a scenario may be played in, and why one of them cannot be: for web.
func (h *playhouse) Choices(p *plan.Plan) []web.WorldChoice {
	var list []web.WorldChoice
	for _, w := range stage.Worlds() {
		x := web.WorldChoice{ID: w.ID, Title: w.Title}
		if err := w.Playable(p, h.s.o.Safe); err != nil {
			x.Why = fault.Sentence(err)
		}
		list = append(list, x)
	}
	if _, _, err := h.endpointFor(p); err == nil {
		list = append(list, web.WorldChoice{ID: ownWorld, Title: "The team's own chain"})
	}
	return list
}

// State says how the world of a run stands, whichever node it is on: for web.
func (h *playhouse) State(ctx context.Context, session string, r *exercise.Run) web.WorldState {
	x := web.WorldState{Chain: r.Chain, State: web.WorldStarting}
	if r.Outcome != "" {
		x.State = web.WorldOver
		return x
	}
	b, err := h.s.desk.Engine.WatchState(ctx, engine.RunWorld(session, r.Number))
	if err != nil {
		return x
	}
	if s := readWorldNote(b); s.State != "" {
		x.State, x.Why = s.State, s.Why
	}
	if w, err := h.s.desk.Engine.WatchedIn(ctx, session, r.Number); err == nil {
		x.Block, x.At = w.Block, w.At
	}
	return x
}

// Readings are those of a run's contracts; none where its world is on another node: for web.
func (h *playhouse) Readings(session string, run int) []web.Reading {
	if w := h.find(engine.RunWorld(session, run)); w != nil {
		return w.gauges.readings()
	}
	return nil
}
