package stage

import (
	"slices"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

// ownersIn are the accounts that own the Safe of an action, those of the people who approve it, and how many of them it takes: as many
// as the plan's decision asks for at least.
func ownersIn(p *plan.Plan, action string) (owners []evm.Address, threshold int) {
	for _, d := range p.Decisions {
		if !slices.Contains(d.Actions, action) {
			continue
		}
		var at time.Time // whoever is on call: the Safe's owners do not change with the week
		for _, id := range p.MembersOf(append(slices.Clone(d.Required), d.Additional.Who...), at) {
			x, ok := p.Person(id)
			if !ok {
				continue
			}
			for _, k := range x.Keys {
				if (k.Kind == "" || k.Kind == "address") && k.Address != (evm.Address{}) && !slices.Contains(owners, k.Address) {
					owners = append(owners, k.Address)
					break // one person, one owner
				}
			}
		}
		threshold = d.Additional.Need
		for _, ref := range d.Required {
			need := 1
			if g, ok := p.Group(ref); ok {
				need = max(g.Need, 1)
			}
			threshold += need
		}
		break
	}
	return owners, max(min(threshold, len(owners)), 1)
}
