package incident

import (
	"slices"
	"time"

	"tocsin/plan"
)

// The moments at which people are told.
const (
	momentDetection   = "detection"
	momentValidation  = "validation"
	momentContainment = "containment"
	momentResolution  = "resolution"
	momentEveryone    = "everyone"
)

// RoleIncidentManager and RoleFirstResponder are roles that the first person to answer takes, where the plan has them.
const (
	RoleIncidentManager = "incident-manager"
	RoleFirstResponder  = "first-responder"
)

// escalate tells the people whom the plan wants told at a moment; once per moment.
func (d *decider) escalate(moment string) {
	if slices.Contains(d.s.Escalated, moment) {
		return
	}
	d.emit(EventEscalated{Moment: moment})
	d.escalateAgain()
}

// escalateAgain pages whoever should have been told by now and was not, as after a higher severity. Who has said that they
// cannot come knows.
func (d *decider) escalateAgain() {
	for _, moment := range d.s.Escalated {
		why := "told on " + moment
		for _, who := range told(d.p, d.s, moment, d.now) {
			if !d.s.Called(who) && !d.s.here(who) && !d.s.cannot(who) {
				d.callPerson(who, why)
			}
		}
	}
}

// told lists the people whom the plan wants told at a moment. On detection there is always somebody.
func told(p *plan.Plan, s *State, moment string, now time.Time) []string {
	var ids []string
	add := func(more ...string) {
		for _, id := range more {
			if x, ok := p.Person(id); ok && !x.Body && s.Sees(id) && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	// call adds those for whom references stand; if a rota has a hole that nobody of it fills, everybody of the core team.
	call := func(refs []string) {
		for _, ref := range refs {
			n := len(ids)
			people := p.ToCall([]string{ref}, now)
			add(people...)
			if _, rota := p.Rota(ref); rota && len(ids) == n && len(people) == 0 {
				add(p.Everyone()...)
			}
		}
	}
	approvers := func() {
		for i := range s.Decisions {
			if s.Decisions[i].State == Open && s.Decisions[i].Subject.Kind != SubjectUpdate {
				add(s.approversWanted(p, &s.Decisions[i], now)...)
			}
		}
	}
	team := func(people []plan.Person) {
		for _, x := range people {
			if s.Category == "" || len(x.Categories) == 0 || slices.Contains(x.Categories, s.Category) {
				add(x.ID)
			}
		}
	}
	if moment == momentEveryone {
		add(p.Everyone()...)
		approvers()
		return ids
	}
	for _, r := range p.Escalation.Rules {
		if !applies(r.Categories, s.Category) || !applies(r.Severities, s.Severity) {
			continue
		}
		if r.Core == moment {
			team(p.CoreTeam)
		}
		if r.Extended == moment {
			team(p.ExtendedTeam)
		}
		if when := r.When; len(r.Who) > 0 && (when == moment || when == "" && moment == momentDetection) {
			call(r.Who)
		}
	}
	if moment != momentDetection {
		return ids
	}
	if sev, ok := p.Severity(s.Severity); ok {
		call(sev.Page)
	}
	approvers() // at once: they may sign while validation runs
	if !slices.ContainsFunc(ids, p.Core) {
		team(p.CoreTeam) // or nobody could validate
	}
	if len(ids) == 0 {
		add(p.Everyone()...)
	}
	return ids
}

// applies reports whether a filter lets a value through; an empty filter and an unknown value let everything through.
func applies(filter []string, value string) bool {
	return len(filter) == 0 || value == "" || slices.Contains(filter, value)
}
