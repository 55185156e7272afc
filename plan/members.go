package plan

import "time"

// Members expands a reference (a person, a group, a rota or a role) to the ids of the persons it stands for at a time, in
// the plan's order and without duplicates. A rota stands for whoever is on call, a role for whoever may hold it. References
// in a circle and references to nobody expand to nobody.
func (p *Plan) Members(ref string, at time.Time) []string {
	e := expansion{plan: p, at: at, open: map[string]bool{}, have: map[string]bool{}}
	e.add(ref)
	return e.persons
}

// MembersOf expands several references, as Members does.
func (p *Plan) MembersOf(refs []string, at time.Time) []string {
	e := expansion{plan: p, at: at, open: map[string]bool{}, have: map[string]bool{}}
	for _, r := range refs {
		e.add(r)
	}
	return e.persons
}

// ToCall expands several references to whom to call for them, as MembersOf does, but finds somebody where a rota has a hole:
// if whoever is on call stands for nobody who can be reached, it is whose turn it would be, then who comes next.
func (p *Plan) ToCall(refs []string, at time.Time) []string {
	e := expansion{plan: p, at: at, open: map[string]bool{}, have: map[string]bool{}, calling: true}
	for _, r := range refs {
		e.add(r)
	}
	return e.persons
}

// Holders lists who may hold a role at a time: those the role names, in order, then those who name the role; the core team
// if there are none of either. A role that the plan does not hold has no holders.
func (p *Plan) Holders(role string, at time.Time) []string {
	if _, ok := p.Role(role); !ok {
		return nil
	}
	e := expansion{plan: p, at: at, open: map[string]bool{}, have: map[string]bool{}}
	e.addRole(role)
	return e.persons
}

// Everyone lists the ids of the whole core team.
func (p *Plan) Everyone() []string {
	if p == nil {
		return nil
	}
	ids := make([]string, 0, len(p.CoreTeam))
	for i := range p.CoreTeam {
		ids = append(ids, p.CoreTeam[i].ID)
	}
	return ids
}

// expansion gathers persons; open holds the groups, rotas and roles it is inside of, so that a circle ends.
type expansion struct {
	plan    *Plan
	at      time.Time
	open    map[string]bool
	have    map[string]bool
	calling bool // a hole of a rota is filled
	persons []string
}

func (e *expansion) add(ref string) {
	if _, ok := e.plan.Person(ref); ok {
		if !e.have[ref] {
			e.have[ref] = true
			e.persons = append(e.persons, ref)
		}
		return
	}
	if e.open[ref] {
		return
	}
	e.open[ref] = true
	if g, ok := e.plan.Group(ref); ok {
		for _, m := range g.Members {
			e.add(m)
		}
		return
	}
	if r, ok := e.plan.Rota(ref); ok {
		e.addRota(r)
		return
	}
	if _, ok := e.plan.Role(ref); ok {
		e.addRole(ref)
	}
}

func (e *expansion) addRota(r Rota) {
	if !e.calling {
		e.add(r.OnCall(e.at))
		return
	}
	turns := []string{r.OnCall(e.at)}
	for i := range r.Members {
		turns = append(turns, r.inTurn(e.at, int64(i)))
	}
	var anybody string
	for _, ref := range turns {
		people := e.plan.Members(ref, e.at)
		for _, id := range people {
			if x, _ := e.plan.Person(id); x.Callable() {
				e.add(ref)
				return
			}
		}
		if len(people) > 0 && anybody == "" {
			anybody = ref
		}
	}
	e.add(anybody)
}

func (e *expansion) addRole(id string) {
	r, _ := e.plan.Role(id)
	before := len(e.persons)
	for _, h := range r.Holders {
		e.add(h)
	}
	named := len(r.Holders) > 0
	for _, team := range [][]Person{e.plan.CoreTeam, e.plan.ExtendedTeam} {
		for i := range team {
			for _, own := range team[i].Roles {
				if own == id {
					named = true
					e.add(team[i].ID)
				}
			}
		}
	}
	if !named && len(e.persons) == before {
		for _, c := range e.plan.Everyone() {
			e.add(c)
		}
	}
}
