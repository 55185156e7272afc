package readiness

import (
	"context"
	"fmt"
	"slices"

	"tocsin/action"
	"tocsin/check"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/trial"
)

// readSafes reads the Safes that actions of the plan go through, and holds their owners against the plan's people.
func (k *survey) readSafes(ctx context.Context) {
	for _, a := range k.Plan.Assets {
		if !slices.ContainsFunc(k.Plan.Actions, func(x plan.Action) bool { return x.Kind == action.Safe && x.Safe == a.ID }) {
			continue
		}
		s := k.scenes[a.Chain]
		if s == nil {
			continue
		}
		f, err := trial.ReadSafeAt(ctx, s.client, a.Address, s.head)
		switch {
		case fault.Is(err, fault.Invalid):
			k.add(s, Gap{
				Code: SafeUnread, Level: check.Error, Of: a.ID, Say: fmt.Sprintf("%s is not a Safe that can be used. %s", a.Name, fault.Sentence(err)),
				Why: "No action of it could be signed or sent.", Mend: "Put the Safe's own address into the plan.",
			})
			continue
		case err != nil:
			k.unseen(s, a.ID, "The Safe "+a.Name, err)
			continue
		}
		c := council{asset: a, name: a.Name, facts: f}
		k.safes[a.ID] = c
		k.owners(s, c)
		k.threshold(s, c)
		k.besides(s, c)
	}
}

// people are who of the plan owns a Safe, each with how many of its owners' keys they hold, and the owners whom nobody knows.
func (k *survey) people(c council) (holds map[string]int, order []string, unknown []evm.Address) {
	holds = map[string]int{}
	for _, o := range c.facts.Owners {
		person := decision.Holder(k.Plan, o)
		if person == nil {
			unknown = append(unknown, o)
			continue
		}
		if holds[person.ID]++; holds[person.ID] == 1 {
			order = append(order, person.ID)
		}
	}
	return holds, order, unknown
}

func (k *survey) owners(s *scene, c council) {
	evidence := []string{fmt.Sprintf("getOwners() of %s answers %s", c.facts.Safe.Hex(), hexes(c.facts.Owners)), fmt.Sprintf("getThreshold() answers %d", c.facts.Threshold)}
	holds, _, unknown := k.people(c)
	for _, o := range unknown {
		if name := k.known(s.chain.ID, o); name != "" && o != k.Executor {
			continue // another contract of the plan
		}
		say := fmt.Sprintf("%s is an owner of %s, and nobody of the plan signs with that key.", o.Hex(), c.name)
		if o == k.Executor {
			say = fmt.Sprintf("The executor %s is an owner of %s.", o.Hex(), c.name)
		}
		k.add(s, Gap{
			Code: SafeOwner, Level: check.Error, Of: c.asset.ID, Say: say,
			Why:  "They could sign what the team does not know of, and nobody could call them in an emergency.",
			Mend: "If they belong to the team, name the key in the plan. If not, the Safe may be in other hands: call the other owners and replace this one.", Evidence: evidence,
		})
	}
	for _, id := range k.deciders(c.asset.ID) {
		person, ok := k.Plan.Person(id)
		if !ok || holds[id] > 0 || len(decision.Keys(&person)) == 0 {
			continue
		}
		k.add(s, Gap{
			Code: SafeSigner, Level: check.Warning, Of: c.asset.ID, People: []string{id},
			Say:  fmt.Sprintf("%s decides about actions of %s and is no owner of it.", k.Plan.NameOf(id), c.name),
			Why:  "Their yes counts by the plan and not towards the Safe's threshold.",
			Mend: "If they were an owner when the plan was written, find out who replaced them. If they never were, ask an owner in the plan.", Evidence: evidence,
		})
	}
}

// deciders are the persons whose answers count in decisions that authorise actions of a Safe.
func (k *survey) deciders(id string) []string {
	var list []string
	for i := range k.Plan.Decisions {
		d := &k.Plan.Decisions[i]
		for _, ref := range d.Actions {
			a, ok := k.Plan.Action(ref)
			if !ok || a.Kind != action.Safe || a.Safe != id {
				continue
			}
			for _, who := range decision.Voters(k.Plan, d) {
				if !slices.Contains(list, who) {
					list = append(list, who)
				}
			}
		}
	}
	return list
}

