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
	for i+n < len(p.blocks) && (n == 0 || p.blocks[i+n].Kind == markdown.Item && p.blocks[i+n].Level > 0) {
		n++
	}
	item := linked(markdown.Flat(b.Text), b.Links)
	for _, sub := range p.blocks[i+1 : i+n] {
		item += "\n" + strings.Repeat("  ", sub.Level-1) + "- " + linked(markdown.Flat(sub.Text), sub.Links)
	}
	if plan.Open(item) {
		return 0
	}
	*to = append(*to, item)
	p.page.mark(b.From, p.blocks[i+n-1].To, placed)
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
	said := 0
	for _, other := range p.blocks {
		said += len(everyWords.FindAllString(other.Text, -1)) + len(often.FindAllString(other.Text, -1))
	}
	if said == 1 {
		w.cadence(b.Text)
	}
	return 0
}

var scenarios = regexp.MustCompile(`(?i)\bscenarios?\b`)
