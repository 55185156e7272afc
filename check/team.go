package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/plan"
)

// members expands a reference; who of a rota is on call does not matter on paper.
func (c *checker) members(ref string) []string { return c.plan.Members(ref, time.Time{}) }

// able lists those of a reference who could do something in an emergency: persons, not bodies, who can be reached.
func (c *checker) able(ref string) []string {
	var ids []string
	for _, id := range c.members(ref) {
		if r, ok := c.plan.Person(id); ok && !r.Body && reachable(r) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (c *checker) checkTeam() {
	for _, team := range []struct {
		key     string
		level   Level
		persons []plan.Person
	}{{"core_team", Error, c.plan.CoreTeam}, {"extended_team", Warning, c.plan.ExtendedTeam}} {
		for _, r := range team.persons {
			path := fmt.Sprintf("%s[%s]", team.key, r.ID)
			if !reachable(r) {
				c.add(team.level, "person-without-contact", path, fmt.Sprintf("There is no way to reach %s.", r.Name),
					"A page to nobody is a page that nobody answers.",
					"Write at least one contact, better two of different kinds.")
			}
			for i, k := range r.Contact {
				if undecided(k) {
					c.add(Warning, "contact-tbd", fmt.Sprintf("%s.contact[%d]", path, i), fmt.Sprintf("How to reach %s by %s is still to be decided.", r.Name, k.Kind),
						"In the emergency nobody will have the time to find out.",
						"Ask them, and write it down.")
				}
			}
		}
	}
}

func undecided(k plan.Contact) bool { return strings.EqualFold(strings.TrimSpace(k.To), "TBD") }

// reachable reports whether a person has a contact that says where.
func reachable(r plan.Person) bool {
	for _, k := range r.Contact {
		if k.To != "" && !undecided(k) {
			return true
		}
	}
	return false
}

func (c *checker) checkEscalation() {
	for _, k := range c.plan.Categories {
		severities, used := map[string]bool{}, false
		for _, i := range c.plan.Issues {
			if i.Category == k.ID {
				severities[i.Severity], used = true, true
			}
		}
		if !used {
			severities[""] = true
		}
		for _, i := range c.plan.Severities {
			if severities[i.ID] && c.toldOnDetection(k.ID, i) {
				delete(severities, i.ID)
			}
		}
		if severities[""] && c.toldOnDetection(k.ID, plan.Severity{}) {
			delete(severities, "")
		}
		if len(severities) > 0 {
			c.add(Error, "nobody-told-on-detection", fmt.Sprintf("categories[%s]", k.ID), fmt.Sprintf("Nobody is told when an issue of the category %q is detected.", k.Name),
				"If nobody is told on detection, nobody validates it, and those who are told upon validation are never told.",
				"In the escalation rule of the category, tell somebody at detection: core: detection, or who: with when: detection.")
		}
	}
}

// toldOnDetection reports whether somebody is told at once of an issue of a category and a severity.
func (c *checker) toldOnDetection(category string, s plan.Severity) bool {
	for _, ref := range s.Page {
		if len(c.able(ref)) > 0 {
			return true
		}
	}
	for _, r := range c.plan.Escalation.Rules {
		if len(r.Categories) > 0 && !slices.Contains(r.Categories, category) || len(r.Severities) > 0 && !slices.Contains(r.Severities, s.ID) {
			continue
		}
		if r.Core == "detection" && answersFor(c.plan.CoreTeam, category) || r.Extended == "detection" && answersFor(c.plan.ExtendedTeam, category) {
			return true
		}
		for _, ref := range r.Who {
			if r.When == "detection" && len(c.able(ref)) > 0 {
				return true
			}
		}
	}
	return false
}

func answersFor(team []plan.Person, category string) bool {
	for _, r := range team {
		if len(r.Categories) == 0 || slices.Contains(r.Categories, category) {
			return true
		}
	}
	return false
}

func (c *checker) checkCommunications() {
	for _, m := range c.plan.Communications {
		path := fmt.Sprintf("communications[%s]", m.ID)
		if m.Responsible == "" {
			c.add(Warning, "message-without-owner", path, fmt.Sprintf("Nobody is responsible for the message %q.", m.Name),
				"It would be late, or never written.",
				"Name a role or a person under responsible.")
		} else if len(c.able(m.Responsible)) == 0 {
			c.add(Error, "message-owner-nobody", path+".responsible", fmt.Sprintf("Nobody can write the message %q: %q stands for nobody who can be reached.", m.Name, m.Responsible),
				"It would never be written.",
				"Name persons under the role's holders, or a person here.")
		}
		if m.Audience == "responders" || m.Audience == "internal" {
			c.checkPrivate(path, m)
		}
	}
}

// checkPrivate looks for what is meant for the team and would be read by everybody.
func (c *checker) checkPrivate(path string, m plan.Communication) {
	type use struct{ path, channel string }
	uses := []use{{path + ".channel", m.Channel}, {path + ".backup", m.Backup}}
	for i, a := range m.Also {
		uses = append(uses, use{fmt.Sprintf("%s.also[%d]", path, i), a})
	}
	for _, u := range uses {
		if ch, ok := c.plan.Channel(u.channel); ok && ch.Public {
			c.add(Error, "public-channel-for-team", u.path, fmt.Sprintf("The message %q is for the team, and %q is public.", m.Name, ch.Name),
				"The attacker would read what the team knows and what it will do next.",
				"Choose a channel that only the team can read.")
		}
	}
}
