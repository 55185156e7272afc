package check

import (
	"slices"
	"strconv"
	"strings"

	"tocsin/plan"
)

// scoreAlerting: ir-2.1.3.
func scoreAlerting(s *sheet) {
	var guided, unguided []string
	for _, i := range s.plan.Issues {
		if s.detectedBy(i) == "" {
			continue
		}
		if len(i.LookAlikes) > 0 && len(i.Activation) > 0 {
			guided = append(guided, strconv.Quote(i.Name))
		} else {
			unguided = append(unguided, strconv.Quote(i.Name))
		}
	}
	switch {
	case len(guided)+len(unguided) == 0:
		s.lacks("Have a detector page for an issue, and say there what looks alike and what makes it real: look_alikes and activation.")
	case len(unguided) > 0:
		s.lacks("Say what looks alike and what makes it real (look_alikes and activation) at %s.", listed(unguided))
	}
	if len(guided) > 0 {
		s.shows("issues", "Alerts come with how to tell a false alarm: %s", listed(guided))
	}
	s.severitiesSay()
	s.management()
	s.ladders()
	s.onCall()
}

func (s *sheet) severitiesSay() {
	var open []string
	for _, x := range s.plan.Severities {
		if x.Meaning == "" || x.RespondWithin == 0 {
			open = append(open, strconv.Quote(x.Name))
		}
	}
	switch {
	case len(s.plan.Severities) == 0:
		s.lacks("Define severities: what each means, and how soon somebody must answer.")
	case len(open) > 0:
		s.lacks("Say what it means and how soon somebody must answer (meaning and respond_within) at %s.", listed(open))
	default:
		s.shows("severities", "%d severities say what they mean and how soon somebody must answer", len(s.plan.Severities))
	}
	if e := s.plan.Escalation; e.Everyone > 0 {
		s.shows("escalation.everyone", "If nobody answers within %s, everyone is called", e.Everyone)
	} else {
		s.lacks("Say after how long without an answer everyone is called: everyone, under escalation.")
	}
}

// management wants those who answer for the organisation to hear of the worst at once.
func (s *sheet) management() {
	if len(s.plan.Severities) == 0 {
		return // said already
	}
	t := teller{plan: s.plan}
	for _, i := range s.plan.Issues {
		if i.Severity != s.plan.Severities[0].ID {
			continue
		}
		x := t.told(i.Category, i.Severity)
		for _, id := range x.order {
			r, _ := s.plan.Person(id)
			if x.at[id] <= 1 && wordsHead.MatchString(strings.ToLower(r.Title)) {
				s.shows("issues["+i.ID+"]", "%s (%s) hears of %s on %s", r.Name, r.Title, strconv.Quote(i.Name), moments[x.at[id]])
				return
			}
		}
	}
	s.lacks("Tell those who lead the organisation of issues of the severity %q on detection or validation; their title says who they are.", s.plan.Severities[0].Name)
}

// ladders wants two kinds of ways to reach each person who is called on detection.
func (s *sheet) ladders() {
	if s.plan.Contacts.File != "" && !slices.ContainsFunc(s.plan.CoreTeam, func(r plan.Person) bool { return len(r.Sealed) > 0 }) {
		s.cannotShow("how each person can be reached, for the contact details are sealed")
		return
	}
	var single []string
	for _, r := range s.plan.CoreTeam {
		ways := map[string]bool{}
		for _, k := range r.Ladder() {
			if stated(k) {
				ways[k.Kind] = true
			}
		}
		if !r.Body && len(ways) < 2 {
			single = append(single, r.Name)
		}
	}
	switch {
	case len(s.plan.CoreTeam) == 0:
		s.lacks("Name the core team, each with two kinds of ways to reach them.")
	case len(single) > 0:
		s.lacks("Write down a second kind of way to reach %s.", listed(single))
	default:
		s.shows("core_team", "Each of the core team can be reached in two ways or more, one after the other")
	}
}

func (s *sheet) onCall() {
	for _, r := range s.plan.Rotas {
		if members := everybodyOf(s.plan, []string{r.ID}); len(members) > 1 {
			s.shows("rotas["+r.ID+"]", "%s takes turns among %s", r.Name, listed(s.names(members)))
			return
		}
	}
	s.lacks("Add a rota of two persons or more, and page it on detection.")
}
