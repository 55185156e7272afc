package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"
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
	defer g.name()
	for n := range versions {
		q := *p
		q.Version = fmt.Sprint(n + 2)
		q.Decisions = slices.Clone(p.Decisions)
		i := slices.IndexFunc(q.Decisions, func(d plan.Decision) bool { return d.ID == "pause" })
		q.Decisions[i].Additional.Need = 2 - n // what the older plan allows, the newer may not
		q.Decisions[i].StandIns = nil
		if n == 0 {
			withoutStep(&q, "rotate")
		} else {
			replaced(&q, "eve", "fay")
		}
		g.newer = append(g.newer, &q)
		g.plans[q.Hash().Hex()] = &q
	}
	e := engine.New(engine.Options{Store: &recording{Store: memory.New(nil), to: &g.first}, Node: "first", Now: func() time.Time { return dawn }})
	if _, err := e.Pin(ctx, p, files); err != nil {
		return nil, fmt.Errorf("pin: %w", err)
	}
	return g, nil
}

// name lists those whom the plans name.
func (g *Ground) name() {
	for _, p := range append([]*plan.Plan{g.Plan}, g.newer...) {
		for _, x := range slices.Concat(p.CoreTeam, p.ExtendedTeam) {
			if !x.Body && !slices.Contains(g.people, x.ID) {
				g.people = append(g.people, x.ID)
			}
		}
	}
}

// withoutStep takes a step out of all procedures; what led there leads to the step behind it.
func withoutStep(p *plan.Plan, id string) {
	p.Procedures = slices.Clone(p.Procedures)
	for i := range p.Procedures {
		steps := slices.Clone(p.Procedures[i].Steps)
		at := slices.IndexFunc(steps, func(st plan.Step) bool { return st.ID == id })
		if at < 0 {
			continue
		}
		next := steps[at+1].ID
		steps = slices.Delete(steps, at, at+1)
		for j := range steps {
			if steps[j].Question == nil {
				continue
			}
			q := *steps[j].Question
			q.Branches = slices.Clone(q.Branches)
			for k := range q.Branches {
				if q.Branches[k].Step == id {
					q.Branches[k].Step = next
				}
			}
			steps[j].Question = &q
		}
		p.Procedures[i].Steps = steps
	}
	for i := range p.Decisions {
		p.Decisions[i].Steps = slices.DeleteFunc(slices.Clone(p.Decisions[i].Steps), func(ref string) bool { return strings.HasSuffix(ref, "/"+id) })
	}
}

// replaced puts somebody else into the place of somebody who is no approver.
func replaced(p *plan.Plan, who, by string) {
	p.ExtendedTeam, p.Roles, p.Communications = slices.Clone(p.ExtendedTeam), slices.Clone(p.Roles), slices.Clone(p.Communications)
	for i := range p.ExtendedTeam {
		if x := &p.ExtendedTeam[i]; x.ID == who {
			*x = plan.Person{ID: by, Name: by, Contact: []plan.Contact{{Kind: "email", To: by + "@example.com"}}}
		}
	}
	for i := range p.Roles {
		p.Roles[i].Holders = slices.Clone(p.Roles[i].Holders)
		for j := range p.Roles[i].Holders {
			if p.Roles[i].Holders[j] == who {
				p.Roles[i].Holders[j] = by
			}
		}
	}
	for i := range p.Communications {
		if c := &p.Communications[i]; c.Responsible == who {
			c.Responsible = by
		}
	}
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
