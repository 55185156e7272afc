package document

import (
	"regexp"
	"slices"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

var (
	severityCode  = regexp.MustCompile(`(?i)\b(?:p|s|sev|severity|level|priority|tier)[ -]?([0-9])\b`)
	severityWords = regexp.MustCompile(`(?i)\b(critical|emergency|severe|urgent|high|major|medium|moderate|low|minor|informational|info)\b`)
	severityLead  = regexp.MustCompile(`(?i)^(?:(?:p|s|sev|severity|level|priority|tier)[ -]?[0-9]|critical|high|medium|moderate|low|informational|info|emergency|urgent|major|minor)\b`)
)

// severityRank orders levels by their own words: 0 is the worst; -1 if the name does not say.
func severityRank(name string) int {
	if m := severityCode.FindStringSubmatch(name); m != nil {
		return int(m[1][0] - '0')
	}
	switch m := strings.ToLower(severityWords.FindString(name)); m {
	case "critical", "emergency", "severe":
		return 0
	case "urgent", "high", "major":
		return 1
	case "medium", "moderate":
		return 2
	case "low", "minor":
		return 3
	case "informational", "info":
		return 4
	}
	return -1
}

// addSeverity adds a level, known by its code and by its word as well ("P0", "Critical"), and puts the levels in order once
// all are read.
func (w *walker) addSeverity(name string) *plan.Severity {
	known := w.find("severities", name)
	if known == "" {
		if len(w.plan.Severities) == 0 {
			w.after(w.orderSeverities)
		}
		known = w.id("severities", name)
		w.plan.Severities = append(w.plan.Severities, plan.Severity{ID: known, Name: name})
		for _, alias := range append(severityCode.FindAllString(name, -1), severityWords.FindAllString(name, 1)...) {
			key := nameKey(alias)
			for _, key := range []string{key, strings.ReplaceAll(key, " ", "")} {
				if w.names["severities"][key] == "" {
					w.names["severities"][key] = known
				}
			}
		}
	}
	return byID(w.plan.Severities, func(s *plan.Severity) string { return s.ID }, known)
}

// orderSeverities puts the worst level first where the document begins with the least.
func (w *walker) orderSeverities() {
	s := w.plan.Severities
	for i := range s {
		if severityRank(s[i].Name) < 0 {
			return
		}
	}
	slices.SortStableFunc(s, func(a, b plan.Severity) int { return severityRank(a.Name) - severityRank(b.Name) })
}

// readSeverities reads a table of levels.
func readSeverities(w *walker, p *part, i int) int {
	t := &p.blocks[i]
	if t.Kind != markdown.Table || p.section != "severities" && p.own {
		return 0
	}
	c := newColumns(t)
	name := c.find("severity", "level", "priority", "sev", "severity level", "class~", "tier~")
	if name < 0 {
		return 0
	}
	label := -1
	if p.section == "severities" || c.has("response time", "respond", "sla") {
		label = c.find("name~", "label~", "title~")
	}
	within := c.find("response time", "respond within", "initial response", "time to respond", "acknowledge", "ack", "response sla", "sla", "target response", "response")
	meaning := c.find("meaning", "definition", "description", "impact", "criteria", "what it means")
	update := c.find("update cadence", "update frequency", "updates", "update every", "communication cadence", "cadence", "status updates")
	page := c.find("page", "paged", "who is paged", "notify", "who", "escalate to", "escalation", "notification")
	levels := 0
	for _, row := range t.Rows {
		if severityLead.MatchString(text(row, name)) {
			levels++
		}
	}
	if p.section != "severities" && (levels < len(t.Rows) || levels < 2 || within < 0 && meaning < 0) {
		return 0
	}
	p.page.markHeader(t)
	for _, row := range t.Rows {
		if text(row, name) == "" {
			w.lose(p, row, "this row names no severity")
			continue
		}
		title := markdown.Plain(text(row, name))
		if l := text(row, label); l != "" {
			title += " – " + l
		}
		s := w.addSeverity(title)
		about := "severities[" + s.ID + "]"
		s.Meaning = filled(text(row, meaning))
		for _, at := range []struct {
			column int
			key    string
		}{{within, "response time"}, {update, "updates"}, {page, "page"}} {
			if v := text(row, at.column); v != "" && !w.severityFact(s, fact{at.key, v}) {
				w.note(about, t.Header[at.column].Text+": "+v, "\n")
			}
		}
		w.rest(p, c, row, about, s)
		p.page.mark(lineOf(row), lineOf(row), placed)
	}
	return 1
}

// has reports whether a column has one of the words in its header, without taking it.
func (c *columns) has(words ...string) bool {
	for i := range c.table.Header {
		for _, word := range words {
			if strings.Contains(plainKey(c.table.Header[i].Text), word) {
				return true
			}
		}
	}
	return false
}

// severityFact sets what a level says of itself; false if it says nothing that a key can hold. "Best effort" and
// "immediately" name no time: they stay words.
func (w *walker) severityFact(s *plan.Severity, f fact) bool {
	switch {
	case f.value == "":
		return false
	case strings.Contains(f.key, "update") || strings.Contains(f.key, "cadence"):
		d, ok := span(f.value)
		if t, isTiming := Timing(f.value); !ok && isTiming {
			d, ok = t.Every, t.Every > 0
		}
		if ok && s.UpdateEvery == 0 {
			s.UpdateEvery = d
			return true
		}
	case strings.Contains(f.key, "response time") || strings.HasPrefix(f.key, "respond") || f.key == "sla" || strings.HasPrefix(f.key, "ack") || f.key == "response":
		if d, ok := span(f.value); ok && s.RespondWithin == 0 {
			s.RespondWithin = d
			return true
		}
	case f.key == "page" || f.key == "paged" || f.key == "who is paged" || f.key == "pages":
		if plan.Open(f.value) || len(f.value) > 120 || !names(list(f.value)) {
			return false
		}
		s.Page = append(s.Page, list(f.value)...)
		return true
	case f.key == "impact" || f.key == "definition" || f.key == "meaning" || f.key == "description":
		if s.Meaning == "" {
			s.Meaning = markdown.Flat(f.value)
			return true
		}
	}
	return false
}

// readSeverityItems reads levels from a list: "- SEV1: users lose money".
func readSeverityItems(w *walker, p *part, i int) int {
	b := &p.blocks[i]
	if b.Kind != markdown.Item || p.section != "severities" || b.Level > 0 {
		return 0
	}
	flat := markdown.Flat(b.Text)
	lead, rest, ok := cutLead(flat)
	if !ok || !severityLead.MatchString(lead) {
		return 0
	}
	s := w.addSeverity(lead)
	s.Meaning = linked(rest, b.Links)
	p.page.mark(b.From, b.To, placed)
	n := 1
	for ; i+n < len(p.blocks) && p.blocks[i+n].Kind == markdown.Item && p.blocks[i+n].Level > 0; n++ {
		w.severityBlock(p, &p.blocks[i+n], s)
	}
	return n
}

// severityPart reads a heading that is a level, with what stands under it.
func (w *walker) severityPart(p *part) bool {
	if p.own && p.up.section != "severities" && !severityLead.MatchString(p.title) || !severityLead.MatchString(p.title) && severityCode.FindString(p.title) == "" || len(p.parts) > 0 {
		return false
	}
	for i := range p.blocks {
		if p.blocks[i].Kind == markdown.Table {
			return false
		}
	}
	s := w.addSeverity(p.title)
	p.page.mark(p.heading.From, p.heading.To, placed)
	id := s.ID
	for i := range p.blocks {
		b := &p.blocks[i]
		if lead, _, ok := cutLead(markdown.Flat(b.Text)); ok && b.Kind == markdown.Item && b.Level == 0 && severityLead.MatchString(lead) {
			readSeverityItems(w, p, i) // the next level, in a list
			id = ""
			continue
		}
		if s := byID(w.plan.Severities, func(s *plan.Severity) string { return s.ID }, id); s != nil {
			w.severityBlock(p, b, s)
		} else if b.Kind != markdown.Item {
			w.leave(p, b)
		}
	}
	done(p)
	return true
}

// severityBlock reads a paragraph or item under a level: facts into their keys, the first words and what they list into its
// meaning.
func (w *walker) severityBlock(p *part, b *markdown.Block, s *plan.Severity) {
	about := "severities[" + s.ID + "]"
	if b.Kind != markdown.Paragraph && b.Kind != markdown.Item {
		w.within(p, about, func() { w.leave(p, b) })
		return
	}
	lines := strings.Split(b.Text, "\n")
	if f, ok := factOf(lines[0]); ok && len(lines) == b.To-b.From+1 && f.value != "" {
		for n, line := range lines {
			f, ok := factOf(line)
			if ok && w.severityFact(s, f) {
				p.page.mark(b.From+n, b.From+n, placed)
			} else {
				w.within(p, about, func() { w.keep(p, b.From+n, b.From+n) })
			}
		}
		return
	}
	flat := linked(markdown.Flat(b.Text), b.Links)
	switch {
	case b.Kind == markdown.Paragraph && s.Meaning == "" && !strings.HasSuffix(flat, ":"):
		s.Meaning = flat
	case b.Kind == markdown.Item && b.Level == 0 && (s.Meaning == "" || strings.HasPrefix(s.Meaning, "- ")) && len(s.Meaning) < longestFact:
		s.Meaning = strings.TrimPrefix(s.Meaning+"\n- "+flat, "\n")
	default:
		w.within(p, about, func() { w.keep(p, b.From, b.To) })
		return
	}
	p.page.mark(b.From, b.To, placed)
}

// cutLead cuts a text behind its first words, where a colon or a dash sets them apart: "Pause: call pause()".
func cutLead(s string) (lead, rest string, ok bool) {
	if i := strings.Index(s, ": "); i > 0 && len(strings.Fields(s[:i])) <= 7 {
		return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+2:]), true
	}
	at, width := -1, 0
	for _, mark := range []string{" – ", " — ", " - ", " → ", " -> "} {
		if i := strings.Index(s, mark); i > 0 && (at < 0 || i < at) {
			at, width = i, len(mark)
		}
	}
	if at < 0 || len(strings.Fields(s[:at])) > 7 {
		return "", "", false
	}
	return strings.TrimSpace(s[:at]), strings.TrimSpace(s[at+width:]), true
}
