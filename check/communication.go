package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tocsin/comms"
	"tocsin/plan"
)

func (c *checker) checkCommunications() {
	for n := range c.plan.Communications {
		m := &c.plan.Communications[n]
		path := fmt.Sprintf("communications[%s]", m.ID)
		c.checkOwner(path, m)
		c.checkComplete(path, m)
		if forTeam(m) {
			c.checkPrivate(path, m)
		} else if m.Audience != "" && strings.TrimSpace(m.Template) == "" && !m.Postmortem {
			c.add(Note, "message-without-template", path, fmt.Sprintf("The message %q has no template.", m.Name),
				"Words found in a hurry promise too much, or tell the attacker something.",
				"Write a template: what happened, what it means, what you do, what they should do, when you write again.")
		}
		if m.Backup != "" && m.Backup == m.Channel {
			c.add(Warning, "backup-same-channel", path+".backup", fmt.Sprintf("The backup of the message %q is its own channel.", m.Name),
				"When that channel fails there is no other.",
				"Name another channel.")
		}
	}
	c.checkAudiences()
}

// forTeam reports whether a message is for the team alone.
func forTeam(m *plan.Communication) bool {
	return m.Audience == "responders" || m.Audience == "internal"
}

// everybody are names that mean whoever is there.
var everybody = regexp.MustCompile(`^(all|(the )?(whole |core |response |entire )?team|(the |all )?(team )?(responders?|members?|everyone|everybody)|everyone|everybody|anyone|anybody)$`)

func (c *checker) checkOwner(path string, m *plan.Communication) {
	switch {
	case m.Responsible == "":
		c.add(Warning, "message-without-owner", path, fmt.Sprintf("Nobody is responsible for the message %q.", m.Name),
			"It would be late, or never written.",
			"Name a role or a person under responsible.")
	case c.unlisted[m.Responsible] != nil: // said there
	case len(c.able(m.Responsible)) == 0:
		c.add(Error, "message-owner-nobody", path+".responsible", fmt.Sprintf("Nobody can write the message %q: %q stands for nobody who can be reached.", m.Name, c.nameOf(m.Responsible)),
			"It would never be written.",
			"Name persons under the role's holders, or a person here.")
	case c.ownedByAll(m.Responsible):
		c.add(Warning, "message-owned-by-everybody", path+".responsible", fmt.Sprintf("%s are to write the message %q: that is everybody, and so nobody.", c.nameOf(m.Responsible), m.Name),
			"Each would think that another has written it.",
			"Name one role that one person holds in an incident, such as the communications lead or the scribe.")
	}
}

// The roles that the first person to answer takes.
const (
	firstResponder  = "first-responder"
	incidentManager = "incident-manager"
)

// ownedByAll reports whether a reference stands for the whole team, or whoever happens to be there. The roles that the
// first to answer takes are held by one person.
func (c *checker) ownedByAll(ref string) bool {
	if ref == firstResponder || ref == incidentManager || c.persons[ref] != nil || c.rotas[ref] != nil || len(c.plan.CoreTeam) < 2 {
		return false
	}
	if r := c.roles[ref]; r != nil && !c.heldByAll(r) {
		return false // the first of its holders who comes holds it
	}
	if everybody.MatchString(strings.ToLower(strings.TrimSpace(c.nameOf(ref)))) {
		return true
	}
	who := c.able(ref)
	for i := range c.plan.CoreTeam {
		if r := &c.plan.CoreTeam[i]; !r.Body && c.reachable(r) && !slices.Contains(who, r.ID) {
			return false
		}
	}
	return true
}

// checkComplete asks what a message leaves open.
func (c *checker) checkComplete(path string, m *plan.Communication) {
	var lacks []string
	if m.Timing == (plan.Timing{}) {
		lacks = append(lacks, "when it is owed")
	}
	if m.Audience == "" {
		lacks = append(lacks, "to whom")
	}
	if m.Channel == "" {
		lacks = append(lacks, "where it is posted")
	}
	if len(lacks) > 0 {
		c.add(Warning, "message-incomplete", path, fmt.Sprintf("The message %q does not say %s.", m.Name, eitherOf(lacks)),
			"Tocsin cannot remind anybody of it, and whoever writes it has to guess.",
			"Write its timing, its audience and its channel.")
	}
}

