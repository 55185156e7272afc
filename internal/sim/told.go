package sim

import (
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// told holds an incident to the plan: whoever is to be told by now has been called, or is there.
func (a *account) told() error {
	fits := func(list []string, value string) bool {
		return len(list) == 0 || value == "" || slices.Contains(list, value)
	}
	p := a.plan()
	for _, moment := range a.state.Escalated {
		for i := range p.Escalation.Rules {
			r := &p.Escalation.Rules[i]
			if !fits(r.Categories, a.state.Category) || !fits(r.Severities, a.state.Severity) {
				continue
			}
			for _, who := range called(p, r, moment) {
				if !a.state.Called(who) && a.state.Answer(who) == nil && a.state.Sees(who) {
					return breaks("page", "%s is to be told on %s, and was never called", who, moment)
				}
			}
		}
	}
	return a.onCall()
}

// called are the people whom a rule wants told at a moment; who is on call then is another matter.
func called(p *plan.Plan, r *plan.EscalationRule, moment string) (people []string) {
	if r.Core == moment {
		for i := range p.CoreTeam {
			people = append(people, p.CoreTeam[i].ID)
		}
	}
	if r.Extended == moment {
		for i := range p.ExtendedTeam {
			if !p.ExtendedTeam[i].Body {
				people = append(people, p.ExtendedTeam[i].ID)
			}
		}
	}
	for _, who := range r.Who {
		if _, rota := p.Rota(who); r.When == moment && !rota {
			people = append(people, who)
		}
	}
	return people
}

// begins takes note that an incident begins, or begins anew: whoever is on call at that time is called.
func (a *account) begins(h incident.Happened) {
	switch e := h.Event.(type) {
	case incident.EventEscalated:
		if e.Moment != "detection" {
			return
		}
	case incident.EventReopened:
	default:
		return
	}
	if a.trust.whole() { // else others may have to take their turn
		a.began = h.At
	}
}

// onCall holds the beginning of an incident to the rota.
func (a *account) onCall() error {
	if a.began.IsZero() {
		return nil
	}
	who := a.turn(a.began)
	since := a.began
	a.began = time.Time{}
	if x := a.state.Answer(who); x != nil && x.Comes() || slices.ContainsFunc(a.state.Pages, func(p incident.Page) bool {
		return p.Person == who && (p.State == incident.Ringing || !p.Requested.Before(since))
	}) {
		return nil
	}
	return breaks("rota", "%s is on call at %s, and was not called", who, since.Format(time.TimeOnly))
}

// turn counts whose turn it is. In no world does the clock of the rota's time zone change.
func (a *account) turn(at time.Time) string {
	r := a.plan().Rotas[0]
	zone, _ := time.LoadLocation(r.TimeZone)
	clock, _ := time.Parse("15:04", r.HandOver)
	start := time.Date(r.Start.Year(), r.Start.Month(), r.Start.Day(), clock.Hour(), clock.Minute(), 0, 0, zone)
	return r.Members[int(at.Sub(start)/time.Duration(r.Shift))%len(r.Members)]
}
