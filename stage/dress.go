package stage

import (
	"slices"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Dress is a plan as it is played on stage: the chain of its vault has become the drill chain of that id (0: DrillChain), everybody's
// signing keys are the stage's own (see Sign), and what is sent comes from the stage's executor. Of a plan that is played as it stands, such as the example, nothing
// changes. The files that a plan names (ABIs, prepared transactions) stay where they are.
func Dress(p *plan.Plan, chain uint64) (*plan.Plan, error) {
	_, vault, err := pauseIn(p)
	if err != nil {
		return nil, err
	}
	if chain == 0 {
		chain = DrillChain(p)
	}
	if c, ok := p.Chain(chain); ok && c.Kind != "drill" {
		return nil, fault.New(fault.Forbidden, "Chain %d is live in the plan: nothing is played there.", chain).Instead("Name a chain that is none of the plan's.")
	}
	d, err := plan.ParseCanonical(p.Canonical()) // a copy of its own
	if err != nil {
		return nil, err
	}
	executor, err := Address(executorName)
	if err != nil {
		return nil, err
	}
	onto(d, vault.Chain, chain)
	for i := range d.Actions {
		d.Actions[i].Sender = evm.Address{}
	}
	for _, people := range [][]plan.Person{d.CoreTeam, d.ExtendedTeam} {
		for i := range people {
			if people[i].Keys, err = drillKeys(people[i]); err != nil {
				return nil, err
			}
		}
	}
	for i := range d.Assets {
		a := &d.Assets[i]
		if a.ID == vault.ID && len(a.Pausers) > 0 {
			a.Pausers = []string{executor.Hex()}
		}
	}
	return d, nil
}

// onto moves what is on one chain to another, which is a drill chain.
func onto(d *plan.Plan, live, drill uint64) {
	if live == drill {
		return
	}
	d.Chains = slices.DeleteFunc(d.Chains, func(c plan.Chain) bool { return c.ID == drill })
	for i := range d.Chains {
		if c := &d.Chains[i]; c.ID == live {
			// What is said of the live chain's pace does not hold on stage.
			*c = plan.Chain{ID: drill, Name: c.Name + " (drill)", Kind: "drill"}
		}
	}
	for i := range d.Assets {
		if d.Assets[i].Chain == live {
			d.Assets[i].Chain = drill
		}
	}
	for i := range d.Detectors {
		if d.Detectors[i].Chain == live {
			d.Detectors[i].Chain = drill
		}
	}
}

// drillKeys are the keys of a person on stage: one, if the person has any in the plan.
func drillKeys(x plan.Person) ([]plan.Key, error) {
	if len(x.Keys) == 0 {
		return nil, nil
	}
	a, err := Address(x.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range x.Keys {
		if k.Address == a {
			return x.Keys, nil // the stage's already
		}
	}
	return []plan.Key{{Address: a, Note: "the stage's own, worth nothing outside a drill", TryEvery: x.Keys[0].TryEvery}}, nil
}

// DrillChain is the id that the stage's chain has for a plan: that of the plan's own drill chain if the plan has one, else one that is
// none of its chains'.
func DrillChain(p *plan.Plan) uint64 {
	for _, c := range p.Chains {
		if c.Kind == "drill" {
			return c.ID
		}
	}
	id := uint64(ChainID)
	for slices.ContainsFunc(p.Chains, func(c plan.Chain) bool { return c.ID == id }) {
		id++
	}
	return id
}
