package incident

import (
	"fmt"
	"strings"

	"tocsin/plan"
)

// describeArmed says that something is done by itself, who let it, and why now.
func describeArmed(p *plan.Plan, s *State, e EventDecisionOpened) string {
	pd, _ := p.Decision(e.Decision)
	names := make([]string, 0, len(e.Armed.Answers))
	for _, who := range e.Armed.By() {
		names = append(names, NameOf(p, who))
	}
	return fmt.Sprintf("Nobody is asked: %s. %s signed this in advance, until %s. It is done because %s",
		pd.Name, strings.Join(names, " and "), e.Armed.Until.UTC().Format("2 January 15:04 UTC"), foundBy(p, s, e.Finding))
}

// issueTitle is what the plan calls an issue.
func issueTitle(p *plan.Plan, id string) string {
	if i, ok := p.Issue(id); ok && i.Name != "" {
		return i.Name
	}
	return id
}
