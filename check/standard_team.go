package check

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tocsin/plan"
)

// scoreRoles: ir-1.1.1.
func scoreRoles(s *sheet) {
	lead, holders, ok := s.role(wordsLead)
	switch {
	case !ok:
		s.lacks("Add a role for whoever leads the response, such as incident manager, with two persons or more who can hold it.")
	case len(holders) < 2:
		s.lacks("Name a second person who can hold the role %q and can be reached.", lead.Name)
	default:
		s.shows("roles["+lead.ID+"]", "%s leads the response; %s can take the role", lead.Name, listed(holders))
	}
	s.decides("what stops the protocol", func(d *plan.Decision) bool { return len(d.Actions) > 0 || s.covers(d, "halt") })
	s.decides("what is said in public", func(d *plan.Decision) bool { return s.approvesPublic(d) })
	s.decides("what happens with recovered or emergency funds", func(d *plan.Decision) bool {
		return wordsFunds.MatchString(strings.ToLower(d.Name + ". " + d.Question))
	})
	s.supports("an expert who finds out what is happening, such as technical lead", wordsExpert)
	for _, domain := range []struct {
		name  string
		words *regexp.Regexp
	}{{"the contracts", wordsContracts}, {"the infrastructure", wordsInfra}, {"security", wordsSecurity}} {
		if r, path, ok := s.person(domain.words, "core_team", "extended_team"); ok {
			s.shows(path, "%s knows %s", r.Name, domain.name)
		} else {
			s.lacks("Say who knows %s: write it as the title or a duty of a person who can be reached.", domain.name)
		}
	}
	s.supports("a scribe, who writes down what happens", wordsScribe)
	s.supports("whoever speaks for the team, such as communications lead", wordsSpeaker)
	if r, path, ok := s.person(wordsLegal, "core_team", "extended_team"); ok {
		s.shows(path, "%s is the legal support", r.Name)
	} else {
		s.lacks("Name legal support: a lawyer or a law firm in the extended team, with a way to reach them.")
	}
	s.reviewed(365, "at least once a year")
}

// supports wants a role, and somebody who can hold it.
func (s *sheet) supports(what string, words *regexp.Regexp) {
	role, holders, ok := s.role(words)
	switch {
	case !ok:
		s.lacks("Add a role for %s.", what)
	case len(holders) == 0:
		s.lacks("Name somebody who can hold the role %q and can be reached.", role.Name)
	default:
		s.shows("roles["+role.ID+"]", "%s: %s", role.Name, listed(holders))
	}
}

// decides wants a decision about something that can be made with any one person away.
func (s *sheet) decides(what string, about func(*plan.Decision) bool) {
	found := false
	for i := range s.plan.Decisions {
		d := &s.plan.Decisions[i]
		if !about(d) {
			continue
		}
		found = true
		if !s.metWithout(d, "") {
			s.lacks("Settle who decides %q: as it stands nobody can.", d.Name)
			return
		}
		all := rulesFor(s.plan, d).everyone()
		for _, person := range all {
			if !s.metWithout(d, person) {
				s.lacks("Name a backup for %s, without whom nobody can decide %q: a stand-in, or a group of which some suffice.", s.plan.NameOf(person), d.Name)
				return
			}
		}
	}
	if !found {
		s.lacks("Add a decision about %s, and name those who make it.", what)
		return
	}
	for _, d := range s.plan.Decisions {
		if about(&d) {
			s.shows("decisions["+d.ID+"]", "%s is decided by %s, with any one of them away", strconv.Quote(d.Name), listed(s.names(rulesFor(s.plan, &d).everyone())))
			return
		}
	}
}

func (s *sheet) names(ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = s.plan.NameOf(id)
	}
	return names
}

// covers reports whether a decision authorises a step of a purpose.
func (s *sheet) covers(d *plan.Decision, purpose string) bool {
	return slices.ContainsFunc(d.Steps, func(ref string) bool {
		procedure, step, _ := plan.SplitStep(ref)
		x, _ := s.plan.Step(procedure, step)
		return x.Purpose == purpose
	})
}

