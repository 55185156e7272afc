package comms

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
)

func (d *report) updates() {
	d.heading(2, "Updates posted")
	posted := 0
	for _, u := range d.s.Updates {
		if u.State != incident.Posted {
			continue
		}
		posted++
		c, _ := d.p.Communication(u.Communication)
		name := c.Name
		if name == "" {
			name = u.Communication
		}
		d.text("%s, to %s, by %s at %s (due %s):", escape(name), escape(c.Audience), d.name(u.By), moment(u.Posted), clock(u.Due))
		if c.Postmortem {
			d.text("a post-mortem.")
			continue
		}
		d.quote(u.Text)
	}
	if posted == 0 {
		d.text("None.")
	}
}

// promises holds what the plan says against what happened.
func (d *report) promises() {
	d.heading(2, "What the plan promises, and what happened")
	var rows [][]string
	row := func(what, promise, was string, kept bool) {
		rows = append(rows, []string{escape(what), promise, was, map[bool]string{true: "kept", false: "**not kept**"}[kept]})
	}
	m := d.s.Times()
	if sev, ok := d.p.Severity(d.s.Severity); ok && sev.RespondWithin > 0 && !m.Detected.IsZero() {
		within := time.Duration(sev.RespondWithin)
		if m.FirstAnswer.IsZero() {
			row("Somebody answers", "within "+length(within), "nobody answered", false)
		} else {
			was := m.FirstAnswer.Sub(m.Detected)
			row("Somebody answers", "within "+length(within), "after "+length(was), was <= within)
		}
	}
	for _, v := range incident.StepsOf(d.p, d.s) {
		if v.Budget <= 0 || v.Begun.IsZero() || v.Ended.IsZero() {
			continue
		}
		was := v.Ended.Sub(v.Begun)
		row("Step: "+v.Name, "within "+length(time.Duration(v.Budget)), "took "+length(was), was <= time.Duration(v.Budget))
	}
	for _, u := range d.s.Updates {
		c, _ := d.p.Communication(u.Communication)
		what := fmt.Sprintf("%s, message %d", c.Name, u.Number)
		switch {
		case u.State == incident.Posted && !u.Posted.After(u.Due):
			row(what, "by "+clock(u.Due), "posted "+clock(u.Posted), true)
		case u.State == incident.Posted:
			row(what, "by "+clock(u.Due), length(u.Posted.Sub(u.Due))+" late", false)
		case u.State == incident.Ended && !u.Missed.IsZero():
			row(what, "by "+clock(u.Due), "missed, then no longer owed", false)
		case u.State != incident.Ended && u.Due.Before(d.s.Last):
			row(what, "by "+clock(u.Due), "not posted", false)
		}
	}
	if !d.table([]string{"What", "Promised", "Was", ""}, rows) {
		d.text("The plan promises nothing that the record could show.")
	}
}

// people lists who was called, who came and as what.
func (d *report) people() {
	d.heading(2, "Who took part")
	var order []string
	for _, pg := range d.s.Pages {
		order = append(order, pg.Person)
	}
	for _, a := range d.s.Answers {
		order = append(order, a.Person)
	}
	var rows [][]string
	seen := map[string]bool{}
	for _, who := range order {
		if seen[who] {
			continue
		}
		seen[who] = true
		called, said := "not called", "no answer"
		if i := slices.IndexFunc(d.s.Pages, func(pg incident.Page) bool { return pg.Person == who }); i >= 0 {
			called = clock(d.s.Pages[i].Requested)
		}
		if a := d.s.Answer(who); a != nil {
			said = fmt.Sprintf("%s, %s", answerName(a.Answer), clock(a.At))
		}
		var roles []string
		for _, h := range d.s.Roles {
			if r, ok := d.p.Role(h.Role); ok && h.Person == who {
				roles = append(roles, escape(r.Name))
			}
		}
		rows = append(rows, []string{d.name(who), called, said, strings.Join(roles, ", ")})
	}
	if !d.table([]string{"Who", "Called", "Answered", "As"}, rows) {
		d.text("Nobody was called.")
	}
}

func answerName(answer string) string {
	switch answer {
	case incident.Coming:
		return "coming"
	case incident.ComingNoSign:
		return "coming, cannot sign"
	default:
		return "cannot"
	}
}
