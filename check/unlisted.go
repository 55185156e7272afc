package check

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/plan"
)

// use is what the plan relies on somebody for.
type use struct {
	does  string   // as it goes on from "who": must approve
	what  []string // names of things
	level Level    // how bad it is if nobody is meant
}

// checkUnlisted tells of those whom the plan names and no list holds, each with all that hangs on them.
func (c *checker) checkUnlisted() {
	if len(c.plan.Unlisted) == 0 {
		return
	}
	uses := map[string][]use{}
	need := func(level Level, does, what string, refs ...string) {
		for _, ref := range refs {
			if c.unlisted[ref] == nil {
				continue
			}
			i := slices.IndexFunc(uses[ref], func(u use) bool { return u.does == does })
			if i < 0 {
				i = len(uses[ref])
				uses[ref] = append(uses[ref], use{does: does, level: level})
			}
			if what != "" {
				uses[ref][i].what = append(uses[ref][i].what, what)
			}
		}
	}
	p := c.plan
	for _, d := range p.Decisions {
		need(Error, "must approve", d.Name, d.Required...)
		need(Warning, "may approve", d.Name, d.Additional.Who...)
		for _, s := range d.StandIns {
			need(Warning, "stands in for an approver of", d.Name, s.Who)
		}
	}
	for _, r := range p.Procedures {
		for _, s := range r.Steps {
			need(Error, fmt.Sprintf("owns in %q", r.Name), s.Name, s.Owner)
		}
	}
	for _, m := range p.Communications {
		need(Error, "writes the message", m.Name, m.Responsible)
	}
	for _, r := range p.Escalation.Rules {
		need(Error, "is told at "+r.When, "", r.Who...)
	}
	for _, s := range p.Severities {
		need(Warning, "is called at severity", s.Name, s.Page...)
	}
	for _, i := range p.Issues {
		for _, m := range i.Detection.Manual {
			need(Warning, "looks out for", i.Name, m.Who)
		}
	}
	for _, r := range p.Roles {
		need(Warning, "may hold the role", r.Name, r.Holders...)
	}
	for _, g := range p.Groups {
		need(Warning, "belongs to the group", g.Name, g.Members...)
	}
	for _, r := range p.Rotas {
		need(Error, "takes turns in the rota", r.Name, r.Members...)
	}
	for _, r := range slices.Concat(p.CoreTeam, p.ExtendedTeam) {
		need(Warning, "comes next after", r.Name, r.Backups...)
	}
	for _, a := range p.Assets {
		need(Warning, "holds", a.Name, a.Holder, a.SecondHolder)
		need(Warning, "can pause", a.Name, a.Pausers...)
		need(Warning, "can upgrade", a.Name, a.Upgrader...)
	}
	need(Warning, "takes part in exercises", "", p.Exercises.Participants...)
	need(Warning, "leads exercises", "", p.Exercises.Moderators...)
	need(Note, "keeps the plan", "", p.Owner)
	for _, u := range p.Unlisted {
		c.addUnlisted(u, uses[u.ID])
	}
}

func (c *checker) addUnlisted(u plan.Unlisted, uses []use) {
	level, say := Note, fmt.Sprintf("No list holds %q.", u.Name)
	if len(uses) > 0 {
		what := make([]string, len(uses))
		for i, x := range uses {
			what[i] = strings.TrimSpace(x.does + " " + list(x.what))
			if x.level.AtLeast(level) {
				level = x.level
			}
		}
		say = fmt.Sprintf("No list holds %q, who %s.", u.Name, plain(what))
	}
	c.add(level, "unlisted", fmt.Sprintf("unlisted[%s]", u.ID), say,
		"Nobody can be called by that name, and nothing can be approved by it.",
		"Put the person on the core or the extended team, or make it a group or a role with people in it; keep the id, and take it off unlisted.")
}

// checkIndispensable looks for persons on whom several things hang that nobody else can do.
func (c *checker) checkIndispensable() {
	if len(c.plan.CoreTeam) < 2 {
		return
	}
	var order []string
	sole := map[string][]string{}
	only := func(refs []string, what string) {
		able := map[string]bool{}
		for _, ref := range refs {
			for _, id := range c.able(ref) {
				able[id] = true
			}
		}
		if len(able) != 1 {
			return
		}
		for id := range able {
			if sole[id] == nil {
				order = append(order, id)
			}
			sole[id] = append(sole[id], what)
		}
	}
	for n := range c.plan.Roles {
		if r := &c.plan.Roles[n]; !c.heldByAll(r) {
			only([]string{r.ID}, fmt.Sprintf("be %s", r.Name))
		}
	}
	for _, m := range c.plan.Communications {
		if c.roles[m.Responsible] == nil {
			only([]string{m.Responsible}, fmt.Sprintf("write %q", m.Name))
		}
	}
	for _, a := range c.plan.Assets {
		if a.Holder != "" {
			only([]string{a.Holder, a.SecondHolder}, fmt.Sprintf("get at %q", a.Name))
		}
	}
	for n := range c.plan.Decisions {
		d := &c.plan.Decisions[n]
		for _, id := range c.indispensable(d) {
			if sole[id] == nil {
				order = append(order, id)
			}
			sole[id] = append(sole[id], fmt.Sprintf("approve %q", d.Name))
		}
	}
	for _, id := range order {
		if len(sole[id]) < 3 {
			continue
		}
		section := "extended_team"
		if c.core[id] {
			section = "core_team"
		}
		c.add(Warning, "person-indispensable", fmt.Sprintf("%s[%s]", section, id), fmt.Sprintf("Without %s nobody can %s.", c.nameOf(id), eitherOf(sole[id])),
			"One person asleep, ill or bribed stops all of it at once.",
			"Add a stand-in, a second holder or another responsible person to at least some of it.")
	}
}