// threshold says whether those who are there meet it, and whether they would with one away.
func (k *survey) threshold(s *scene, c council) {
	holds, order, _ := k.people(c)
	evidence := []string{fmt.Sprintf("getThreshold() of %s answers %d, getOwners() %s", c.facts.Safe.Hex(), c.facts.Threshold, hexes(c.facts.Owners))}
	there, gone := 0, []string(nil)
	for _, id := range order {
		if k.away(id) {
			gone = append(gone, id)
			continue
		}
		there += holds[id]
	}
	need := int(min(c.facts.Threshold, 1<<20))
	if there < need {
		say := fmt.Sprintf("%s wants %d owners to sign, and people of the plan hold %d of its keys.", c.name, need, there)
		if len(gone) > 0 {
			say = fmt.Sprintf("%s wants %d owners to sign, and while %s %s away from their keys only %d can.", c.name, need, Names(k.Plan, gone), be(gone), there)
		}
		k.add(s, Gap{
			Code: SafeThreshold, Level: check.Error, Of: c.asset.ID, Say: say, People: gone, Evidence: evidence,
			Why:  "No action of this Safe could be carried out now.",
			Mend: "Have somebody come back to their key, add an owner whom the plan names, or lower the threshold.",
		})
		return
	}
	var alone, powerful []string
	for _, id := range order {
		if k.away(id) {
			continue
		}
		if there-holds[id] < need {
			alone = append(alone, id)
		}
		if holds[id] >= need {
			powerful = append(powerful, id)
		}
	}
	if len(alone) > 0 {
		k.add(s, Gap{
			Code: SafeOneAway, Level: check.Warning, Of: c.asset.ID, People: alone, Evidence: evidence,
			Say:  fmt.Sprintf("Nothing of %s could be signed with one more person away: %s.", c.name, Names(k.Plan, alone)),
			Why:  "One telephone on silent, and the Safe does nothing.",
			Mend: "Add an owner, or lower the threshold; until then let nobody of them be away alone.",
		})
	}
	if len(powerful) > 0 {
		k.add(s, Gap{
			Code: SafeOnePerson, Level: check.Warning, Of: c.asset.ID, People: powerful, Evidence: evidence,
			Say:  fmt.Sprintf("One person's keys suffice for %s: %s.", c.name, Names(k.Plan, powerful)),
			Why:  "Whoever takes what they hold takes the Safe.",
			Mend: "Raise the threshold, or give keys of theirs to others.",
		})
	}
}

// besides says what acts for a Safe, or keeps it from acting, besides its owners.
func (k *survey) besides(s *scene, c council) {
	for _, m := range c.facts.Modules {
		k.add(s, Gap{
			Code: SafeModule, Level: check.Warning, Of: c.asset.ID, Say: fmt.Sprintf("The module %s acts for %s without any signature.", k.called(s.chain.ID, m), c.name),
			Why: "Whoever controls it controls the Safe.", Mend: "Know who controls it, and write that into the plan; or disable it.",
			Evidence: []string{fmt.Sprintf("getModulesPaginated() of %s answers %s", c.facts.Safe.Hex(), hexes(c.facts.Modules))},
		})
	}
	if c.facts.Guard != (evm.Address{}) {
		k.add(s, Gap{
			Code: SafeGuard, Level: check.Note, Of: c.asset.ID, Say: fmt.Sprintf("A guard, %s, judges every transaction of %s.", k.called(s.chain.ID, c.facts.Guard), c.name),
			Why: "It may refuse what the owners signed.", Mend: "Know what it refuses, and who can change it.",
			Evidence: []string{"The guard's slot holds " + c.facts.Guard.Hex()},
		})
	}
}

func be(ids []string) string {
	if len(ids) == 1 {
		return "is"
	}
	return "are"
}

// hexes writes accounts as a list.
func hexes(list []evm.Address) string {
	text := ""
	for i, a := range list {
		if i > 0 {
			text += ", "
		}
		text += a.Hex()
	}
	return text
}
