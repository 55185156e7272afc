package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/decision"
	"tocsin/plan"
)

// checkAway asks whether a decision can still be made while one person is away, and whether more than one makes it.
func (c *checker) checkAway(path string, d *plan.Decision) {
	q := c.decidersOf(d)
	if q == nil || !q.met("", "") {
		return // what is wrong has been said
	}
	if alone := c.indispensable(d); len(alone) > 0 {
		c.add(Warning, "decision-stops-with-one-away", path, fmt.Sprintf("%q cannot be decided while %s is away.", d.Name, eitherOf(c.namesOf(alone))),
			"One telephone on silent, and everything that waits for this decision waits for it.",
			"Name under stand_ins who decides in their place, and after how long; or ask for fewer than all.")
	}
	if d.ProposerMayNotApprove && !slices.ContainsFunc(c.proposers(), func(who string) bool { return q.met("", who) }) {
		c.add(Error, "proposer-rule-impossible", path+".proposer_may_not_approve", fmt.Sprintf("Whoever proposes %q is needed to approve it, and may not.", d.Name),
			"The decision can never be made.",
			"Add approvers, ask for fewer of them, or let the proposer approve.")
	}
	if keys := q.keys(c); len(d.Actions) > 0 && len(d.Required) > 1 && len(keys) == 1 {
		c.add(Warning, "decision-of-one", path, fmt.Sprintf("%q asks for several approvals, and one person with one key can give them all.", d.Name),
			"What looks like two pairs of eyes is one.",
			"Name a second person.")
	}
}

// indispensable lists those without whom a decision cannot be made although it could be with them.
func (c *checker) indispensable(d *plan.Decision) []string {
	if alone, ok := c.alone[d.ID]; ok {
		return alone
	}
	var alone []string
	if q := c.decidersOf(d); q != nil && q.met("", "") {
		for _, who := range q.persons {
			if !q.met(who, "") {
				alone = append(alone, who)
			}
		}
	}
	c.alone[d.ID] = alone
	return alone
}

// proposers are those who may propose a decision: people of the core team who can be reached.
func (c *checker) proposers() []string {
	var ids []string
	for i := range c.plan.CoreTeam {
		if r := &c.plan.CoreTeam[i]; !r.Body && c.reachable(r) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// deciders are a decision with those whose approval could come, in a plan that holds nobody else.
type deciders struct {
	plan     *plan.Plan
	decision *plan.Decision
	persons  []string
}

// decidersOf gathers whom a decision names. It answers nil for one that can never be met for another reason, which is a gap of
// its own, and for one that names so many that nobody of them matters.
func (c *checker) decidersOf(d *plan.Decision) *deciders {
	const many = 200
	if len(d.Unsettled) > 0 {
		return nil
	}
	q := &deciders{plan: &plan.Plan{Groups: c.plan.Groups, Roles: nil, Rotas: c.plan.Rotas}, decision: d}
	refs := slices.Concat(d.Required, d.Additional.Who)
	for _, s := range d.StandIns {
		refs = append(refs, s.Who)
	}
	seen := map[string]bool{}
	for _, ref := range refs {
		if r := c.roles[ref]; r != nil && !slices.ContainsFunc(q.plan.Roles, func(x plan.Role) bool { return x.ID == ref }) {
			q.plan.Roles = append(q.plan.Roles, plan.Role{ID: r.ID, Name: r.Name, Holders: c.members(ref)})
		}
		for _, id := range c.members(ref) {
			if seen[id] {
				continue
			}
			seen[id] = true
			if len(seen) > many {
				return nil
			}
			q.plan.CoreTeam = append(q.plan.CoreTeam, *c.persons[id])
			if c.approves(d, c.persons[id]) {
				q.persons = append(q.persons, id)
			}
		}
	}
	return q
}

// met reports whether the decision would be met if everybody approved but one who is away; by whom it was proposed.
func (q *deciders) met(away, proposer string) bool {
	opened := time.Unix(0, 0).UTC()
	now := opened.AddDate(101, 0, 0) // the time of every stand-in has come
	var voices []decision.Voice
	for _, who := range q.persons {
		if who != away {
			voices = append(voices, decision.Voice{Person: who, Choice: decision.Approve, At: now})
		}
	}
	return decision.Tally(q.plan, q.decision, voices, opened, now, proposer).State == decision.Met
}

// keys are the signing keys of those who can approve; somebody without one counts by name.
func (q *deciders) keys(c *checker) map[string]bool {
	keys := map[string]bool{}
	for _, id := range q.persons {
		k := id
		for _, x := range c.persons[id].Keys {
			if keyed(x) {
				k = x.Address.Hex() + string(x.Point())
				break
			}
		}
		keys[k] = true
	}
	return keys
}

// eitherOf names people of whom each one matters.
func eitherOf(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	const most = 5
	if len(names) > most+1 {
		names = append(slices.Clone(names[:most]), fmt.Sprintf("any of %d more", len(names)-most))
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
