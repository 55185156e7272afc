package decision

import (
	"fmt"
	"strings"
	"time"

	"tocsin/plan"
)

// Unarmable says why a decision can arm nothing although people suffice to take it: those who sign with a contract alone sign no arming.
// Empty if it can, or if it lacks people in any case.
func Unarmable(p *plan.Plan, decision string, at time.Time) string {
	d, ok := p.Decision(decision)
	if !ok {
		return ""
	}
	var voices, proving []Voice
	var alone []string
	last := at.Add(Expiry(&d) - time.Second)
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for i := range team {
			x := &team[i]
			v := Voice{Person: x.ID, Choice: Approve, At: last}
			if (Arming{}).Signable(x) != nil {
				alone = append(alone, name(x))
				voices = append(voices, v)
			} else if len(Signers(x)) > 0 {
				voices, proving = append(voices, v), append(proving, v)
			}
		}
	}
	if len(alone) == 0 || Tally(p, &d, proving, at, last, "").State == Met || Tally(p, &d, voices, at, last, "").State != Met {
		return ""
	}
	sign := "signs"
	if len(alone) > 1 {
		sign = "sign"
	}
	return fmt.Sprintf("%s cannot be signed in advance: %s %s with a contract alone, and what is armed has to prove itself without a chain.", title(&d), strings.Join(alone, ", "), sign)
}
