package check

import (
	"cmp"
	"fmt"
	"slices"

	"tocsin/plan"
)

// owned are the steps of one procedure that a role owns.
type owned struct {
	procedure *plan.Procedure
	steps     []*plan.Step
}

// checkHolders tells of the roles that own steps and that nobody can hold: once for each, for it is mended once.
func (c *checker) checkHolders() {
	var roles []string
	nobody := map[string][]owned{}
	for n := range c.plan.Procedures {
		r := &c.plan.Procedures[n]
		for k := range r.Steps {
			s := &r.Steps[k]
			if s.Owner == "" || c.unlisted[s.Owner] != nil || len(c.able(s.Owner)) > 0 {
				continue
			}
			all := nobody[s.Owner]
			if all == nil {
				roles = append(roles, s.Owner)
			}
			if len(all) == 0 || all[len(all)-1].procedure != r {
				all = append(all, owned{procedure: r})
			}
			last := &all[len(all)-1]
			last.steps = append(last.steps, s)
			nobody[s.Owner] = all
		}
	}
	for _, role := range roles {
		all := nobody[role]
		slices.SortStableFunc(all, func(a, b owned) int {
			return cmp.Compare(c.impactOf("procedures["+a.procedure.ID+"]"), c.impactOf("procedures["+b.procedure.ID+"]"))
		})
		worst := all[0]
		at, which := c.steps("procedures["+worst.procedure.ID+"]", worst.procedure, worst.steps)
		if len(all) > 1 {
			names, steps := make([]string, len(all)), 0
			for i, o := range all {
				names[i] = o.procedure.Name
				steps += len(o.steps)
			}
			which = fmt.Sprintf("%d steps of %d procedures: %s", steps, len(all), list(names))
		}
		c.add(Error, "step-owner-nobody", at+".owner", fmt.Sprintf("Nobody who can be reached can hold the role %q, which owns %s.", c.nameOf(role), which),
			"What it owns would never be done.",
			"Name persons under the role's holders, and write how to reach them.")
	}
}
