package readiness

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tocsin/chain"
	"tocsin/check"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/plan"
	"tocsin/trial"
)

// contracts reads the plan's contracts and compares who may do what with what the plan says.
func (k *survey) contracts(ctx context.Context) {
	for _, a := range k.Plan.Assets {
		s := k.scenes[a.Chain]
		if s == nil || a.Address == (evm.Address{}) {
			continue
		}
		c, err := k.read(ctx, s, a)
		if err != nil {
			k.unseen(s, a.ID, a.Name, err)
			continue
		}
		if c.Code == evm.Keccak(nil) {
			k.missing(s, a)
			continue
		}
		k.report.Facts.Contracts = append(k.report.Facts.Contracts, c)
		if c.Safe != nil {
			continue
		}
		k.owned(s, a, c)
		k.upgraded(s, a, c)
		if err := k.paused(ctx, s, a); err != nil {
			k.unseen(s, a.ID, "Who can pause "+a.Name, err)
		}
	}
}

func (k *survey) missing(s *scene, a plan.Asset) {
	if a.Kind != "contract" && a.Kind != "token" {
		return // an account
	}
	k.add(s, Gap{
		Code: ContractMissing, Level: check.Error, Of: a.ID, Say: fmt.Sprintf("There is no contract at the address of %s, %s.", a.Name, a.Address.Hex()),
		Why: "Nothing of it is watched, and no action on it would do anything.", Mend: "Put the address on this chain into the plan.",
	})
}

func (k *survey) owned(s *scene, a plan.Asset, c Contract) {
	if c.Owner == (evm.Address{}) || k.known(s.chain.ID, c.Owner) != "" {
		return
	}
	k.add(s, Gap{
		Code: OwnerUnknown, Level: check.Warning, Of: a.ID, Say: fmt.Sprintf("%s is owned by %s, whom the plan does not name.", a.Name, c.Owner.Hex()),
		Why: "In an emergency nobody would know whom to call for what only the owner may do.", Mend: "Name the account in the plan: as an asset, as a person's key, or under pausers or upgraders.",
		Evidence: []string{fmt.Sprintf("owner() of %s answers %s", a.Address.Hex(), c.Owner.Hex())},
	})
}

func (k *survey) upgraded(s *scene, a plan.Asset, c Contract) {
	if a.Proxy == "eip1967" && c.Implementation == (evm.Address{}) {
		k.add(s, Gap{
			Code: ProxyEmpty, Level: check.Error, Of: a.ID, Say: a.Name + " is no proxy as the plan says: it points at nothing.",
			Why: "What the plan says about upgrading it does not hold.", Mend: "Correct proxy or the address in the plan.",
			Evidence: []string{"The slot of the implementation (EIP-1967) holds zero"},
		})
		return
	}
	who := c.upgrader()
	if who == (evm.Address{}) {
		return
	}
	evidence := []string{fmt.Sprintf("Slots of %s: implementation %s, admin %s", a.Address.Hex(), c.Implementation.Hex(), c.Admin.Hex()), "Who decides about it is " + who.Hex()}
	switch {
	case len(a.Upgrader) == 0:
		k.add(s, Gap{
			Code: UpgraderUnnamed, Level: check.Warning, Of: a.ID, Evidence: evidence,
			Say:  fmt.Sprintf("%s can be upgraded by %s, and the plan does not say who can.", a.Name, k.called(s.chain.ID, who)),
			Why:  "Whoever can replace its code can take everything in it.",
			Mend: "Name the account under upgraders of the asset.",
		})
	case !k.entitled(a.Upgrader, s.chain.ID, who):
		k.add(s, Gap{
			Code: UpgraderDiffers, Level: check.Error, Of: a.ID, Evidence: evidence,
			Say:  fmt.Sprintf("%s can be upgraded by %s, and the plan names somebody else.", a.Name, k.called(s.chain.ID, who)),
			Why:  "Whoever can replace its code can take everything in it, and who should be able to cannot.",
			Mend: "Find out who changed it. If it is meant, correct upgraders of the asset.",
		})
	}
}

