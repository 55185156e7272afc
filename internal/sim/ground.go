package sim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/engine"
	"tocsin/plan"
	"tocsin/store"
	"tocsin/store/memory"
)

// Ground is what worlds have in common. It does not change.
type Ground struct {
	Plan   *plan.Plan
	Files  map[string][]byte
	people []string // who can be called
	newer  []*plan.Plan
	plans  map[string]*plan.Plan // all of them, by hash
	first  pinned

	double func(store.Store) store.Store // stands in for what the nodes see of the store; nil for none
	rash   bool                          // the executor sends what it has not stored
	blink  bool                          // the follower skips a block now and then
	loud   bool                          // what only observes is told as what calls people
}

// versions is how many plans a world may adopt after the first.
const versions = 2

// NewGround prepares worlds with a plan, which has a decision "pause" and one that adopts.
func NewGround(ctx context.Context, p *plan.Plan, files map[string][]byte) (*Ground, error) {
	g := &Ground{Plan: p, Files: files, plans: map[string]*plan.Plan{p.Hash().Hex(): p}}
	for _, x := range slices.Concat(p.CoreTeam, p.ExtendedTeam) {
		if !x.Body {
			g.people = append(g.people, x.ID)
		}
	}
	for n := range versions {
		q := *p
		q.Version = fmt.Sprint(n + 2)
		q.Decisions = slices.Clone(p.Decisions)
		i := slices.IndexFunc(q.Decisions, func(d plan.Decision) bool { return d.ID == "pause" })
		q.Decisions[i].Additional.Need = 2 - n // what the older plan allows, the newer may not
		q.Decisions[i].StandIns = nil
		g.newer = append(g.newer, &q)
		g.plans[q.Hash().Hex()] = &q
	}
	e := engine.New(engine.Options{Store: &recording{Store: memory.New(nil), to: &g.first}, Node: "first", Now: func() time.Time { return dawn }})
	if _, err := e.Pin(ctx, p, files); err != nil {
		return nil, fmt.Errorf("pin: %w", err)
	}
	return g, nil
}

// dawn is when all worlds begin.
var dawn = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

// pinned is what the first start of all writes: it is the same in all worlds, and done once.
type pinned struct {
	plans   []store.Plan
	commits []store.Commit
}

func (g *Ground) pin(ctx context.Context, disk store.Store) error {
	for _, p := range g.first.plans {
		if err := disk.PutPlan(ctx, p); err != nil {
			return err
		}
	}
	for _, c := range g.first.commits {
		if err := disk.Commit(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// recording is a store that notes what is written.
type recording struct {
	store.Store
	to *pinned
}

func (r *recording) PutPlan(ctx context.Context, p store.Plan) error {
	r.to.plans = append(r.to.plans, p)
	return r.Store.PutPlan(ctx, p)
}

func (r *recording) Commit(ctx context.Context, c store.Commit) error {
	r.to.commits = append(r.to.commits, c)
	return r.Store.Commit(ctx, c)
}
