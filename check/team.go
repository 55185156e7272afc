package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/plan"
)

func (c *checker) checkTeam() {
	for _, team := range []struct {
		key     string
		level   Level
		persons []plan.Person
	}{{"core_team", Error, c.plan.CoreTeam}, {"extended_team", Warning, c.plan.ExtendedTeam}} {
		for n := range team.persons {
			r := &team.persons[n]
			path := fmt.Sprintf("%s[%s]", team.key, r.ID)
			if !c.reachable(r) {
				c.add(team.level, "person-without-contact", path, fmt.Sprintf("There is no way to reach %s.", r.Called()),
					"A page to nobody is a page that nobody answers.",
					"Write at least one contact, better two of different kinds.")
			}
			for i, k := range r.Contact {
				if !decided(k) {
					c.add(Warning, "contact-tbd", fmt.Sprintf("%s.contact[%d]", path, i), fmt.Sprintf("How to reach %s by %s is still to be decided.", r.Called(), k.Kind),
						"In the emergency nobody will have the time to find out.",
						"Ask them, and write it down.")
				}
			}
		}
	}
	c.checkNumbers()
	c.checkWays()
	c.checkKeys()
}

// checkNumbers looks for a telephone on which two people hang: a line copied, and one of them never rings.
func (c *checker) checkNumbers() {
	first := map[string]string{} // who has a number
	for _, r := range c.plan.CoreTeam {
		mine := map[string]bool{}
		for i, k := range r.Ladder() {
			number := strings.Map(func(c rune) rune {
				if c == '+' || c >= '0' && c <= '9' {
					return c
				}
				return -1
			}, k.To)
			if k.Kind != "phone" && k.Kind != "sms" || !decided(k) || mine[number] {
				continue
			}
			mine[number] = true
			other := first[number]
			if other == "" {
				first[number] = r.ID
				continue
			}
			path := fmt.Sprintf("core_team[%s].contact[%d]", r.ID, i)
			if i >= len(r.Contact) {
				path = "contacts"
			}
			c.add(Warning, "contact-shared", path, fmt.Sprintf("%s and %s have the same telephone number.", c.nameOf(other), r.Called()),
				"One of them is never called, and nobody notices until that night.",
				"Ask both for their number, and call it once.")
		}
	}
}

// checkWays looks for one way of reaching people on which the whole core team hangs.
func (c *checker) checkWays() {
	if len(c.plan.CoreTeam) < 2 || c.sealed {
		return
	}
	kinds := map[string]bool{}
	for _, r := range c.plan.CoreTeam {
		for _, k := range r.Ladder() {
			if decided(k) {
				kinds[k.Kind] = true
			}
		}
	}
	if len(kinds) == 1 {
		for only := range kinds {
			c.add(Warning, "one-way-to-reach-all", "core_team", fmt.Sprintf("The whole core team can be reached by %s only.", only),
				"When that one service fails, or is the one that was attacked, nobody can be called.",
				"Add a contact of another kind to each, a telephone number before all.")
		}
	}
	c.checkMail()
}

// checkMail looks for mail that would go to whoever has taken over a domain of the protocol.
func (c *checker) checkMail() {
	for n := range c.plan.Assets {
		a := &c.plan.Assets[n]
		if a.Kind != "domain" && a.Kind != "dns" {
			continue
		}
		domain := hostOf(a.Location)
		var names []string
		level := Note
		for _, r := range c.plan.CoreTeam {
			mail, other := false, false
			for _, k := range r.Ladder() {
				if _, at, ok := strings.Cut(k.To, "@"); ok && k.Kind == "email" && sameDomain(hostOf(at), domain) {
					mail = true
				} else if decided(k) {
					other = true
				}
			}
			if mail {
				names = append(names, r.Name)
				if !other {
					level = Warning
				}
			}
		}
		if len(names) > 0 {
			c.add(level, "team-email-on-own-domain", fmt.Sprintf("assets[%s]", a.ID), fmt.Sprintf("Mail to %s goes through the domain %s, which this plan protects.", plain(names), domain),
				"Whoever takes over the domain reads the team's mail, and the team no longer does.",
				"Give each an address of another domain, or another way to be reached that comes first.")
		}
	}
}

// checkPasskey looks for a passkey whose signature nobody could check.
func (c *checker) checkPasskey(path string, r *plan.Person, k plan.Key) {
	if k.Passkey == "" || k.Proves() {
		return
	}
	c.add(Error, "passkey-unproven", path, fmt.Sprintf("The passkey of %s has no public key or no site.", r.Called()),
		"Nothing that is signed with it could be checked, so it counts for nothing.",
		fmt.Sprintf("Have %s make it anew on the console's page “My keys”, and put into the plan what that page shows.", r.Called()))
}

