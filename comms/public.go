package comms

import (
	"fmt"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// publicMoments are those that outsiders care for, in words that they understand.
var publicMoments = []named{
	{"It began", func(m incident.Moments) time.Time { return m.FirstMaliciousTx }},
	{"We noticed it", func(m incident.Moments) time.Time { return m.Detected }},
	{"We knew that it was real", func(m incident.Moments) time.Time { return m.Validated }},
	{"It had stopped", func(m incident.Moments) time.Time { return m.Contained }},
	{"We first said so in public", func(m incident.Moments) time.Time { return m.FirstPublic }},
	{"Service was restored", func(m incident.Moments) time.Time { return m.Resolved }},
}

// PublicPostmortem drafts the post-mortem for everybody in Markdown. It holds no names of persons, no notes and nothing
// that was said inside: of texts that people wrote only what has been posted to users or to the public. happened is not
// quoted, for its sentences name people.
func PublicPostmortem(p *plan.Plan, s *incident.State, _ []incident.Happened, now time.Time) string {
	d := report{p: p, s: s}
	d.heading(1, "What happened at "+escape(p.Name))
	if s.Exercise != nil {
		d.text("**%s**", exerciseMark)
	}
	d.text("Draft of %s.", moment(now))
	d.heading(2, "In short")
	if i, ok := p.Issue(s.Issue); ok {
		d.text("On %s we had to deal with this: %s. %s", s.Opened.UTC().Format("2 January 2006"), lowerFirst(escape(i.Name)), outerWhat(s, escape(p.Name)))
	} else {
		d.text("On %s: %s", s.Opened.UTC().Format("2 January 2006"), outerWhat(s, escape(p.Name)))
	}
	d.open("the communications lead", "What happened, in a paragraph for somebody who knows nothing of it?")
	d.heading(2, "What it meant for you")
	for _, a := range inEffect(p, s) {
		if s.Phase.AtLeast(incident.Resolved) && a.Words.Changes != "" {
			d.text("While we dealt with it: %s", incident.Sentence(escape(a.Words.Changes)))
		}
	}
	d.text("%s", escape(outerImpact(p, s)))
	d.open("the communications lead", "What was lost or could not be used? Who gets what back, how and by when? Only what has been decided.")
	d.heading(2, "When")
	d.text("All times are UTC.")
	if !d.table([]string{"What", "Day", "Time", "After we noticed"}, moments(s, publicMoments)) {
		d.text("No times are certain yet.")
	}
	if s.Phase != incident.Dismissed {
		d.heading(2, "What we did")
		if rows := ourTransactions(s); !d.table([]string{"What", "Transaction", "Block", "Time", "Result"}, rows) {
			d.text("We sent no transactions.")
		}
	}
	d.publicUpdates()
	d.heading(2, "Why it could happen")
	d.open("the technical lead", "What was wrong, in words that a user understands; the details for specialists behind a link.")
	d.heading(2, "What we change")
	d.open("the incident manager", "What is different from now on, and by when?")
	return strings.TrimSpace(d.String()) + "\n"
}

func (d *report) publicUpdates() {
	said := false
	for _, u := range d.s.Updates {
		c, _ := d.p.Communication(u.Communication)
		if u.State != incident.Posted || c.Postmortem || c.Audience != "users" && c.Audience != "public" {
			continue
		}
		if !said {
			d.heading(2, "What we told you")
			said = true
		}
		d.text("%s:", moment(u.Posted))
		d.quote(u.Text)
	}
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	return fmt.Sprintf("%s%s", strings.ToLower(string(r[0])), string(r[1:]))
}
