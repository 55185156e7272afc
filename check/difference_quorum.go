package check

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tocsin/decision"
	"tocsin/plan"
)

// compareQuorums compares who can make each decision, by making them: which persons suffice, how few, and who alone.
func (c *contrast) compareQuorums() {
	told := map[string]bool{} // decisions of which it has been said that they take more or fewer
	for i := range c.new.Decisions {
		n := &c.new.Decisions[i]
		path, name := "decisions["+n.ID+"]", strconv.Quote(n.Name)
		o := decisionOf(c.old, n.ID)
		if o == nil {
			now := c.quorumOf(c.new, n)
			c.noteAlone(path, name, quorum{}, now)
			c.noteVoices(path, name, quorum{}, now)
			continue
		}
		if reflect.DeepEqual(rulesFor(c.old, o), rulesFor(c.new, n)) {
			continue
		}
		before, now := c.quorumOf(c.old, o), c.quorumOf(c.new, n)
		told[n.ID] = c.noteFewest("decision-fewest", path, name, before, now)
		c.noteAlone(path, name, before, now)
		c.noteVoices(path, name, before, now)
	}
	c.compareWays(told)
}

// noteFewest says whether it takes fewer or more persons, and reports whether it said anything.
func (c *contrast) noteFewest(code, path, name string, before, now quorum) bool {
	if before.fewest == now.fewest {
		return false
	}
	effect, say := Weakens, ""
	switch {
	case now.fewest == 0:
		say = fmt.Sprintf("Nobody can approve %s any more.", name)
	case before.fewest == 0:
		say = fmt.Sprintf("%s could never be approved; now it can be, by %s.", capital(name), now.persons())
	case now.fewest < before.fewest:
		say = fmt.Sprintf("%s now needs %s fewer: %d instead of %d.", capital(name), approvers(before.fewest-now.fewest), now.fewest, before.fewest)
	default:
		effect = Strengthens
		say = fmt.Sprintf("%s now needs %s more: %d instead of %d.", capital(name), approvers(now.fewest-before.fewest), now.fewest, before.fewest)
	}
	c.add(97, effect, code, path, say, before.persons(), now.persons())
	return true
}

// noteAlone says who can now approve alone, and who no longer can.
func (c *contrast) noteAlone(path, name string, before, now quorum) {
	if more := without(now.alone, before.alone); len(more) > 0 {
		c.add(98, Weakens, "decision-alone", path, fmt.Sprintf("%s alone can now approve %s.", either(c.persons(more)), name), "", strings.Join(more, ", "))
	}
	if fewer := without(before.alone, now.alone); len(fewer) > 0 && now.fewest > 0 {
		c.add(98, Strengthens, "decision-alone", path, fmt.Sprintf("%s alone can no longer approve %s.", either(c.persons(fewer)), name), strings.Join(fewer, ", "), "")
	}
}

// noteVoices says whose approval now counts that did not, and whose no longer does.
func (c *contrast) noteVoices(path, name string, before, now quorum) {
	if more := without(now.voices, before.voices); len(more) > 0 {
		c.add(94, Weakens, "decision-voice", path, fmt.Sprintf("%s may now approve %s.", listed(c.persons(more)), name), "", strings.Join(more, ", "))
	}
	if fewer := without(before.voices, now.voices); len(fewer) > 0 {
		c.add(70, Changes, "decision-voice", path, fmt.Sprintf("%s may no longer approve %s.", listed(c.persons(fewer)), name), strings.Join(fewer, ", "), "")
	}
}

// compareWays compares what it takes to get an action done, or the next plan adopted, over all the decisions that suffice
// for it. What follows from a decision of which something has been said already is not said again.
func (c *contrast) compareWays(told map[string]bool) {
	compare := func(path, name string, old, new []*plan.Decision) {
		ids := func(list []*plan.Decision) (ids []string) {
			for _, d := range list {
				ids = append(ids, d.ID)
			}
			return ids
		}
		before, now := ids(old), ids(new)
		if slices.Equal(before, now) || slices.ContainsFunc(slices.Concat(before, now), func(id string) bool { return told[id] }) {
			return
		}
		c.noteFewest("action-fewest", path, name, c.least(c.old, old), c.least(c.new, new))
	}
	for _, a := range c.new.Actions {
		if _, ok := c.old.Action(a.ID); ok {
			compare("actions["+a.ID+"]", fmt.Sprintf("the action %q", a.Name), decision.ForAction(c.old, a.ID), decision.ForAction(c.new, a.ID))
		}
	}
	old, new := adopting(c.old), adopting(c.new)
	if len(old) > 0 && len(new) > 0 {
		compare("decisions", "the adoption of the next plan", old, new)
	}
}

// least is the quorum of the decision that takes the fewest.
func (c *contrast) least(p *plan.Plan, decisions []*plan.Decision) quorum {
	var best quorum
	for _, d := range decisions {
		if q := c.quorumOf(p, d); q.fewest > 0 && (best.fewest == 0 || q.fewest < best.fewest) {
			best = q
		}
	}
	return best
}

func adopting(p *plan.Plan) []*plan.Decision {
	var list []*plan.Decision
	for i := range p.Decisions {
		if p.Decisions[i].Adopts {
			list = append(list, &p.Decisions[i])
		}
	}
	return list
}

func decisionOf(p *plan.Plan, id string) *plan.Decision {
	for i := range p.Decisions {
		if p.Decisions[i].ID == id {
			return &p.Decisions[i]
		}
	}
	return nil
}

// persons are the names of persons, those of the new plan first.
func (c *contrast) persons(ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		if out[i] = oneLine(c.nameBy("person", id)); out[i] == "" {
			out[i] = id
		}
	}
	return out
}

func approvers(n int) string {
	if n == 1 {
		return "one approver"
	}
	return fmt.Sprintf("%d approvers", n)
}

func either(names []string) string {
	if len(names) == 2 {
		return names[0] + " or " + names[1]
	}
	if len(names) > 2 {
		return "Each of " + listed(names)
	}
	return listed(names)
}
