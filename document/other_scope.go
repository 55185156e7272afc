package document

import (
	"regexp"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

var (
	notIncident = regexp.MustCompile(`(?i)\b(is|are|does|do|what('s| is)) (not|n['’]t)\b.*|\bnot (an |considered )?(incident|emergenc)|\bout of scope\b|\bnon-? ?incidents?\b|\bexclu(des?|ded|sions?)\b|\bisn['’]t\b|\baren['’]t\b`)
	activation  = regexp.MustCompile(`(?i)\b(activat\w*|trigger\w*|declare|invoke)\b`)
	inScope     = regexp.MustCompile(`(?i)\bincident|in scope|emergenc|scope|includ|cover`)
)

// scopePart reads a heading that says which list of the scope stands under it.
func (w *walker) scopePart(p *part) bool {
	if p.up.section != "scope" && !p.own || len(p.parts) > 0 || len(p.blocks) == 0 || p.blocks[0].Kind != markdown.Item ||
		!notIncident.MatchString(p.title) && !activation.MatchString(p.title) && !inScope.MatchString(p.title) {
		return false
	}
	p.read = true
	p.page.mark(p.heading.From, p.heading.To, placed)
	for i := 0; i < len(p.blocks); {
		i += w.handle(p, i)
	}
	return true
}

// readScope reads lists of what is an incident, what is not, and what activates the plan. The heading says which, or the
// words above the list.
func readScope(w *walker, p *part, i int) int {
	b := &p.blocks[i]
	if p.section == "scope" && b.Kind == markdown.Paragraph && i+1 < len(p.blocks) && p.blocks[i+1].Kind == markdown.Item && strings.HasSuffix(markdown.Flat(b.Text), ":") {
		if t := markdown.Flat(b.Text); notIncident.MatchString(t) || activation.MatchString(t) || inScope.MatchString(t) {
			p.page.mark(b.From, b.To, placed)
			return 1
		}
	}
	if b.Kind != markdown.Item || p.section != "scope" || b.Level > 0 {
		return 0
	}
	words := p.title
	lead := i - 1
	for lead >= 0 && p.blocks[lead].Kind == markdown.Item {
		lead--
	}
	if lead >= 0 && p.blocks[lead].Kind == markdown.Paragraph && strings.HasSuffix(markdown.Flat(p.blocks[lead].Text), ":") {
		words = markdown.Flat(p.blocks[lead].Text)
	}
	s := &w.plan.Scope
	to := &s.Incident
	switch {
	case notIncident.MatchString(words):
		to = &s.NotIncident
	case activation.MatchString(words):
		to = &s.Activation
	case !inScope.MatchString(words):
		return 0
	}
	n := 0
	for i+n < len(p.blocks) && p.blocks[i+n].Kind == markdown.Item {
		from := i + n
		lines := []string{linked(markdown.Flat(p.blocks[from].Text), p.blocks[from].Links)}
		for n++; i+n < len(p.blocks) && p.blocks[i+n].Kind == markdown.Item && p.blocks[i+n].Level > 0; n++ {
			sub := &p.blocks[i+n]
			lines = append(lines, strings.Repeat("  ", sub.Level-1)+"- "+linked(markdown.Flat(sub.Text), sub.Links))
		}
		last := i + n - 1
		if plan.Open(lines[0]) || lines[0] == "" {
			w.keep(p, p.blocks[from].From, p.blocks[last].To)
			continue
		}
		*to = append(*to, strings.Join(lines, "\n"))
		p.page.mark(p.blocks[from].From, p.blocks[last].To, placed)
	}
	return n
}

// readCadence reads how often exercises are held from a list: "- Quarterly full drill". The words stay a note.
func readCadence(w *walker, p *part, i int) int {
	b := &p.blocks[i]
	if b.Kind != markdown.Item || p.section != "exercises" {
		return 0
	}
	if scenarios.MatchString(p.title) && b.Level == 0 {
		name, opening, ok := cutLead(markdown.Flat(b.Text))
		if !ok {
			name, opening = markdown.Flat(b.Text), ""
		}
		if !plan.Open(name) && name != "" {
			w.plan.Exercises.Scenarios = append(w.plan.Exercises.Scenarios, plan.Scenario{ID: w.id("scenarios", name), Name: name, Opening: opening})
			p.page.mark(b.From, b.To, placed)
			return 1
		}
	}
	if i > 0 && p.blocks[i-1].Kind == markdown.Item {
		return 0 // the first item has looked at all of the list
	}
	var said []string
	for n := i; n < len(p.blocks) && p.blocks[n].Kind == markdown.Item; n++ {
		if everyWords.MatchString(p.blocks[n].Text) || often.MatchString(p.blocks[n].Text) {
			said = append(said, p.blocks[n].Text)
		}
	}
	if len(said) == 1 {
		w.cadence(said[0])
	}
	return 0
}

var scenarios = regexp.MustCompile(`(?i)\bscenarios?\b`)
