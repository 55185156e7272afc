package engine

import (
	"context"
	"encoding/binary"
	"fmt"

	"tocsin/evm"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/store"
)

// Dresser makes of a plan the one that is played in a live world, on a chain of its own. chain is an id that is free; it returns the one
// that is taken, which is never that of a live chain. A fault says why the world cannot be played with the plan.
type Dresser func(ctx context.Context, p *plan.Plan, world string, chain uint64) (*plan.Plan, uint64, error)

// Dress lets scenarios be played in live worlds. Call it before Run.
func (e *Engine) Dress(by Dresser) { e.dresser = by }

// RunWorld is the name under which one node holds the live world of a run of an exercise.
func RunWorld(session string, run int) string { return fmt.Sprintf("stage/%s/%d", session, run) }

// RunFollower is the name under which the chain of a run is followed.
func RunFollower(session string, run int) string { return RunWorld(session, run) + "/watch" }

// RunPlan is the plan by which a run of an exercise with a live world is played. Fault: not_found for a run that has none.
func (e *Engine) RunPlan(ctx context.Context, r *exercise.Run) (*plan.Plan, error) {
	if r.Plan == (evm.Hash{}) {
		return nil, fault.New(fault.NotFound, "Scenario %d is not played in a live world.", r.Number)
	}
	return e.planByHash(ctx, r.Plan.Hex())
}

// planFor is the plan of a hash, the one in force of a protocol if it is zero.
func (e *Engine) planFor(ctx context.Context, protocol string, hash evm.Hash) (*plan.Plan, error) {
	if hash == (evm.Hash{}) {
		return e.InForce(ctx, protocol)
	}
	return e.planByHash(ctx, hash.Hex())
}

// staging completes a command by which a live world is chosen or begins: whoever gives it says nothing of the plan that is played there.
func (e *Engine) staging(ctx context.Context, id string, op exercise.Op) (exercise.Op, error) {
	switch op := op.(type) {
	case exercise.OpChoose:
		_, _, err := e.dressed(ctx, id, op.World)
		return op, err
	case exercise.OpDescribe:
		v, err := e.Session(ctx, id)
		if err != nil {
			return nil, err
		}
		var ready exercise.OpDescribe
		r := v.State.Current()
		if r == nil || r.UnderWay() {
			return ready, nil
		}
		p, chain, err := e.dressed(ctx, id, r.World)
		if err != nil || p == nil {
			return ready, err
		}
		now, err := e.store.Plan(ctx, v.Plan.Hash().Hex())
		if err != nil {
			return nil, fmt.Errorf("load plan of %q: %w", p.Protocol, err)
		}
		played := store.Plan{Hash: p.Hash().Hex(), Protocol: p.Protocol, Canonical: p.Canonical(), Files: now.Files, Stored: e.now()}
		if err := e.store.PutPlan(ctx, played); err != nil {
			return nil, fmt.Errorf("keep plan: %w", err)
		}
		return exercise.OpDescribe{World: r.World, Plan: p.Hash(), Chain: chain}, nil
	}
	return op, nil
}

// dressed is the plan of an exercise as it is played in a world, and the id of its chain; nil if it has no chain of its own. What a script
// plays without people has a world around it already.
func (e *Engine) dressed(ctx context.Context, id, world string) (*plan.Plan, uint64, error) {
	if world == "" || e.dresser == nil {
		return nil, 0, nil
	}
	v, err := e.Session(ctx, id)
	if err != nil || v.State.Unattended {
		return nil, 0, err
	}
	chain, err := e.drillChain(ctx)
	if err != nil {
		return nil, 0, err
	}
	p, chain, err := e.dresser(ctx, v.Plan, world, chain)
	if err != nil {
		return nil, 0, err
	}
	if err := e.neverLive(ctx, chain); err != nil {
		return nil, 0, err
	}
	return p, chain, nil
}

// The ids of the chains of runs: 31337 and seven digits by chance.
const (
	drillChains = 31337_0000000
	drillSpread = 1_0000000
)

// drillChain draws the id of a chain that no plan names and no exercise of the past had, so that nothing that was signed or remembered for
// another holds for it.
func (e *Engine) drillChain(ctx context.Context) (uint64, error) {
	taken, err := e.chains(ctx)
	if err != nil {
		return 0, err
	}
	for n := binary.BigEndian.Uint64(e.bytes(8)); ; n++ {
		id := drillChains + n%drillSpread
		if _, is := taken[id]; !is {
			return id, nil
		}
	}
}

// neverLive refuses the id of a chain that is live in any plan.
func (e *Engine) neverLive(ctx context.Context, chain uint64) error {
	taken, err := e.chains(ctx)
	if err != nil {
		return err
	}
	if taken[chain] {
		return fault.New(fault.Forbidden, "Chain %d is live in a plan: nothing is played there.", chain).Instead("Give the exercise's chain another id.")
	}
	return nil
}

// chains are the ids of all chains that a plan in force names, or that an exercise had for itself, and whether they are live.
func (e *Engine) chains(ctx context.Context) (map[uint64]bool, error) {
	ids, err := e.Protocols(ctx)
	if err != nil {
		return nil, err
	}
	live := map[uint64]bool{}
	for _, id := range ids {
		p, err := e.InForce(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, c := range p.Chains {
			live[c.ID] = live[c.ID] || c.Kind != "drill"
		}
	}
	heads, err := e.store.Heads(ctx, kindExercise, false)
	if err != nil {
		return nil, fmt.Errorf("list exercises: %w", err)
	}
	for _, h := range heads {
		v, err := e.Session(ctx, h.Stream[len(kindExercise)+1:])
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Unavailable) {
			continue // said elsewhere
		}
		if err != nil {
			return nil, err
		}
		for _, r := range v.State.Runs {
			if _, is := live[r.Chain]; !is && r.Chain != 0 {
				live[r.Chain] = false
			}
		}
	}
	return live, nil
}

// watchedFor says how far a chain of an incident was watched: by whoever follows it for its exercise, or for its protocol.
func (e *Engine) watchedFor(ctx context.Context, s *incident.State, chain uint64) (incident.Watched, error) {
	if !s.Exercise.Staged() {
		return e.Watched(ctx, s.Protocol, chain)
	}
	if chain != s.Exercise.Chain {
		return incident.Watched{}, nil
	}
	ws, err := e.watched(ctx, s.Exercise.Follower)
	return incident.Watched{Block: ws.Block, At: ws.At}, err
}

// WatchedIn says how far the chain of a run of an exercise was watched.
func (e *Engine) WatchedIn(ctx context.Context, session string, run int) (incident.Watched, error) {
	ws, err := e.watched(ctx, RunFollower(session, run))
	return incident.Watched{Block: ws.Block, At: ws.At}, err
}