// checkKeys looks for a signing key that two persons use, and for one that anybody has.
func (c *checker) checkKeys() {
	owner, live := map[string]string{}, slices.ContainsFunc(c.plan.Chains, func(ch plan.Chain) bool { return ch.Kind != "drill" })
	for _, team := range []struct {
		key     string
		persons []plan.Person
	}{{"core_team", c.plan.CoreTeam}, {"extended_team", c.plan.ExtendedTeam}} {
		for _, r := range team.persons {
			for i, k := range r.Keys {
				path := fmt.Sprintf("%s[%s].keys[%d]", team.key, r.ID, i)
				if live && slices.Contains(publicKeys, k.Address) {
					c.add(Error, "key-public", path, fmt.Sprintf("%s signs with a key that anybody can look up.", c.nameOf(r.ID)),
						"It belongs to a development chain or to the example plan: whoever wants to can approve in this name.",
						"Make a key that nobody else has, and write its address.")
				}
				id := k.Address.Hex()
				if k.Kind == plan.KeyPasskey {
					c.checkPasskey(path, &r, k)
					id = "passkey " + string(k.Point())
				}
				if !keyed(k) {
					continue
				}
				first, taken := owner[id]
				if !taken {
					owner[id] = r.ID
				} else if first != r.ID {
					c.add(Error, "key-shared", path, fmt.Sprintf("%s and %s sign with the same key.", c.nameOf(first), c.nameOf(r.ID)),
						"One of them can approve in the name of both, and nobody can tell who did.",
						"Give each a key of their own.")
				}
			}
		}
	}
}

// checkRoles looks for duties that hang on one person because nobody else may hold a role.
func (c *checker) checkRoles() {
	if len(c.plan.CoreTeam) < 2 {
		return // the team is the single point of failure, whoever holds what
	}
	owns := map[string]int{}
	for _, r := range c.plan.Procedures {
		for _, s := range r.Steps {
			owns[s.Owner]++
		}
	}
	for n := range c.plan.Roles {
		r := &c.plan.Roles[n]
		who := c.able(r.ID)
		if len(who) != 1 || owns[r.ID] == 0 {
			continue
		}
		c.add(Warning, "role-with-one-holder", fmt.Sprintf("roles[%s]", r.ID), fmt.Sprintf("Only %s can be %s, who owns %s.", c.nameOf(who[0]), r.Name, count(owns[r.ID], "step")),
			"While they sleep or fly, these steps wait.",
			"Add somebody to the holders of the role.")
	}
}

func (c *checker) checkRotas() {
	for n := range c.plan.Rotas {
		r := &c.plan.Rotas[n]
		path := fmt.Sprintf("rotas[%s]", r.ID)
		if r.TimeZone == "" {
			c.add(Warning, "rota-without-time-zone", path, fmt.Sprintf("The rota %q has no time zone.", r.Name),
				"Shifts change by the clock of UTC, which is nobody's: two people think that they are on call, or none does.",
				"Write time_zone: and where the team's clock stands, such as Europe/Vienna.")
		}
		if !r.Start.IsZero() && c.since(r.Start.Time) < -day {
			c.add(Warning, "rota-not-begun", path+".start", fmt.Sprintf("The rota %q begins on %s.", r.Name, r.Start.Format(time.DateOnly)),
				"Until then it is always the first of its members who is called.",
				"Write a day that has come, or name who is on call until then under cover.")
		}
		if len(r.Members) == 1 {
			c.add(Note, "rota-of-one", path+".members", fmt.Sprintf("Only %s is ever on call in the rota %q.", c.nameOf(r.Members[0]), r.Name),
				"Nobody is on call while they sleep.",
				"Add a second member, best in another time zone.")
		}
		refs := slices.Clone(r.Members)
		for _, cover := range r.Cover {
			refs = append(refs, cover.Person)
		}
		for i, ref := range refs {
			if len(c.able(ref)) > 0 || c.unlisted[ref] != nil {
				continue
			}
			at := fmt.Sprintf("%s.members[%d]", path, i)
			if i >= len(r.Members) {
				at = fmt.Sprintf("%s.cover[%d]", path, i-len(r.Members))
			}
			c.add(Warning, "rota-member-unreachable", at, fmt.Sprintf("While %s is on call in the rota %q, nobody can be reached.", c.nameOf(ref), r.Name),
				"Whoever comes next in the rota is called in their place, and does not know that they are on call.",
				"Write a contact, or take them out of the rota.")
		}
	}
}
