package readiness

import (
	"fmt"
	"slices"

	"tocsin/check"
	"tocsin/evm"
)

// drift says what is otherwise than when it was recorded.
func (k *survey) drift() {
	if k.Before == nil {
		return
	}
	for _, now := range k.report.Facts.Contracts {
		i := slices.IndexFunc(k.Before.Contracts, func(c Contract) bool { return c.Chain == now.Chain && c.Address == now.Address })
		if i >= 0 {
			k.drifted(k.Before.Contracts[i], now)
		}
	}
}

func (k *survey) drifted(was, now Contract) {
	name := k.Plan.NameOf(now.Asset)
	if a, ok := k.Plan.Asset(now.Asset); ok {
		name = a.Name
	}
	moved := func(code, what string, before, after evm.Address) {
		if before != after {
			k.changed(code, check.Error, was, now, fmt.Sprintf("%s of %s was %s, and is %s.", what, name, k.called(now.Chain, before), k.called(now.Chain, after)))
		}
	}
	moved(DriftOwner, "The owner", was.Owner, now.Owner)
	moved(DriftUpgrade, "The implementation", was.Implementation, now.Implementation)
	moved(DriftAdmin, "The proxy's admin", was.Admin, now.Admin)
	moved(DriftAdmin, "The owner of the proxy's admin", was.AdminOwner, now.AdminOwner)
	if was.Code != now.Code {
		k.changed(DriftCode, check.Error, was, now, fmt.Sprintf("The code of %s is another one.", name))
	}
	for _, r := range was.Roles {
		if !slices.Contains(now.Roles, r) {
			k.changed(DriftRole, check.Error, was, now, fmt.Sprintf("On %s, %s is gone.", name, r.of(k, now)))
		}
	}
	for _, r := range now.Roles {
		if !slices.Contains(was.Roles, r) {
			k.changed(DriftRole, check.Warning, was, now, fmt.Sprintf("On %s, %s is new.", name, r.of(k, now)))
		}
	}
	if was.Safe == nil || now.Safe == nil {
		return
	}
	a, b := *was.Safe, *now.Safe
	k.listed(was, now, name, "an owner", a.Owners, b.Owners)
	k.listed(was, now, name, "a module", a.Modules, b.Modules)
	if a.Threshold != b.Threshold {
		k.changed(DriftSafe, check.Error, was, now, fmt.Sprintf("%s wanted %d owners to sign, and wants %d.", name, a.Threshold, b.Threshold))
	}
	moved(DriftSafe, "The guard", a.Guard, b.Guard)
}

// listed says who is no longer on a list of a Safe, and who is new.
func (k *survey) listed(was, now Contract, name, what string, before, after []evm.Address) {
	for _, x := range before {
		if !slices.Contains(after, x) {
			k.changed(DriftSafe, check.Error, was, now, fmt.Sprintf("%s is no longer %s of %s.", upper(k.called(now.Chain, x)), what, name))
		}
	}
	for _, x := range after {
		if !slices.Contains(before, x) {
			k.changed(DriftSafe, check.Error, was, now, fmt.Sprintf("%s has become %s of %s.", upper(k.called(now.Chain, x)), what, name))
		}
	}
}

func (k *survey) changed(code string, level check.Level, was, now Contract, say string) {
	k.add(k.scenes[now.Chain], Gap{
		Code: code, Level: level, Of: now.Asset, Say: say,
		Why:      "It happened since the plan was reviewed, and the plan does not know of it.",
		Mend:     "Find out who did it. If it is meant, review the plan and record the facts anew.",
		Evidence: []string{fmt.Sprintf("Recorded at block %d (%s), read again at block %d", was.Block, was.BlockHash.Hex(), now.Block)},
	})
}
