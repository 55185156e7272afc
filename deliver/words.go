package deliver

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/notify"
	"tocsin/plan"
)

// words puts an incident into messages.
type words struct {
	plan  *plan.Plan
	state *incident.State
	base  string
	now   time.Time // of the incident
	sent  time.Time // real
}

// message is what a dispatch carries; false if it speaks of something that the incident does not hold.
func (w words) message(dp incident.Dispatch) (notify.Message, bool) {
	m := notify.Message{Key: dp.ID, To: dp.To, Exercise: w.state.Exercise != nil, At: w.sent}
	switch dp.Kind {
	case incident.DispatchPage:
		return w.inEarnest(w.page(m, dp))
	case incident.DispatchReminder:
		return w.reminder(m, dp)
	case incident.DispatchOverdue:
		return w.overdue(m, dp)
	case incident.DispatchUpdate:
		return w.update(m, dp)
	case incident.DispatchAlarm:
		return w.alarm(m, dp)
	case incident.DispatchNotice:
		return w.notice(m, dp)
	}
	return m, false
}

// inEarnest says that a page is real, where an exercise went on when the incident was opened.
func (w words) inEarnest(m notify.Message, ok bool) (notify.Message, bool) {
	if ok && len(w.state.Stopped) > 0 {
		m.Subject = "REAL, no exercise: " + m.Subject
		m.Body = "This is REAL. It is no exercise: the exercise that went on was stopped for it.\n\n" + m.Body
	}
	return m, ok
}

// page asks one person to come.
func (w words) page(m notify.Message, dp incident.Dispatch) (notify.Message, bool) {
	who, ok := w.plan.Person(dp.Person)
	if !ok {
		return m, false
	}
	m.ToName = who.Name
	m.Urgent = true
	m.Subject = w.headline()
	var b strings.Builder
	if w.quiet(dp.Page) {
		m.Urgent = false
		m.Subject = "Are you still there? " + m.Subject
		fmt.Fprintf(&b, "%s, you said that you are coming, and nothing has been heard of you for a while. Are you still there? If you do not say so within five minutes, others are called in your place.\n\n", who.Name)
	} else if why := w.why(dp.Page); why != "" {
		fmt.Fprintf(&b, "%s, you are called: %s.\n\n", who.Name, why)
	} else {
		fmt.Fprintf(&b, "%s, you are called.\n\n", who.Name)
	}
	fmt.Fprintf(&b, "%s\n\n", short(incident.Situation(w.plan, w.state)))
	if sev, ok := w.plan.Severity(w.state.Severity); ok {
		fmt.Fprintf(&b, "Severity: %s. %s\n", sev.Name, sentence(sev.Meaning))
	}
	fmt.Fprintf(&b, "Since: %s, %s.\n", moment(w.state.Opened, who.TimeZone), ago(w.now.Sub(w.state.Opened)))
	fmt.Fprintf(&b, "Incident: %s (%s), %s.\n", w.state.Title, w.state.ID, w.plan.Name)
	b.WriteString(w.pins())
	if w.base != "" && dp.Secret != "" {
		m.Link, m.LinkText = w.base+"/page/"+url.PathEscape(dp.Secret), "Are you coming?"
		b.WriteString("\nAre you coming? Open the link and press one of its buttons; opening it answers nothing. The link is yours: do not pass it on.\n")
	} else {
		b.WriteString("\nAre you coming? Say so in the console, or to your team.\n")
	}
	m.Body = b.String()
	return m, true
}

// update carries a posted update, word for word.
func (w words) update(m notify.Message, dp incident.Dispatch) (notify.Message, bool) {
	u := w.state.Update(dp.Update)
	if u == nil || u.Text == "" {
		return m, false
	}
	if ch, ok := w.plan.Channel(dp.Channel); ok {
		m.ToName = ch.Name
	}
	m.Subject = w.plan.Name + ": " + w.name(u)
	if u.Number > 1 {
		m.Subject += fmt.Sprintf(" (%d)", u.Number)
	}
	m.Body = u.Text
	m.At = u.Posted
	return m, true
}

// headline is the severity and what is the matter.
func (w words) headline() string {
	if sev, ok := w.plan.Severity(w.state.Severity); ok && sev.Name != "" {
		return sev.Name + ": " + w.state.Title
	}
	return w.state.Title
}

// quiet reports whether a page asks somebody who has come whether they are still there.
func (w words) quiet(page string) bool {
	return slices.ContainsFunc(w.state.Pages, func(pg incident.Page) bool { return pg.ID == page && pg.Quiet })
}

func (w words) why(page string) string {
	for _, pg := range w.state.Pages {
		if pg.ID == page {
			return strings.TrimSuffix(pg.Why, ".")
		}
	}
	return ""
}

// name is what the plan calls an update.
func (w words) name(u *incident.Update) string {
	if c, ok := w.plan.Communication(u.Communication); ok && c.Name != "" {
		return c.Name
	}
	return u.Communication
}

// most bounds what a message quotes from an incident, in characters; the rest stands behind the link.
const most = 600

func short(s string) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) <= most {
		return string(r)
	}
	return strings.TrimRight(string(r[:most-1]), " ") + "…"
}

// sentence ends a text as a sentence.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// moment writes a time in UTC and, where the zone is known and another, as the person's clock shows it.
func moment(t time.Time, zone string) string {
	s := t.UTC().Format("15:04 UTC on 2 January 2006")
	at, err := time.LoadLocation(zone)
	if err != nil || zone == "" {
		return s
	}
	here := t.In(at)
	if _, off := here.Zone(); off == 0 {
		return s
	}
	return s + " (" + here.Format("15:04") + " on your clock)"
}

// ago says how long something is past.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < 2*time.Minute:
		return "a minute ago"
	case d < time.Hour:
		return fmt.Sprintf("%d minutes ago", int(d/time.Minute))
	case d < 2*time.Hour:
		return "an hour ago"
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours ago", int(d/time.Hour))
	default:
		return fmt.Sprintf("%d days ago", int(d/(24*time.Hour)))
	}
}

// kindName is how people call a kind of contact.
func kindName(kind string) string {
	switch kind {
	case "":
		return "this kind of contact"
	case "email":
		return "e-mail"
	case "sms":
		return "SMS"
	default:
		return kind
	}
}
