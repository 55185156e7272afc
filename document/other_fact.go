package document

import (
	"regexp"
	"strings"
	"time"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// readFrontMatter reads what the metadata of a page says about the plan; the rest of it is kept.
func readFrontMatter(w *walker, p *part, i int) int {
	b := &p.blocks[i]
	if b.Kind != markdown.FrontMatter {
		return 0
	}
	p.page.mark(b.From, b.From, placed)
	p.page.mark(b.To, b.To, placed)
	for n, line := range strings.Split(b.Text, "\n") {
		at := b.From + 1 + n
		f, ok := factOf(strings.ReplaceAll(line, "_", " "))
		f.value = strings.Trim(f.value, `"'`)
		if ok && (f.key == "title" || f.key == "sidebar label" || f.key == "id" || f.key == "slug" || f.key == "layout" || f.key == "sidebar position") {
			p.page.mark(at, at, placed)
			continue
		}
		if ok && w.documentFact(f) {
			p.page.mark(at, at, placed)
			continue
		}
		w.within(p, "", func() { w.keep(p, at, min(at, b.To-1)) })
	}
	return 1
}

// readFacts reads the lines at the head of a document: its version, its owner, when it was reviewed and tested.
func readFacts(w *walker, p *part, i int) int {
	b := &p.blocks[i]
	if b.Kind != markdown.Paragraph && b.Kind != markdown.Item || p.level > 1 || p.own {
		return 0
	}
	lines := strings.Split(b.Text, "\n")
	if len(lines) != b.To-b.From+1 {
		return 0
	}
	some := false
	for _, line := range lines {
		if f, ok := factOf(line); ok && documentKeys[f.key] != "" {
			some = true
		}
	}
	if !some {
		return 0
	}
	for n, line := range lines {
		if f, ok := factOf(line); ok && w.documentFact(f) {
			p.page.mark(b.From+n, b.From+n, placed)
		} else {
			w.keep(p, b.From+n, b.From+n)
		}
	}
	return 1
}

// documentKeys are what people call the plan's own facts.
var documentKeys = map[string]string{
	"version": "version", "document version": "version", "plan version": "version",
	"owner": "owner", "document owner": "owner", "plan owner": "owner", "maintainer": "owner", "maintained by": "owner",
	"last reviewed": "reviewed", "reviewed": "reviewed", "last review": "reviewed", "review date": "reviewed",
	"last tested": "tested", "tested": "tested", "last drill": "tested", "last exercise": "tested", "last exercised": "tested", "last tabletop": "tested",
	"protocol": "name", "project": "name", "project name": "name", "protocol name": "name",
}

// documentFact notes a fact about the plan itself; false if it is none, says nothing yet, or something else is known already.
func (w *walker) documentFact(f fact) bool {
	if plan.Open(f.value) || f.value == "" {
		return false
	}
	switch documentKeys[f.key] {
	case "version":
		if w.plan.Version != "" || len(f.value) > 40 {
			return false
		}
		w.plan.Version = f.value
	case "owner":
		if w.plan.Owner != "" || len(list(f.value)) != 1 {
			return false
		}
		w.plan.Owner = f.value
	case "reviewed":
		return w.date(&w.plan.Reviewed, f.value)
	case "tested":
		return w.date(&w.plan.Tested, f.value)
	case "name":
		if w.plan.Name != "" {
			return false
		}
		w.plan.Name = f.value
	default:
		return false
	}
	return true
}

var ordinal = regexp.MustCompile(`(\d)(st|nd|rd|th)\b`)

// date reads a day as people write it, where only one day can be meant.
func (w *walker) date(d *plan.Date, s string) bool {
	if !d.IsZero() {
		return false
	}
	s = ordinal.ReplaceAllString(strings.TrimSpace(s), "$1")
	for _, form := range []string{time.DateOnly, "2006/01/02", "2 January 2006", "January 2, 2006", "2 Jan 2006", "Jan 2, 2006", "January 2 2006"} {
		if t, err := time.Parse(form, s); err == nil {
			return d.UnmarshalText([]byte(t.Format(time.DateOnly))) == nil
		}
	}
	return false
}

// readCommands keeps code under a heading that belongs to no section with its heading, as a note.
func readCommands(w *walker, p *part, i int) int {
	b := &p.blocks[i]
	if b.Kind != markdown.Code || p.about != "" || p.heading == nil || p.level < 2 {
		return 0
	}
	w.keep(p, b.From, b.To)
	return 1
}
