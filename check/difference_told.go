package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tocsin/plan"
)

// moments are when people are told, soonest first.
var moments = []string{"detection", "validation", "containment", "resolution"}

// notTold is the moment of those who are not told.
const notTold = 4

// compareTold compares who is called for each issue, and when, over all rules that apply to it.
func (c *contrast) compareTold() {
	old, new := teller{plan: c.old}, teller{plan: c.new}
	said := map[[4]string][]move{} // what holds for all issues of the same categories and severities
	var order []move
	issues := map[move][]plan.Issue{}
	for _, n := range c.new.Issues {
		o, ok := c.old.Issue(n.ID)
		if !ok {
			continue
		}
		before, now := old.told(o.Category, o.Severity), new.told(n.Category, n.Severity)
		if before.byRule && !now.byRule {
			c.add(85, Weakens, "escalation-nobody", "issues["+n.ID+"]",
				fmt.Sprintf("No rule calls anybody any more when %q is detected; it is left to the whole core team.", n.Name), "", "")
		}
		key := [4]string{o.Category, o.Severity, n.Category, n.Severity}
		moves, ok := said[key]
		if !ok {
			moves = c.moves(before, now)
			said[key] = moves
		}
		for _, m := range moves {
			if issues[m] == nil {
				order = append(order, m)
			}
			issues[m] = append(issues[m], n)
		}
	}
	for _, m := range order {
		c.noteMove(strings.Split(m.persons, "\n"), m.from, m.to, issues[m])
	}
}

// move is persons, by their names, who are called at another moment.
type move struct{ persons, from, to string }

// moves lists who of both plans is called at another moment, those called soonest before first.
func (c *contrast) moves(before, now telling) []move {
	var who [notTold + 1][notTold + 1][]string
	for _, person := range before.order {
		from := before.at[person]
		if to, ok := now.at[person]; ok && from != to {
			who[from][to] = append(who[from][to], person)
		}
	}
	var list []move
	for from := range who {
		for to, persons := range who[from] {
			if len(persons) > 0 {
				list = append(list, move{strings.Join(c.persons(persons), "\n"), moment(from), moment(to)})
			}
		}
	}
	return list
}

func moment(i int) string {
	if i == notTold {
		return ""
	}
	return moments[i]
}

func (c *contrast) noteMove(persons []string, from, to string, issues []plan.Issue) {
	var called []string
	for _, i := range issues {
		called = append(called, strconv.Quote(i.Name))
	}
	subject := "escalation"
	if len(issues) == 1 {
		subject = "issues[" + issues[0].ID + "]"
	}
	who, what, is := listed(persons), listed(called), "are"
	if len(persons) == 1 {
		is = "is"
	}
	weight := 60
	if from == moments[0] || to == moments[0] {
		weight = 77
	}
	later := from != "" && (to == "" || slices.Index(moments, to) > slices.Index(moments, from))
	effect := Strengthens
	if later {
		effect = Weakens
	}
	var say string
	switch {
	case to == "":
		say = fmt.Sprintf("%s %s no longer called for %s; before, it was on %s.", who, is, what, from)
	case from == "":
		say = fmt.Sprintf("%s %s now called for %s, on %s.", who, is, what, to)
	default:
		say = fmt.Sprintf("%s %s now called for %s on %s instead of on %s.", who, is, what, to, from)
	}
	c.add(weight, effect, "escalation-told", subject, say, from, to)
}

// teller says who is called, remembering it for each category and severity.
type teller struct {
	plan *plan.Plan
	said map[[2]string]telling
}

// telling is when each person of a plan is called, as an index of moments, and whether a rule calls anybody on detection.
type telling struct {
	at     map[string]int
	order  []string
	byRule bool
}

func (t *teller) told(category, severity string) telling {
	key := [2]string{category, severity}
	if said, ok := t.said[key]; ok {
		return said
	}
	if t.said == nil {
		t.said = map[[2]string]telling{}
	}
	x := telling{at: map[string]int{}}
	for _, team := range [][]plan.Person{t.plan.CoreTeam, t.plan.ExtendedTeam} {
		for _, r := range team {
			if !r.Body {
				x.at[r.ID] = notTold
				x.order = append(x.order, r.ID)
			}
		}
	}
	core := false
	tell := func(when int, ids ...string) {
		for _, id := range ids {
			if at, ok := x.at[id]; ok && when < at {
				x.at[id] = when
			}
			if _, ok := x.at[id]; ok && when == 0 {
				x.byRule, core = true, core || t.plan.Core(id)
			}
		}
	}
	team := func(persons []plan.Person) (ids []string) {
		for _, r := range persons {
			if category == "" || len(r.Categories) == 0 || slices.Contains(r.Categories, category) {
				ids = append(ids, r.ID)
			}
		}
		return ids
	}
	applies := func(filter []string, value string) bool {
		return len(filter) == 0 || value == "" || slices.Contains(filter, value)
	}
	for _, r := range t.plan.Escalation.Rules {
		if !applies(r.Categories, category) || !applies(r.Severities, severity) {
			continue
		}
		if i := slices.Index(moments, r.Core); i >= 0 {
			tell(i, team(t.plan.CoreTeam)...)
		}
		if i := slices.Index(moments, r.Extended); i >= 0 {
			tell(i, team(t.plan.ExtendedTeam)...)
		}
		tell(max(0, slices.Index(moments, r.When)), everybodyOf(t.plan, r.Who)...)
	}
	s, _ := t.plan.Severity(severity)
	tell(0, everybodyOf(t.plan, s.Page)...)
	byRule := x.byRule
	if !core { // as an incident does: or nobody could validate
		tell(0, team(t.plan.CoreTeam)...)
	}
	if !x.byRule {
		tell(0, t.plan.Everyone()...)
	}
	x.byRule = byRule
	t.said[key] = x
	return x
}