// checkPrivate looks for what is meant for the team and would be read by others, or would fall with what is attacked.
func (c *checker) checkPrivate(path string, m *plan.Communication) {
	type place struct{ path, channel string }
	places := []place{{path + ".channel", m.Channel}, {path + ".backup", m.Backup}}
	for i, a := range m.Also {
		places = append(places, place{fmt.Sprintf("%s.also[%d]", path, i), a})
	}
	for _, at := range places {
		ch := c.channels[at.channel]
		if ch == nil {
			continue
		}
		if ch.Public {
			c.add(Error, "public-channel-for-team", at.path, fmt.Sprintf("The message %q is for the team, and %q is public.", m.Name, ch.Name),
				"The attacker would read what the team knows and what it will do next.",
				"Choose a channel that only the team can read.")
		}
		if a := c.ownDomain(ch.To); a != nil {
			c.add(Warning, "channel-on-own-domain", at.path, fmt.Sprintf("The message %q is for the team, and %q lies on the domain of %q.", m.Name, ch.Name, a.Name),
				"Whoever takes over the domain reads along, or shuts the team out.",
				"Choose a channel of somebody else's.")
		}
	}
	if m.Backup == "" && !m.Postmortem && m.Channel != "" {
		c.add(Warning, "message-without-backup", path, fmt.Sprintf("The message %q has no second channel.", m.Name),
			"When the channel fails, or is the one that was taken over, the team cannot find each other.",
			"Name another channel under backup, of another provider.")
	}
	ch, backup := c.channels[m.Channel], c.channels[m.Backup]
	if ch != nil && backup != nil && ch.ID != backup.ID && ch.Kind == backup.Kind && ch.Kind != "other" {
		c.add(Warning, "backup-shares-provider", path+".backup", fmt.Sprintf("The message %q goes to %q, and its backup %q is of the same kind, %s.", m.Name, ch.Name, backup.Name, ch.Kind),
			"One outage, or one stolen sign-in, takes both.",
			"Choose a backup of another provider.")
	}
}

// ownDomain is the asset whose domain a place lies on, nil if there is none.
func (c *checker) ownDomain(to string) *plan.Asset {
	host := hostOf(to)
	for n := range c.plan.Assets {
		a := &c.plan.Assets[n]
		if (a.Kind == "domain" || a.Kind == "dns" || a.Kind == "hosting") && sameDomain(host, hostOf(a.Location)) {
			return a
		}
	}
	return nil
}

// checkAudiences asks for the messages that every plan needs.
func (c *checker) checkAudiences() {
	var room, users, postmortem bool
	for _, m := range c.plan.Communications {
		room = room || m.Audience == "responders"
		users = users || (m.Audience == "users" || m.Audience == "public") && !m.Postmortem
		postmortem = postmortem || m.Postmortem
	}
	if !room {
		c.add(Warning, "responders-without-room", "communications", "The plan does not say where responders meet.",
			"The first minutes go by with looking for each other.",
			"Add a message with audience: responders and timing: open until completion, on a channel that only the team can read.")
	}
	if !users {
		c.add(Warning, "users-not-told", "communications", "The plan does not say when and where users are told.",
			"They would learn it from others, and act on what those say.",
			"Add a message with audience: users, a timing, a channel and who writes it.")
	}
	if !postmortem {
		c.add(Note, "post-mortem-missing", "communications", "The plan promises no post-mortem.",
			"What was learned is forgotten, and it happens again.",
			"Add a message with postmortem: true, timing: resolution + 2 days, and who writes it.")
	}
}

// checkTemplates fills nothing in; it reads each template as the draft of an update would.
func (c *checker) checkTemplates() {
	for _, m := range c.plan.Communications {
		err := comms.CheckTemplate(m.Template)
		if err == nil {
			continue
		}
		say, mend := sentences(err, "Mend the template, or leave it out.")
		c.add(Error, "template-broken", fmt.Sprintf("communications[%s].template", m.ID), say,
			fmt.Sprintf("Whoever writes %q would have to begin with an empty page.", m.Name), mend)
	}
}
