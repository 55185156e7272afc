package document

import (
	"regexp"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

var templated = regexp.MustCompile(`(?i)\b(template|message|announcement|alert|statement|tweet|post|notice|notification|update|report|disclosure)s?\b`)

// messagePart reads a heading that names one message, with its text under it.
func (w *walker) messagePart(p *part) bool {
	if p.own && p.up.section != "communications" || len(p.parts) > 0 || ordinaryOnly(p.title) {
		return false
	}
	texts := 0
	for i := range p.blocks {
		b := &p.blocks[i]
		if b.Kind == markdown.Table {
			return false
		}
		if b.Kind == markdown.Code || b.Quote && b.Kind == markdown.Paragraph && (i == 0 || !p.blocks[i-1].Quote) {
			texts++
		}
	}
	if texts != 1 || strings.Contains(p.page.raw(p.heading.From, p.blocks[len(p.blocks)-1].To), "{{") {
		return false
	}
	p.read = true
	p.page.mark(p.heading.From, p.heading.To, placed)
	id := w.message(p.title)
	p.about = "communications[" + id + "]"
	for i := 0; i < len(p.blocks); {
		i += w.handle(p, i)
	}
	return true
}

// message finds the message of a name or adds it.
func (w *walker) message(name string) string {
	if id := w.find("communications", name); id != "" {
		return id
	}
	m := plan.Communication{ID: w.id("communications", name), Name: name, Audience: audience(name), Postmortem: postmortem.MatchString(name)}
	w.plan.Communications = append(w.plan.Communications, m)
	return m.ID
}

// readTemplate reads the text of a message that stands in a fence or a quotation under a heading that names the message.
func readTemplate(w *walker, p *part, i int) int {
	b := &p.blocks[i]
	if p.section != "communications" || b.Kind != markdown.Code && !(b.Quote && b.Kind == markdown.Paragraph) {
		return 0
	}
	name := p.title
	if i > 0 && p.blocks[i-1].Kind == markdown.Paragraph && !p.blocks[i-1].Quote {
		if lead := markdown.Flat(p.blocks[i-1].Text); strings.HasSuffix(lead, ":") && len(strings.Fields(lead)) <= 8 {
			name = strings.TrimSuffix(lead, ":")
		}
	}
	if p.about == "communications" && !templated.MatchString(name) && !templated.MatchString(p.title) && !templated.MatchString(p.up.title) {
		return 0
	}
	n := 1
	lines := b.Text
	for b.Quote && i+n < len(p.blocks) && p.blocks[i+n].Quote && p.blocks[i+n].From <= p.blocks[i+n-1].To+1 {
		lines += "\n\n" + p.blocks[i+n].Text
		n++
	}
	if strings.Contains(lines, "{{") || strings.TrimSpace(lines) == "" || ordinaryOnly(name) {
		return 0
	}
	id := w.message(name)
	m := byID(w.plan.Communications, func(m *plan.Communication) string { return m.ID }, id)
	if m.Template != "" {
		return 0
	}
	m.Template = strings.TrimSpace(lines) + "\n"
	p.page.mark(b.From, p.blocks[i+n-1].To, placed)
	return n
}

var (
	timingIn  = regexp.MustCompile(`(?i)\b(hourly|daily|every \d{1,3} ?(?:minutes?|mins?|hours?|hrs?|days?)|every hour|every day|open until completion|(?:resolution|validation|containment|detection) \+ \d{1,3} (?:hours?|days?))\b`)
	joinWords = regexp.MustCompile(`(?i)^(in|on|via|by|through|over|to|using|updates?|posted|post|the|and|,|;|\s)+|(in|on|via|by|through|over|,|;|\s)+$`)
)

// readMessageItems reads messages from a list: "- Users: every 4 hours on X and Discord". What is more than a timing and
// channels stays words as well.
func readMessageItems(w *walker, p *part, i int) int {
	b := &p.blocks[i]
	if b.Kind != markdown.Item || b.Level > 0 || p.section != "communications" {
		return 0
	}
	lead, rest, ok := cutLead(markdown.Flat(b.Text))
	if !ok || audience(lead) == "" && !postmortem.MatchString(lead) {
		return 0
	}
	when := timingIn.FindString(rest)
	timing, timed := Timing(when)
	places := joinWords.ReplaceAllString(strings.Replace(rest, when, "", 1), "")
	var channels []string
	for _, name := range list(places) {
		name = joinWords.ReplaceAllString(name, "")
		plain := len(strings.Fields(name)) <= 4
		known := false
		for _, k := range channelKinds {
			known = known || k.words.MatchString(name)
		}
		if !plain || !known {
			return 0
		}
		channels = append(channels, name)
	}
	if !timed && len(channels) == 0 {
		return 0
	}
	id := w.message(lead)
	m := byID(w.plan.Communications, func(m *plan.Communication) string { return m.ID }, id)
	if timed {
		m.Timing = timing
	}
	for _, name := range channels {
		if m.Channel == "" {
			m.Channel = name
		} else {
			m.Also = append(m.Also, name)
		}
	}
	p.page.mark(b.From, b.To, placed)
	return 1
}
