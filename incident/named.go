package incident

import (
	"strings"

	"tocsin/fault"
	"tocsin/plan"
)

// personNamed finds a person by id, or by the name that the plan writes if only one has it: a screen shows names.
func personNamed(p *plan.Plan, ref string) (plan.Person, error) {
	if x, ok := p.Person(ref); ok {
		return x, nil
	}
	var ids []string
	var named []plan.Person
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for _, x := range team {
			ids = append(ids, x.ID)
			if strings.EqualFold(x.Name, ref) {
				named = append(named, x)
			}
		}
	}
	if len(named) == 1 {
		return named[0], nil
	}
	return plan.Person{}, fault.New(fault.Invalid, "The plan names no person %q.", ref).Instead("It names: %s.", strings.Join(ids, ", "))
}

// roleNamed finds a role of the plan.
func roleNamed(p *plan.Plan, id string) (plan.Role, error) {
	if r, ok := p.Role(id); ok {
		return r, nil
	}
	ids := make([]string, len(p.Roles))
	for i, r := range p.Roles {
		ids[i] = r.ID
	}
	return plan.Role{}, fault.New(fault.Invalid, "The plan names no role %q.", id).Instead("It names: %s.", strings.Join(ids, ", "))
}

// notHolder is the fault that the plan does not let somebody hold a role; it says whom it lets.
func notHolder(p *plan.Plan, x plan.Person, r plan.Role, holders []string) error {
	f := fault.New(fault.Forbidden, "The plan does not let %s hold the role %s.", x.Name, r.Name)
	if len(holders) == 0 {
		return f
	}
	names := make([]string, len(holders))
	for i, id := range holders {
		names[i] = NameOf(p, id)
	}
	return f.Instead("It lets: %s.", strings.Join(names, ", "))
}

// NoStep is the fault that the procedure has no such step; it says which there are.
func NoStep(p *plan.Plan, s *State, id string) error {
	steps := course(p, s)
	if len(steps) == 0 {
		return fault.New(fault.NotFound, "There is no step %q: no procedure has begun.", id)
	}
	ids := make([]string, len(steps))
	for i, v := range steps {
		ids[i] = v.ID
	}
	return fault.New(fault.NotFound, "The procedure has no step %q.", id).Instead("Its steps: %s.", strings.Join(ids, ", "))
}

// NotOwed is the fault that no such update is owed; it says which are.
func NotOwed(s *State, id string) error {
	f := fault.New(fault.NotFound, "No update %q is owed.", id)
	var ids []string
	for _, u := range s.Updates {
		if u.State == Owed || u.State == Asked {
			ids = append(ids, u.ID)
		}
	}
	if len(ids) == 0 {
		return f
	}
	return f.Instead("These are: %s.", strings.Join(ids, ", "))
}

// messageOf names a message by whom it goes to, or what it is about, and the way that it takes.
func (s *State) messageOf(p *plan.Plan, delivery string) string {
	has := func(list []Call) *Call { return find(list, func(c *Call) bool { return c.Delivery == delivery }) }
	for _, pg := range s.Pages {
		if c := has(pg.Calls); c != nil {
			return "The message to " + NameOf(p, pg.Person) + " by " + c.Contact
		}
	}
	for _, u := range s.Updates {
		if has(u.Sent) != nil {
			c, _ := p.Communication(u.Communication)
			return "The message about " + c.Name
		}
	}
	return "The message"
}
