package check

import (
	"slices"
	"strings"
	"time"

	"tocsin/exercise/library"
	"tocsin/plan"
)

// checker is one reading of a plan. Everything that it looks up more than once it keeps by id: plans may hold thousands.
type checker struct {
	plan   *plan.Plan
	source *plan.Source
	now    time.Time // zero: what depends on the day is left out
	gaps   []Gap

	persons    map[string]*plan.Person
	core       map[string]bool
	groups     map[string]*plan.Group
	rotas      map[string]*plan.Rota
	roles      map[string]*plan.Role
	holders    map[string][]string // role → persons who name it
	unlisted   map[string]*plan.Unlisted
	assets     map[string]*plan.Asset
	actions    map[string]*plan.Action
	decisions  map[string]*plan.Decision
	procedures map[string]*plan.Procedure
	channels   map[string]*plan.Channel
	detectors  map[string]*plan.Detector
	severities map[string]int // id → position, the worst first

	scenarios []plan.Scenario    // as they are played, in the order of the plan
	misfits   [][]library.Misfit // of each of them
	fits      map[string]string  // issue → script of the library that drills it; nil until asked

	issuesOf map[string][]*plan.Issue // by detector
	impacts  map[string]int           // by path: of the worst issue that a thing concerns
	dead     map[string]string        // detectors that do not run → why
	sealed   bool                     // the contacts file has not been opened

	memberCache map[string][]string
	ableCache   map[string][]string
	covered     map[string]map[string]bool // decision → steps that it authorises
	alone       map[string][]string        // decision → those without whom it cannot be made
}

func newChecker(p *plan.Plan, src *plan.Source, now time.Time) *checker {
	c := &checker{
		plan: p, source: src, now: now,
		persons: map[string]*plan.Person{}, core: map[string]bool{}, holders: map[string][]string{},
		groups:     byID(p.Groups, func(x *plan.Group) string { return x.ID }),
		rotas:      byID(p.Rotas, func(x *plan.Rota) string { return x.ID }),
		roles:      byID(p.Roles, func(x *plan.Role) string { return x.ID }),
		unlisted:   byID(p.Unlisted, func(x *plan.Unlisted) string { return x.ID }),
		assets:     byID(p.Assets, func(x *plan.Asset) string { return x.ID }),
		actions:    byID(p.Actions, func(x *plan.Action) string { return x.ID }),
		decisions:  byID(p.Decisions, func(x *plan.Decision) string { return x.ID }),
		procedures: byID(p.Procedures, func(x *plan.Procedure) string { return x.ID }),
		channels:   byID(p.Channels, func(x *plan.Channel) string { return x.ID }),
		detectors:  byID(p.Detectors, func(x *plan.Detector) string { return x.ID }),
		severities: map[string]int{}, issuesOf: map[string][]*plan.Issue{}, impacts: map[string]int{},
		dead: map[string]string{}, memberCache: map[string][]string{}, ableCache: map[string][]string{}, covered: map[string]map[string]bool{}, alone: map[string][]string{},
	}
	c.sealed = p.Contacts.File != ""
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for i := range team {
			r := &team[i]
			c.persons[r.ID] = r
			c.sealed = c.sealed && len(r.Sealed) == 0
			for _, role := range r.Roles {
				c.holders[role] = append(c.holders[role], r.ID)
			}
		}
	}
	for i := range p.CoreTeam {
		c.core[p.CoreTeam[i].ID] = true
	}
	for i := range p.Severities {
		c.severities[p.Severities[i].ID] = i
	}
	for i := range p.Issues {
		for _, d := range p.Issues[i].Detection.Detectors {
			if of := c.issuesOf[d]; len(of) == 0 || of[len(of)-1] != &p.Issues[i] {
				c.issuesOf[d] = append(of, &p.Issues[i])
			}
		}
	}
	for _, s := range p.Exercises.Scenarios {
		played, misfits := s, []library.Misfit(nil)
		if !s.Sealed { // what it says is for moderators, who are told what does not fit when they choose it
			played, misfits = library.Scenario(p, s)
		}
		c.scenarios, c.misfits = append(c.scenarios, played), append(c.misfits, misfits)
	}
	c.rankImpacts()
	return c
}

func byID[T any](list []T, id func(*T) string) map[string]*T {
	m := make(map[string]*T, len(list))
	for i := range list {
		m[id(&list[i])] = &list[i]
	}
	return m
}

// members expands a reference to persons. On paper a rota stands for everybody who may ever be on call by it.
func (c *checker) members(ref string) []string {
	if ids, ok := c.memberCache[ref]; ok {
		return ids
	}
	var ids []string
	have, open := map[string]bool{}, map[string]bool{}
	var expand func(ref string)
	expand = func(ref string) {
		if c.persons[ref] != nil {
			if !have[ref] {
				have[ref] = true
				ids = append(ids, ref)
			}
			return
		}
		if open[ref] {
			return
		}
		open[ref] = true
		if g := c.groups[ref]; g != nil {
			for _, m := range g.Members {
				expand(m)
			}
		} else if r := c.rotas[ref]; r != nil {
			for _, m := range r.Members {
				expand(m)
			}
			for _, cover := range r.Cover {
				expand(cover.Person)
			}
		} else if r := c.roles[ref]; r != nil {
			for _, h := range slices.Concat(r.Holders, c.holders[ref]) {
				expand(h)
			}
			if c.heldByAll(r) {
				for i := range c.plan.CoreTeam {
					expand(c.plan.CoreTeam[i].ID)
				}
			}
		}
	}
	expand(ref)
	c.memberCache[ref] = ids
	return ids
}

// heldByAll reports whether nobody is named for a role, so that the whole core team may hold it.
func (c *checker) heldByAll(r *plan.Role) bool {
	return len(r.Holders) == 0 && len(c.holders[r.ID]) == 0
}

// able lists those of a reference who could do something in an emergency: persons, not bodies, who can be reached.
func (c *checker) able(ref string) []string {
	if ids, ok := c.ableCache[ref]; ok {
		return ids
	}
	var ids []string
	for _, id := range c.members(ref) {
		if r := c.persons[id]; !r.Body && c.reachable(r) {
			ids = append(ids, id)
		}
	}
	c.ableCache[ref] = ids
	return ids
}

// reachable reports whether a person has a contact that says where, or may have one in the file that is not open.
func (c *checker) reachable(r *plan.Person) bool {
	return c.sealed || slices.ContainsFunc(r.Contact, decided) || slices.ContainsFunc(r.Sealed, decided)
}

// decided reports whether a contact says where. A number, and a word with an @ in it, are never placeholders.
func decided(k plan.Contact) bool {
	to := strings.TrimSpace(k.To)
	if to != "" && !strings.ContainsAny(to, " ([<{*`_") && (to[0] == '+' || strings.Contains(to, "@")) {
		return true
	}
	return to != "" && !plan.Open(to)
}

// nameOf is what people call whoever a reference leads to.
func (c *checker) nameOf(ref string) string {
	switch {
	case c.persons[ref] != nil:
		return c.persons[ref].Called()
	case c.groups[ref] != nil:
		return c.groups[ref].Name
	case c.rotas[ref] != nil:
		return c.rotas[ref].Name
	case c.roles[ref] != nil:
		return c.roles[ref].Name
	case c.unlisted[ref] != nil:
		return c.unlisted[ref].Name
	}
	return ref
}

// namesOf are the names behind several references.
func (c *checker) namesOf(refs []string) []string {
	names := make([]string, len(refs))
	for i, r := range refs {
		names[i] = c.nameOf(r)
	}
	return names
}
