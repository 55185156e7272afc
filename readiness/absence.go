package readiness

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tocsin/check"
	"tocsin/decision"
)

// absences says who is away from their keys, and what cannot be decided meanwhile.
func (k *survey) absences() {
	k.report.Gaps = append(k.report.Gaps, absences(k.Live)...)
}

func absences(k Live) []Gap {
	var gaps []Gap
	var gone []string
	for _, id := range slices.Sorted(maps.Keys(k.Away)) {
		if until := k.Away[id]; k.Now.Before(until) {
			gone = append(gone, id)
			gaps = append(gaps, Gap{
				Code: SignerAway, Level: check.Note, People: []string{id},
				Say: fmt.Sprintf("%s is away from their key until %s.", k.Plan.NameOf(id), moment(until)),
				Why: "They can answer, and cannot sign.", Mend: "Know who signs in their place; back earlier, they say so with tocsin away --back.",
			})
		}
	}
	if len(gone) == 0 {
		return gaps
	}
	opened := k.Now.AddDate(-1, 0, 0) // the time of every stand-in has come
	for i := range k.Plan.Decisions {
		d := &k.Plan.Decisions[i]
		everybody := decision.Voters(k.Plan, d)
		met := func(without []string) bool {
			var voices []decision.Voice
			for _, id := range everybody {
				if !slices.Contains(without, id) {
					voices = append(voices, decision.Voice{Person: id, Choice: decision.Approve, At: k.Now})
				}
			}
			return decision.Tally(k.Plan, d, voices, opened, k.Now.Add(time.Second), "").State == decision.Met
		}
		if met(gone) || !met(nil) { // that nobody could ever decide it is a gap of the plan itself
			continue
		}
		var them []string
		for _, id := range gone {
			if slices.Contains(everybody, id) {
				them = append(them, id)
			}
		}
		gaps = append(gaps, Gap{
			Code: DecisionAway, Level: check.Error, People: them,
			Say:  fmt.Sprintf("%q cannot be decided while %s %s away.", d.Name, Names(k.Plan, them), be(them)),
			Why:  "What waits for this decision would wait until they are back.",
			Mend: "Have one of them stay near their key, or name stand-ins in the plan.",
		})
	}
	return gaps
}

// besidesAbsences are the gaps of a report without those of people who are away: they change with a word, and are known without a chain.
func (r *Report) besidesAbsences() []Gap {
	return slices.DeleteFunc(slices.Clone(r.Gaps), func(g Gap) bool { return g.Code == SignerAway || g.Code == DecisionAway })
}
