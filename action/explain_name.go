package action

import (
	"fmt"

	"github.com/holiman/uint256"

	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/plan"
)

// name says what stands at an address, and whether it is an asset of the plan.
func (x *explainer) name(a evm.Address) (string, bool) {
	if a == (evm.Address{}) {
		return "a contract that is not named", false
	}
	if asset, ok := assetAt(x.plan, x.chain, a); ok {
		return assetText(asset), true
	}
	if d, ok := safe.IsMultiSend("", a); ok {
		return fmt.Sprintf("MultiSendCallOnly of Safe %s (%s)", d.Version, a.Hex()), true
	}
	return a.Hex(), false
}

// who names an account: an asset of the plan, or a person by one of their keys. known reports whether the plan has it.
func (x *explainer) who(a evm.Address) (text string, known bool) {
	if a == (evm.Address{}) {
		return "nobody (the zero address)", true
	}
	if text, known := x.name(a); known {
		return text, true
	}
	if name := x.signer(a); name != "" {
		return fmt.Sprintf("%s (%s)", name, a.Hex()), true
	}
	return a.Hex(), false
}

// signer is the name of who signs with an address; empty if nobody of the plan does.
func (x *explainer) signer(a evm.Address) string {
	if x.plan == nil {
		return ""
	}
	for _, team := range [][]plan.Person{x.plan.CoreTeam, x.plan.ExtendedTeam} {
		for _, r := range team {
			for _, k := range r.Keys {
				if k.Address == a {
					return r.Name
				}
			}
		}
	}
	return ""
}

func (x *explainer) token(a evm.Address) string {
	if a == (evm.Address{}) {
		return "the chain's currency"
	}
	text, _ := x.name(a)
	return "the token " + text
}

func (x *explainer) receiver(a evm.Address) string {
	if a == (evm.Address{}) {
		return "whoever sends it"
	}
	text, _ := x.who(a)
	return text
}

// amount writes an amount of a token by the plan's decimals, where it has them.
func (x *explainer) amount(token evm.Address, n *uint256.Int) string {
	a, ok := assetAt(x.plan, x.chain, token)
	if !ok || a.Decimals <= 0 || a.Decimals > 77 || a.Kind != "token" {
		return n.Dec()
	}
	unit := a.Unit
	if unit == "" {
		unit = a.Name
	}
	return fmt.Sprintf("%s %s", scaled(n, a.Decimals), unit)
}

// role names a role of AccessControl by its hash.
func role(h evm.Hash) string {
	if h == (evm.Hash{}) {
		return "DEFAULT_ADMIN_ROLE"
	}
	for _, name := range roleNames {
		if evm.Keccak([]byte(name)) == h {
			return name
		}
	}
	return "the role " + h.Hex()
}

// roleNames are the roles that widely used contracts name; their hashes stand on the chain.
var roleNames = []string{
	"PAUSER_ROLE", "UNPAUSER_ROLE", "MINTER_ROLE", "BURNER_ROLE", "UPGRADER_ROLE", "SNAPSHOT_ROLE", "PROPOSER_ROLE", "EXECUTOR_ROLE",
	"CANCELLER_ROLE", "TIMELOCK_ADMIN_ROLE", "ADMIN_ROLE", "OPERATOR_ROLE", "KEEPER_ROLE", "GUARDIAN_ROLE", "GOVERNOR_ROLE", "MANAGER_ROLE",
	"OWNER_ROLE", "ORACLE_ROLE", "RELAYER_ROLE", "BRIDGE_ROLE", "DEPOSITOR_ROLE", "WITHDRAWER_ROLE", "TREASURY_ROLE", "EMERGENCY_ROLE",
	"EMERGENCY_ADMIN_ROLE", "RISK_ADMIN_ROLE", "POOL_ADMIN_ROLE", "BLACKLISTER_ROLE", "RESCUER_ROLE", "STRATEGIST_ROLE", "LIQUIDATOR_ROLE",
}