func (s *sheet) approvesPublic(d *plan.Decision) bool {
	return slices.ContainsFunc(s.plan.Communications, func(m plan.Communication) bool {
		return outward(m) && (m.Approval == d.ID || slices.Contains(d.Updates, m.ID))
	})
}

// outward reports whether a message is for people outside the team.
func outward(m plan.Communication) bool { return m.Audience == "users" || m.Audience == "public" }

// reviewed wants the whole plan to have been read within some days.
func (s *sheet) reviewed(days int, often string) {
	ago, ok := s.since(s.plan.Reviewed)
	switch {
	case !ok:
		s.lacks("Read the whole plan together %s, and write the day as reviewed.", often)
	case ago > days:
		s.lacks("Read the whole plan again: it was last reviewed on %s, and is to be %s.", s.plan.Reviewed.Format("2006-01-02"), often)
	default:
		s.shows("reviewed", "The plan was reviewed on %s", s.plan.Reviewed.Format("2006-01-02"))
	}
}

// scoreContacts: ir-1.1.2.
func scoreContacts(s *sheet) {
	inward := false
	for _, m := range s.plan.Communications {
		if (m.Audience == "responders" || m.Audience == "internal") && m.Channel != "" && m.Responsible != "" && !inward {
			inward = true
			s.shows("communications["+m.ID+"]", "%s brings those at work together, kept by %s", strconv.Quote(m.Name), s.plan.NameOf(m.Responsible))
		}
	}
	if !inward {
		s.lacks("Say how those at work stay together: a message to responders or internal, with its channel and who is responsible.")
	}
	for _, party := range []struct {
		name  string
		words *regexp.Regexp
		teams []string
	}{
		{"the protocols that you depend on or that depend on you", wordsPartners, []string{"extended_team"}},
		{"outside expertise: forensics, security researchers, auditors", wordsForensics, []string{"extended_team"}},
		{"a lawyer", wordsLegal, []string{"extended_team", "core_team"}},
		{"press or community relations", wordsPress, []string{"extended_team", "core_team"}},
		{"the vendors of your infrastructure", wordsVendor, []string{"extended_team"}},
	} {
		r, path, ok := s.person(party.words, party.teams...)
		if ok {
			s.shows(path, "For %s: %s", party.name, r.Name)
			continue
		}
		s.lacks("Add a contact for %s: what they do as title or duty, and how to reach them.", party.name)
	}
	s.reviewed(92, "every three months")
	s.order()
}

// order wants an order of calls for the worst severity.
func (s *sheet) order() {
	if len(s.plan.Severities) == 0 {
		s.lacks("Say in which order people are called in the worst case: severities, and rules of the escalation for the worst of them.")
		return
	}
	worst := s.plan.Severities[0]
	t := teller{plan: s.plan}
	called := map[int][]string{}
	outside := false
	for _, i := range s.plan.Issues {
		if i.Severity != worst.ID {
			continue
		}
		x := t.told(i.Category, i.Severity)
		for _, id := range x.order {
			r, _ := s.plan.Person(id)
			if at := x.at[id]; at < notTold && !slices.Contains(called[at], r.Name) {
				called[at] = append(called[at], r.Name)
				outside = outside || !s.plan.Core(id)
			}
		}
	}
	var parts []string
	for at, moment := range moments {
		if len(called[at]) > 0 {
			parts = append(parts, fmt.Sprintf("on %s %s", moment, listed(called[at])))
		}
	}
	switch {
	case len(called[0]) == 0:
		s.lacks("Write down an issue of the severity %q and who is called on its detection.", worst.Name)
	case !outside:
		s.lacks("Say when people outside the core team are called for issues of the severity %q: extended in a rule of the escalation.", worst.Name)
	default:
		s.shows("escalation", "For issues of the severity %q are called: %s", worst.Name, strings.Join(parts, "; "))
	}
}
