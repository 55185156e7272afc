package readiness

import (
	"fmt"
	"slices"
	"time"

	"tocsin/decision"
	"tocsin/evm"
)

// known says who an account is by the plan; empty if it is nobody.
func (k *survey) known(chain uint64, a evm.Address) string {
	if person := decision.Holder(k.Plan, a); person != nil {
		return k.Plan.NameOf(person.ID)
	}
	if a == k.Executor && a != (evm.Address{}) {
		return "the executor"
	}
	for _, x := range k.Plan.Assets {
		if x.Chain == chain && x.Address == a {
			return x.Name
		}
		if x.Chain == chain && slices.Contains(slices.Concat(literal(x.Pausers), literal(x.Upgrader)), a) {
			return "an account of the plan"
		}
	}
	for _, x := range k.Plan.Actions {
		if x.Sender == a && a != (evm.Address{}) {
			return "the sender of " + x.Name
		}
	}
	return ""
}

// called writes an account with who it is.
func (k *survey) called(chain uint64, a evm.Address) string {
	if a == (evm.Address{}) {
		return "nobody"
	}
	if name := k.known(chain, a); name != "" {
		return fmt.Sprintf("%s (%s)", name, a.Hex())
	}
	return a.Hex() + ", whom the plan does not name"
}

// literal are the accounts that a list of the plan writes out.
func literal(refs []string) []evm.Address {
	var list []evm.Address
	for _, ref := range refs {
		if a, err := evm.ParseAddress(ref); err == nil {
			list = append(list, a)
		}
	}
	return list
}

// meant are the accounts that a list of the plan means: those written out, and the keys of persons and groups.
func (k *survey) meant(refs []string) []evm.Address {
	list := literal(refs)
	for _, id := range k.Plan.MembersOf(refs, k.Now) {
		if person, ok := k.Plan.Person(id); ok {
			list = append(list, decision.Keys(&person)...)
		}
	}
	return list
}

// away reports whether a person is away from their key now.
func (k *survey) away(person string) bool {
	until, ok := k.Away[person]
	return ok && k.Now.Before(until)
}

// moment writes a time for a sentence, in UTC.
func moment(t time.Time) string { return t.UTC().Format("2 January 15:04") + " UTC" }
