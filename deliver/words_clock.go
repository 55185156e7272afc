package deliver

import (
	"fmt"
	"net/url"
	"strings"

	"tocsin/incident"
	"tocsin/notify"
)

// reminder tells whoever is responsible for an update that it is due.
func (w words) reminder(m notify.Message, dp incident.Dispatch) (notify.Message, bool) {
	u := w.state.Update(dp.Update)
	who, ok := w.plan.Person(dp.Person)
	if u == nil || !ok {
		return m, false
	}
	c, _ := w.plan.Communication(u.Communication)
	m.ToName = who.Name
	due := moment(u.Due, who.TimeZone)
	var say string
	switch {
	case w.now.Before(u.Due):
		m.Subject = fmt.Sprintf("Soon due: %s (%s)", w.name(u), w.state.Title)
		say = fmt.Sprintf("%s, %s is due at %s.", who.Name, w.name(u), due)
	case !u.Missed.IsZero():
		m.Subject = fmt.Sprintf("Missed: %s (%s)", w.name(u), w.state.Title)
		say = fmt.Sprintf("%s, %s was due at %s and has not been posted.", who.Name, w.name(u), due)
		if owes := incident.Responsible(w.plan, w.state, u, w.now); owes != "" && owes != who.ID {
			say += fmt.Sprintf(" %s owes it; see that somebody writes it.", incident.NameOf(w.plan, owes))
		}
	default:
		m.Subject = fmt.Sprintf("Due: %s (%s)", w.name(u), w.state.Title)
		say = fmt.Sprintf("%s, %s has been due since %s.", who.Name, w.name(u), due)
	}
	if u.State == incident.Asked {
		say += " Its approval has been asked for and not been given."
	}
	m.Body = fmt.Sprintf("%s\n\nIt is for: %s. %s\n", say, c.Audience, short(incident.Situation(w.plan, w.state)))
	if w.base != "" {
		m.Link, m.LinkText = w.base+"/incidents/"+url.PathEscape(w.state.ID), "Write it"
	}
	return m, true
}

// alarm tells whoever watches the server, or reads the room of the responders, that nobody has come.
func (w words) alarm(m notify.Message, dp incident.Dispatch) (notify.Message, bool) {
	m.ToName = "Whoever watches this server"
	if ch, ok := w.plan.Channel(dp.Channel); ok {
		m.ToName = ch.Name
	}
	m.Urgent = true
	m.Subject = "Nobody answers. " + w.headline()
	m.Body = fmt.Sprintf("Nobody has come, on any way that the plan names. Everybody is being called until somebody answers.\n\n%s\n\nSince: %s, %s.\nIncident: %s (%s), %s.\n\nCall somebody of the team yourself.\n",
		short(incident.Situation(w.plan, w.state)), moment(w.state.Opened, ""), ago(w.now.Sub(w.state.Opened)), w.state.Title, w.state.ID, w.plan.Name)
	if w.base != "" {
		m.Link, m.LinkText = w.base+"/incidents/"+url.PathEscape(w.state.ID), "See it"
	}
	return m, true
}

// overdue tells somebody that a step takes longer than the plan allows.
func (w words) overdue(m notify.Message, dp incident.Dispatch) (notify.Message, bool) {
	who, ok := w.plan.Person(dp.Person)
	if !ok {
		return m, false
	}
	for _, v := range incident.StepsOf(w.plan, w.state) {
		if v.ID != dp.Step {
			continue
		}
		m.ToName = who.Name
		m.Subject = fmt.Sprintf("Overdue: %s (%s)", v.Name, w.state.Title)
		say := fmt.Sprintf("%s, step %d takes longer than the plan allows: %s.", who.Name, v.Number, v.Name)
		if !v.Due.IsZero() {
			say = fmt.Sprintf("%s, step %d should have been finished at %s: %s.", who.Name, v.Number, moment(v.Due, who.TimeZone), v.Name)
		}
		switch {
		case v.By != "" && v.By != who.Name:
			say += " " + v.By + " is doing it."
		case v.By == "":
			say += " Nobody has begun it."
		}
		if v.Say != "" {
			say += " " + sentence(v.Say)
		}
		m.Body = say + "\n" + w.pins()
		if w.base != "" {
			m.Link, m.LinkText = w.base+"/incidents/"+url.PathEscape(w.state.ID)+"#step-"+url.PathEscape(v.ID), "Go to the step"
		}
		return m, true
	}
	return m, false
}

// pins are the links that everybody who is called should have, the responders' room first.
func (w words) pins() string {
	var b strings.Builder
	if room := w.state.Room(); room != "" {
		fmt.Fprintf(&b, "%s: %s\n", incident.Pin{}.Title(), room)
	}
	for _, p := range w.state.Pins {
		if p.Name != "" {
			fmt.Fprintf(&b, "%s: %s\n", p.Title(), p.Link)
		}
	}
	return b.String()
}
