package readiness

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tocsin/chain"
	"tocsin/check"
	"tocsin/evm"
	"tocsin/plan"
)

// power is a call by which a contract could be taken over.
type power struct{ signature, means string }

// powers are the calls that are tried from the executor's account. Each would change nothing: it names the executor or what is so already.
var powers = [...]power{
	{"transferOwnership(address)", "give it to another owner"},
	{"grantRole(bytes32,address)", "give roles to anybody"},
	{"upgradeTo(address)", "replace its code"},
	{"upgradeToAndCall(address,bytes)", "replace its code"},
	{"changeAdmin(address)", "change who replaces its code"},
	{"mint(address,uint256)", "make tokens"},
}

// powers says what the executor could do to the plan's contracts that no action of its needs. Whoever holds the server holds its key.
func (k *survey) powers(ctx context.Context) {
	if k.Executor == (evm.Address{}) {
		return
	}
	for _, c := range k.report.Facts.Contracts {
		s, ok := k.scenes[c.Chain]
		a, known := k.Plan.Asset(c.Asset)
		if !ok || !known || c.Safe != nil {
			continue // that it is an owner of a Safe has been said
		}
		can, err := k.could(ctx, s, a, c)
		if err != nil {
			k.unseen(s, a.ID, "What the executor may do to "+a.Name, err)
			continue
		}
		if len(can) == 0 {
			continue
		}
		var evidence, means []string
		for _, p := range can {
			evidence = append(evidence, fmt.Sprintf("%s on %s, called by %s, is not refused", p.signature, a.Address.Hex(), k.Executor.Hex()))
			if !slices.Contains(means, p.means) {
				means = append(means, p.means)
			}
		}
		k.add(s, Gap{
			Code: ExecutorPower, Level: check.Error, Of: a.ID, Evidence: evidence,
			Say:  fmt.Sprintf("The executor may do more to %s than its actions need: %s.", a.Name, strings.Join(means, ", ")),
			Why:  "Its key lies on the server: whoever breaks into that could do the same.",
			Mend: "Leave the executor only what its actions call, and give the rest to a Safe.",
		})
	}
}

// could tries the calls of power. A contract that refuses nothing, whatever is called, tells nothing.
func (k *survey) could(ctx context.Context, s *scene, a plan.Asset, c Contract) ([]power, error) {
	tries := func(data []byte) (bool, error) {
		_, refused, err := s.call(ctx, chain.Message{From: k.Executor, To: &a.Address, Data: data})
		return refused == nil, err
	}
	nothing := evm.Keccak([]byte("tocsin: no contract has this function"))
	if any, err := tries(nothing[:4]); err != nil || any {
		return nil, err
	}
	target := c.Implementation
	if target == (evm.Address{}) {
		target = a.Address
	}
	args := map[string][]string{
		"transferOwnership(address)":      {k.Executor.Hex()},
		"grantRole(bytes32,address)":      {evm.Hash{}.Hex(), k.Executor.Hex()},
		"upgradeTo(address)":              {target.Hex()},
		"upgradeToAndCall(address,bytes)": {target.Hex(), "0x"},
		"changeAdmin(address)":            {k.Executor.Hex()},
		"mint(address,uint256)":           {k.Executor.Hex(), "1"},
	}
	var can []power
	for _, p := range powers {
		if k.needs(a.ID, p.signature) {
			continue
		}
		data, err := evm.EncodeCall(p.signature, args[p.signature])
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", p.signature, err)
		}
		ok, err := tries(data)
		if err != nil {
			return nil, err
		}
		if ok {
			can = append(can, p)
		}
	}
	return can, nil
}

// needs reports whether an action of the plan has the executor call a function of a contract.
func (k *survey) needs(asset, signature string) bool {
	want, err := evm.ParseSignature(signature)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(k.Plan.Actions, func(x plan.Action) bool {
		m, err := evm.ParseSignature(x.Function)
		return err == nil && x.Asset == asset && x.Safe == "" && m.Selector() == want.Selector()
	})
}
