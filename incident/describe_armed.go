package incident

import (
	"fmt"
	"slices"
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

// byItself says what Tocsin did without asking anybody, or why it did not do what the plan lets it do.
func (s *State) byItself(p *plan.Plan) []string {
	var say []string
	for i := range s.Actions {
		a := &s.Actions[i]
		x := s.Decision(a.Decision)
		if x == nil || x.Armed == nil || x.State != Met {
			continue
		}
		names := make([]string, 0, len(x.Armed.Answers))
		for _, who := range x.Armed.By() {
			names = append(names, NameOf(p, who))
		}
		say = append(say, fmt.Sprintf("Tocsin ordered this by itself, as %s signed in advance: %s", strings.Join(names, " and "), a.title()))
	}
	for _, n := range s.NotActed {
		i, ok := p.Issue(n.Issue)
		if !ok || i.Automatic == nil || len(say) > 0 || slices.ContainsFunc(s.Actions, func(a Action) bool { return a.Action == n.Action }) {
			continue
		}
		say = append(say, "Nothing is done by itself: "+n.Why)
	}
	return say
}
