package stage

import (
	"slices"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Dressing says how a plan is changed so that it can be played.
type Dressing struct {
	Chain uint64 // id of the drill chain; 0: DrillChain
	Of    uint64 // chain of the plan whose place that takes; 0: the one of the contract that the plan can pause
	Own   bool   // people sign for themselves, with the keys that the plan gives them; else with the stage's
	Given bool   // the chain is the team's own, such as a fork: what the plan says of who sends and who may pause is so there
}

// Dress is a plan as it is played on stage without people: the chain of its vault has become the drill chain of that id (0: DrillChain),
// everybody's signing keys are the stage's own (see Sign), and what is sent comes from the stage's executor. Of a plan that is played as it
// stands, such as the example, nothing changes. The files that a plan names (ABIs, prepared transactions) stay where they are.
func Dress(p *plan.Plan, chain uint64) (*plan.Plan, error) { return Dressing{Chain: chain}.Dress(p) }

// Dress changes a plan so that it can be played. Faults: forbidden for a drill chain whose id is that of a live one of the plan; invalid for
// a plan that cannot be played.
func (o Dressing) Dress(p *plan.Plan) (*plan.Plan, error) {
	var vault plan.Asset
	if !o.Given {
		var err error
		if _, vault, err = pauseIn(p); err != nil {
			return nil, err
		}
	}
	if o.Of == 0 {
		o.Of = vault.Chain
	}
	if o.Chain == 0 {
		o.Chain = DrillChain(p)
	}
	if c, ok := p.Chain(o.Chain); ok && c.Kind != "drill" {
		return nil, fault.New(fault.Forbidden, "Chain %d is live in the plan: nothing is played there.", o.Chain).Instead("Name a chain that is none of the plan's.")
	}
	if _, ok := p.Chain(o.Of); !ok {
		return nil, fault.New(fault.Invalid, "The plan names no chain %d, whose place the drill chain could take.", o.Of)
	}
	d, err := plan.ParseCanonical(p.Canonical()) // a copy of its own
	if err != nil {
		return nil, err
	}
	d.Exercises.Scenarios = slices.Clone(p.Exercises.Scenarios) // their scripts have been read
	onto(d, o.Of, o.Chain)
	if !o.Own {
		if err := stageKeys(d); err != nil {
			return nil, err
		}
	}
	if o.Given {
		return d, nil
	}
	executor, err := Address(executorName)
	if err != nil {
		return nil, err
	}
	for i := range d.Actions {
		d.Actions[i].Sender = evm.Address{}
	}
	for i := range d.Assets {
		a := &d.Assets[i]
		if a.ID == vault.ID && len(a.Pausers) > 0 {
			a.Pausers = []string{executor.Hex()}
		}
	}
	return d, nil
}

// stageKeys gives everybody who has signing keys one of the stage's.
func stageKeys(d *plan.Plan) (err error) {
	for _, people := range [][]plan.Person{d.CoreTeam, d.ExtendedTeam} {
		for i := range people {
			if people[i].Keys, err = drillKeys(people[i]); err != nil {
				return err
			}
		}
	}
	return nil
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
	for _, people := range [][]plan.Person{d.CoreTeam, d.ExtendedTeam} {
		for i := range people {
			for k := range people[i].Keys {
				if key := &people[i].Keys[k]; key.Chain == live {
					key.Chain = drill
				}
			}
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
