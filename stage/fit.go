package stage

import (
	"slices"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

const (
	tokenMaker = "make(string,string)"
	tokenName  = "Harbour Dollar"
	tokenUnit  = "HUSD"
)

// Places are where a plan has its vault and its token. A zero address is for the deployer to choose.
type Places struct {
	Vault evm.Address
	Token evm.Address
}

// but leaves out what a deployment would put where the plan has it anyway.
func (x Places) but(token, vault evm.Address) Places {
	if x.Token == token && x.Vault == vault {
		return Places{}
	}
	return x
}

// Fits says why the world cannot be played with a plan, in a sentence that says what the plan would need; nil if it can.
func (w World) Fits(p *plan.Plan) error {
	if _, err := worldOf(w.ID); err != nil {
		return err
	}
	_, err := placesIn(p)
	return err
}

// placesIn finds the contract that an action of the plan pauses, and the token that it holds.
func placesIn(p *plan.Plan) (Places, error) {
	var reason error
	for _, a := range p.Actions {
		if a.Function != "pause()" {
			continue
		}
		vault, ok := p.Asset(a.Asset)
		switch {
		case a.Kind != "call":
			reason = fault.New(fault.Invalid, "Action %s pauses by a transaction that the stage cannot sign.", a.ID).
				Instead("Let an action of kind call do it in exercises.")
		case !ok || vault.Address == (evm.Address{}):
			reason = fault.New(fault.Invalid, "Action %s pauses a contract that has no address in the plan.", a.ID).
				Instead("Write the address of its asset.")
		case a.Effect != nil && (name(a.Effect.Function) != "paused" || len(a.Effect.Args) > 0):
			reason = fault.New(fault.Invalid, "The effect of action %s is not read by paused(), which is all that the stage's vaults answer.", a.ID).
				Instead("Let the effect be paused() returns (bool), want true.")
		default:
			token, err := tokenOf(p, vault)
			return Places{Vault: vault.Address, Token: token}, err
		}
	}
	if reason == nil {
		reason = fault.New(fault.Invalid, "No action of the plan calls pause() on a contract, so nothing could stop the attacker.").
			Instead("Declare an action of kind call with function pause(), and its effect paused().")
	}
	return Places{}, reason
}

// tokenOf is where the token lies that a vault holds: of its holdings, or the only token of its chain; zero if the plan names none.
func tokenOf(p *plan.Plan, vault plan.Asset) (evm.Address, error) {
	if vault.Holdings != nil {
		if a, ok := p.Asset(vault.Holdings.Asset); ok && a.ID != vault.ID {
			return a.Address, nil
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
		return evm.Address{}, nil
	case 1:
		return found[0].Address, nil
	}
	return evm.Address{}, fault.New(fault.Invalid, "The plan names several tokens, and does not say which one %s holds.", vault.ID).
		Instead("Give the asset holdings: the token's balanceOf with the vault as argument.")
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