// entitled reports whether an account is among those that a list of the plan means, or a Safe whose owners are.
func (k *survey) entitled(refs []string, chain uint64, who evm.Address) bool {
	meant := k.meant(refs)
	if slices.Contains(meant, who) {
		return true
	}
	for _, c := range k.safes {
		if c.asset.Chain != chain || c.facts.Safe != who {
			continue
		}
		for _, o := range c.facts.Owners {
			if !slices.Contains(meant, o) {
				return false
			}
		}
		return true
	}
	return false
}

// paused tries whether those who can pause by the plan can.
func (k *survey) paused(ctx context.Context, s *scene, a plan.Asset) error {
	data := k.pauses(a)
	if len(a.Pausers) == 0 || data == nil {
		return nil
	}
	if already, _, err := s.yes(ctx, a.Address, "paused()"); err != nil || already {
		return err
	}
	refusal := func(who evm.Address) (string, error) {
		_, refused, err := s.call(ctx, chain.Message{From: who, To: &a.Address, Data: data})
		if err != nil || refused == nil {
			return "", err
		}
		return trial.Reason(k.Plan, s.chain.ID, a.Address, refused), nil
	}
	for _, who := range literal(a.Pausers) {
		why, err := refusal(who)
		if err != nil {
			return err
		}
		if why != "" {
			k.pauserRefused(s, a, nil, upper(k.called(s.chain.ID, who)), fmt.Sprintf("A pause by %s is refused: %s", who.Hex(), why), why)
		}
	}
	for _, id := range k.Plan.MembersOf(a.Pausers, k.Now) {
		person, ok := k.Plan.Person(id)
		if !ok {
			continue
		}
		why, by := "", evm.Address{}
		for _, who := range k.hands(&person, s.chain.ID, a.Pausers) {
			said, err := refusal(who)
			if err != nil {
				return err
			}
			if why, by = said, who; why == "" {
				break // one of their keys suffices
			}
		}
		if why != "" {
			k.pauserRefused(s, a, []string{id}, k.Plan.NameOf(id), fmt.Sprintf("A pause by %s is refused: %s", by.Hex(), why), why)
		}
	}
	return nil
}

func (k *survey) pauserRefused(s *scene, a plan.Asset, people []string, who, evidence, why string) {
	k.add(s, Gap{
		Code: PauserRefused, Level: check.Error, Of: a.ID, People: people, Say: fmt.Sprintf("%s cannot pause %s: %s.", who, a.Name, why),
		Why: "The plan counts on it.", Mend: "Give the account the role again, or correct pausers of the asset.", Evidence: []string{evidence},
	})
}

// hands are the accounts by which a person could do what a list of the plan lets them: their keys, and the Safes that they own with others
// of the list.
func (k *survey) hands(person *plan.Person, chain uint64, refs []string) []evm.Address {
	list := slices.Clone(decision.Keys(person))
	meant := k.meant(refs)
	for _, c := range k.safes {
		if c.asset.Chain == chain && slices.ContainsFunc(c.facts.Owners, func(o evm.Address) bool { return slices.Contains(decision.Keys(person), o) }) &&
			!slices.ContainsFunc(c.facts.Owners, func(o evm.Address) bool { return !slices.Contains(meant, o) }) {
			list = append(list, c.facts.Safe)
		}
	}
	return list
}

// pauses is the calldata that pauses a contract, by its ABI or the plan's actions; nil if nothing tells.
func (k *survey) pauses(a plan.Asset) []byte {
	known := slices.ContainsFunc(k.Plan.Actions, func(x plan.Action) bool { return x.Asset == a.ID && strings.HasPrefix(x.Function, "pause()") })
	if abi, err := evm.ParseABI(a.ABI); err == nil && !known {
		_, err := abi.Method("pause()")
		known = err == nil
	}
	if !known {
		return nil
	}
	data, err := evm.EncodeCall("pause()", nil)
	if err != nil {
		return nil
	}
	return data
}

// upper begins a sentence.
func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
