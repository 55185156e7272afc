package check

import (
	"slices"

	"tocsin/plan"
)

// contrastOf prepares two plans for comparison. Where the contact details of both are known, people are compared by all ways to
// reach them, sealed or not; where the new ones are sealed and were not opened, nothing is said of those who are reached by
// them alone: what cannot be seen has neither gone nor stayed.
func contrastOf(old, new *plan.Plan) *contrast {
	c := &contrast{old: old, new: new, opened: openedIn(old) && openedIn(new)}
	switch {
	case old.Contacts.File == "" && new.Contacts.File == "":
	case c.opened:
		c.old, c.new = laddered(old, plan.Person.Ladder), laddered(new, plan.Person.Ladder)
	case openedIn(old):
		c.old = laddered(old, func(r plan.Person) []plan.Contact {
			if n, ok := new.Person(r.ID); ok && len(n.Contact) == 0 {
				return nil
			}
			return r.Ladder()
		})
	}
	return c
}

// openedIn reports whether everything about reaching people is known of a plan.
func openedIn(p *plan.Plan) bool {
	sealed := func(r plan.Person) bool { return len(r.Sealed) > 0 }
	return p.Contacts.File == "" || slices.ContainsFunc(p.CoreTeam, sealed) || slices.ContainsFunc(p.ExtendedTeam, sealed)
}

// laddered is a plan whose people are reached in these ways.
func laddered(p *plan.Plan, ways func(plan.Person) []plan.Contact) *plan.Plan {
	q := *p
	for _, team := range []*[]plan.Person{&q.CoreTeam, &q.ExtendedTeam} {
		*team = slices.Clone(*team)
		for i := range *team {
			(*team)[i].Contact = ways((*team)[i])
		}
	}
	return &q
}

// sealWeakens: what was opened has been compared person by person; what was not may be anything.
func sealWeakens(c *contrast, _ delta) string {
	if c.opened {
		return Changes
	}
	return Weakens
}

// readerWeakens: whoever can open what was sealed for others reads every number in it.
func readerWeakens(_ *contrast, d delta) string {
	if d.newText != "" && len(d.before) > 0 {
		return Weakens
	}
	return Changes
}

// unseen is said of contact details that were not opened.
const unseen = " They were not opened here, so that nobody can see whether they are the same: compare where there is a contacts key."
