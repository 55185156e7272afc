package stage

import (
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// places are where a plan has its vault and its token, and the Safe that pauses the vault. A zero address is for the deployer to
// choose; a zero safe is none.
type places struct {
	vault, token, safe evm.Address
	coin               coin
	owners             []evm.Address // of the Safe
	threshold          int
}

// but leaves out what a deployment would put where the plan has it anyway.
func (x places) but(token, vault evm.Address) places {
	if x.token == token && x.vault == vault && x.coin == harbourDollar() {
		x.token, x.vault = evm.Address{}, evm.Address{}
	}
	return x
}

// Fits says why the world cannot be played with a plan, in a sentence that says what the plan would need; nil if it can. A plan that
// pauses through a Safe needs the Safe's contracts at Start.
func (w World) Fits(p *plan.Plan) error {
	if _, err := worldOf(w.ID); err != nil {
		return err
	}
	_, err := placesIn(p)
	return err
}

// Playable says why the world cannot be played with a plan here, as Fits does, and also of a Safe's contracts that are not at hand.
func (w World) Playable(p *plan.Plan, safe *SafeCode) error {
	if err := w.Fits(p); err != nil {
		return err
	}
	a, _, err := pauseIn(p)
	pauses := a.Kind == "safe"
	if err != nil || safe != nil || !pauses && !w.Safe {
		return err
	}
	return errNoSafe(pauses)
}

// Named finds a world by its id. Fault: not_found.
func Named(id string) (World, error) {
	w, err := worldOf(id)
	return w.World, err
}

// placesIn finds the contract that an action of the plan pauses, the token that it holds, and the Safe through which it is paused.
func placesIn(p *plan.Plan) (places, error) {
	a, vault, err := pauseIn(p)
	if err != nil {
		return places{}, err
	}
	token, err := tokenOf(p, vault)
	if err != nil {
		return places{}, err
	}
	x := places{vault: vault.Address, token: token.Address}
	if x.coin, err = coinOf(token, vault); err != nil {
		return places{}, err
	}
	for _, person := range p.Everyone() {
		if played(person) {
			return places{}, fault.New(fault.Invalid, "The plan has a person with the id %s, which is that of an actor of the stage.", person).
				Instead("Give the person another id.")
		}
	}
	if a.Kind != "safe" {
		return x, nil
	}
	safe, _ := p.Asset(a.Safe)
	x.safe = safe.Address
	x.owners, x.threshold = ownersIn(p, a.ID)
	if len(x.owners) == 0 {
		return places{}, fault.New(fault.Invalid, "Nobody who approves action %s has the key of an account, so the Safe would have no owners.", a.ID).
			Instead("Let a decision authorise it, and give its approvers keys of the kind address.")
	}
	return x, nil
}

// pauseIn finds the action with which the team can stop the attacker, and the contract that it stops.
func pauseIn(p *plan.Plan) (plan.Action, plan.Asset, error) {
	var reason error
	for _, a := range p.Actions {
		if a.Function != "pause()" {
			continue
		}
		vault, ok := p.Asset(a.Asset)
		safe, there := p.Asset(a.Safe)
		switch {
		case a.Kind != "call" && a.Kind != "safe":
			reason = fault.New(fault.Invalid, "Action %s pauses by a transaction that the stage cannot sign.", a.ID).
				Instead("Declare an action of kind call or safe that does the same.")
		case !ok || vault.Address == (evm.Address{}):
			reason = fault.New(fault.Invalid, "Action %s pauses a contract that has no address in the plan.", a.ID).
				Instead("Write the address of its asset.")
		case a.Kind == "safe" && (!there || safe.Address == (evm.Address{}) || safe.Chain != vault.Chain):
			reason = fault.New(fault.Invalid, "The Safe of action %s has no address on the chain of what it pauses.", a.ID).
				Instead("Write chain and address of the Safe's asset.")
		case a.Effect != nil && (name(a.Effect.Function) != "paused" || len(a.Effect.Args) > 0 || a.Effect.Asset != a.Asset):
			reason = fault.New(fault.Invalid, "The effect of action %s is not read by paused(), which is all that the stage's vaults answer.", a.ID).
				Instead("Let the effect be paused() returns (bool), want true.")
		default:
			return a, vault, nil
		}
	}
	if reason == nil {
		reason = fault.New(fault.Invalid, "No action of the plan calls pause() on a contract, so nothing could stop the attacker.").
			Instead("Declare an action of kind call with function pause(), and its effect paused().")
	}
	return plan.Action{}, plan.Asset{}, reason
}

// tokenOf is the token that a vault holds: that of its holdings, or the only token of its chain; the zero asset if the plan names none.
func tokenOf(p *plan.Plan, vault plan.Asset) (plan.Asset, error) {
	if vault.Holdings != nil {
		if a, ok := p.Asset(vault.Holdings.Asset); ok && a.ID != vault.ID {
			return a, nil
		}
	}
	var found []plan.Asset
	for _, a := range p.Assets {
		if a.Kind == "token" && a.Chain == vault.Chain && a.Address != (evm.Address{}) && a.ID != vault.ID {
			found = append(found, a)
		}
	}
	switch len(found) {
	case 0:
		return plan.Asset{}, nil
	case 1:
		return found[0], nil
	}
	return plan.Asset{}, fault.New(fault.Invalid, "The plan names several tokens, and does not say which one %s holds.", vault.ID).
		Instead("Give the asset holdings: the token's balanceOf with the vault as argument.")
}

// coinOf is what a plan says of how the token counts, on the token itself or on the vault that holds it; what it does not say is as in
// the example plan.
func coinOf(token, vault plan.Asset) (coin, error) {
	c := harbourDollar()
	for _, a := range []plan.Asset{vault, token} {
		if a.Unit != "" || a.Decimals != 0 {
			c.unit, c.decimals = a.Unit, a.Decimals
		}
	}
	if token.Name != "" {
		c.name = token.Name
	}
	if c.decimals > 18 || c.decimals < 0 {
		return coin{}, fault.New(fault.Invalid, "The token of %s has %d decimals; the stage knows tokens of up to 18.", vault.ID, c.decimals)
	}
	return c, nil
}

// name is the name of a function before its arguments.
func name(signature string) string {
	for i, r := range signature {
		if r == '(' {
			return signature[:i]
		}
	}
	return signature
}
