package readiness

import (
	"fmt"
	"slices"
	"time"

	"tocsin/check"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/plan"
	"tocsin/upkeep"
)

// untried says which keys of the plan nobody has shown to be at hand, or not lately: of those whose answer some decision may want.
func untried(p *plan.Plan, s *upkeep.State, now time.Time) []Gap {
	never := Gap{
		Code: KeyUntried, Level: check.Warning, Why: "A key that is lost, or in a device that nobody has opened for a year, is found out when it is needed.",
		Mend: "Have them try it on the page Ready?, or with tocsin key try: it takes one signature, which authorises nothing.",
	}
	stale := never
	stale.Code = KeyStale
	add := func(g *Gap, person, evidence string) {
		if !slices.Contains(g.People, person) {
			g.People = append(g.People, person)
		}
		g.Evidence = append(g.Evidence, evidence)
	}
	for _, x := range slices.Concat(p.CoreTeam, p.ExtendedTeam) {
		if x.Body || !decides(p, x.ID) {
			continue
		}
		for _, k := range x.Keys {
			signer := decision.SignerOf(k)
			t, known := s.Tried[signer]
			switch {
			case signer == (evm.Address{}):
			case !known || t.Person != x.ID:
				add(&never, x.ID, fmt.Sprintf("%s: %s.", x.Called(), decision.Called(k)))
			case !now.Before(t.At.Add(upkeep.Every(k))):
				how := "by signing that they hold it"
				if t.Of != "" {
					how = "by their answer in " + t.Of
				}
				add(&stale, x.ID, fmt.Sprintf("%s: %s, last at %s %s; the plan wants it every %d days.", x.Called(), decision.Called(k), moment(t.At), how, int(upkeep.Every(k).Hours()/24)))
			}
		}
	}
	never.Say = fmt.Sprintf("Nobody knows whether %s still %s the keys that they sign with: they have never tried them.", Names(p, never.People), hold(never.People))
	stale.Say = fmt.Sprintf("It is long ago that %s tried the keys that they sign with.", Names(p, stale.People))
	return slices.DeleteFunc([]Gap{never, stale}, func(g Gap) bool { return len(g.People) == 0 })
}

func hold(people []string) string {
	if len(people) == 1 {
		return "holds"
	}
	return "hold"
}

// decides reports whether some decision of the plan may want a person's answer.
func decides(p *plan.Plan, person string) bool {
	return slices.ContainsFunc(p.Decisions, func(d plan.Decision) bool { return slices.Contains(decision.Voters(p, &d), person) })
}
