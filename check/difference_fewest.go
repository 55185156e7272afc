package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/decision"
	"tocsin/plan"
)

// quorum is who can make a decision.
type quorum struct {
	fewest int      // how many persons suffice together; 0 if nobody ever does
	such   []string // names of some who do
	alone  []string // persons who suffice alone
	voices []string // persons whose approval counts
}

// persons says how many suffice, and who for instance.
func (q quorum) persons() string {
	switch {
	case q.fewest == 0:
		return "nobody"
	case len(q.such) == 0:
		return fmt.Sprintf("%d persons", q.fewest)
	case len(q.such) == len(q.voices):
		return listed(q.such)
	}
	return fmt.Sprintf("%d, such as %s", q.fewest, listed(q.such))
}

// quorumRules are a decision's rules with every reference expanded to persons.
type quorumRules struct {
	required  []requiredOf
	further   []string
	need      int
	standIns  []standInOf
	proposer  bool
	unsettled int
	ever      []string // all who may approve at some time: every member of a rota, and those who cover
}

type requiredOf struct {
	ref     string
	need    int
	members []string
}

type standInOf struct {
	of, who []string
	after   plan.Duration
}

func rulesFor(p *plan.Plan, d *plan.Decision) quorumRules {
	r := quorumRules{
		further: p.MembersOf(d.Additional.Who, time.Time{}), need: d.Additional.Need,
		proposer: d.ProposerMayNotApprove, unsettled: len(d.Unsettled),
	}
	for _, ref := range d.Required {
		g, _ := p.Group(ref)
		r.required = append(r.required, requiredOf{ref: ref, need: g.Need, members: p.Members(ref, time.Time{})})
	}
	for _, s := range d.StandIns {
		r.standIns = append(r.standIns, standInOf{of: p.Members(s.For, time.Time{}), who: p.Members(s.Who, time.Time{}), after: s.After})
	}
	refs := slices.Concat(d.Required, d.Additional.Who)
	for _, s := range d.StandIns {
		refs = append(refs, s.Who)
	}
	r.ever = everybodyOf(p, refs)
	return r
}

// Bounds of the search for the fewest; beyond them it is estimated.
const (
	mostVoices  = 100    // persons of one decision
	mostTallies = 1000   // for one decision
	allTallies  = 50_000 // for two whole plans
)

// quorumOf finds out who can make a decision by making it, with every stand-in's time come.
func (c *contrast) quorumOf(p *plan.Plan, d *plan.Decision) quorum {
	rules := rulesFor(p, d)
	if all := rules.everyone(); len(all) > mostVoices || c.tallies > allTallies {
		return rules.estimate(all)
	}
	opened := time.Time{}
	now := opened.AddDate(200, 0, 0)
	tally := func(persons []string) decision.Status {
		c.tallies++
		voices := make([]decision.Voice, len(persons))
		for i, person := range persons {
			voices[i] = decision.Voice{Person: person, Choice: decision.Approve, At: now, Expires: now.AddDate(1, 0, 0)}
		}
		return decision.Tally(p, d, voices, opened, now, "")
	}
	start := tally(nil)
	able := start.Candidates
	q := quorum{voices: rules.withRotas(able)}
	sum := 0
	for _, n := range start.Needed {
		if n.Never != "" {
			return q
		}
		sum += n.Need
	}
	if sum == 0 {
		return q
	}
	classes := alike(rules, able)
	for _, class := range classes {
		if tally(class[:1]).State == decision.Met {
			q.alone = append(q.alone, class...)
		}
	}
	slices.Sort(q.alone)
	s := fewest{classes: classes, met: func(persons []string) bool { return tally(persons).State == decision.Met }}
	for size := 1; size <= len(able) && s.found == nil && s.tallies < mostTallies; size++ {
		s.try(0, size, nil)
	}
	if q.fewest = len(s.found); q.fewest == 0 {
		q.fewest = min(sum, len(able))
	}
	for _, id := range s.found {
		q.such = append(q.such, p.NameOf(id))
	}
	return q
}

// everyone lists all persons whom the rules name.
func (r quorumRules) everyone() []string {
	lists := [][]string{r.further}
	for _, req := range r.required {
		lists = append(lists, req.members)
	}
	for _, s := range r.standIns {
		lists = append(lists, s.who)
	}
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}

// withRotas adds those who may approve at another time to those who may now.
func (r quorumRules) withRotas(persons []string) []string {
	all := slices.Clone(persons)
	for _, id := range r.ever {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// estimate adds up what is needed. It may take fewer, where one person counts for several needs.
func (r quorumRules) estimate(all []string) quorum {
	q := quorum{voices: r.withRotas(all)}
	sum := r.need
	for _, req := range r.required {
		need := req.need
		if len(req.members) == 1 {
			need = 1
		}
		if need == 0 || len(req.members) < need {
			return q
		}
		sum += need
	}
	if r.unsettled == 0 {
		q.fewest = min(sum, len(all))
	}
	return q
}

// alike sorts persons into those whose approvals are worth the same. Whoever has to do with a stand-in is like nobody.
func alike(r quorumRules, voices []string) [][]string {
	at := map[string]int{}
	var classes [][]string
	for _, person := range voices {
		var key strings.Builder
		for i, req := range r.required {
			if slices.Contains(req.members, person) {
				fmt.Fprintf(&key, "%d ", i)
			}
		}
		if slices.Contains(r.further, person) {
			key.WriteString("further")
		}
		for _, s := range r.standIns {
			if slices.Contains(s.of, person) || slices.Contains(s.who, person) {
				key.WriteString(" is " + person)
				break
			}
		}
		i, ok := at[key.String()]
		if !ok {
			i = len(classes)
			at[key.String()] = i
			classes = append(classes, nil)
		}
		classes[i] = append(classes[i], person)
	}
	return classes
}

// fewest searches for persons who suffice, by how many of each class.
type fewest struct {
	classes [][]string
	met     func(persons []string) bool
	found   []string
	tallies int
}

func (s *fewest) try(class, left int, taken []string) {
	if s.found != nil || s.tallies >= mostTallies {
		return
	}
	if left == 0 {
		if s.tallies++; s.met(taken) {
			s.found = slices.Clone(taken)
		}
		return
	}
	if class == len(s.classes) {
		return
	}
	for n := min(left, len(s.classes[class])); n >= 0; n-- {
		s.try(class+1, left-n, append(slices.Clip(taken), s.classes[class][:n]...))
	}
}
