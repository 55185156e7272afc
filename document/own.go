package document

import (
	"reflect"
	"regexp"
	"strings"

	"tocsin/document/markdown"
)

// ownMark begins a document that Markdown wrote.
var ownMark = regexp.MustCompile(`(?m)^tocsin: [0-9]+$`)

// readOwnHead reads what Markdown writes above all else; the document is then read as what Markdown wrote.
func readOwnHead(w *walker, p *part, i int) int {
	b := &p.blocks[i]
	if b.Kind != markdown.FrontMatter || !ownMark.MatchString(b.Text) {
		return 0
	}
	for _, line := range strings.Split(b.Text, "\n") {
		if id, ok := strings.CutPrefix(line, "protocol: "); ok {
			w.plan.Protocol = strings.TrimSpace(id)
		}
	}
	if len(p.parts) > 0 && p.parts[0].level == 1 {
		if name, ok := strings.CutSuffix(p.parts[0].heading.Text, titleTail); ok && w.plan.Name == "" {
			w.plan.Name = strings.TrimSpace(name)
		}
	}
	p.page.mark(b.From, b.To, placed)
	return 1
}

// ownPage reports whether a document is of the form that Markdown writes.
func ownPage(p *page) bool {
	return len(p.root.blocks) > 0 && p.root.blocks[0].Kind == markdown.FrontMatter && ownMark.MatchString(p.root.blocks[0].Text)
}

// readOwn reads a document that Markdown wrote: nothing in it needs to be guessed.
func readOwn(w *walker, p *part, i int) int {
	if !p.page.own {
		return 0
	}
	b := &p.blocks[i]
	f, formed := formHeaded(p.title)
	switch {
	case b.Kind == markdown.FrontMatter:
		return readOwnHead(w, p, i)
	case p.section == "program" && b.Kind == markdown.Paragraph:
		w.placeBlocks(p, i, 1) // it explains the section
		return 1
	case p.section == "program" && b.Kind == markdown.Code:
		return w.readProgram(p, b)
	case b.Kind == markdown.Table && formed && p.level == 2:
		return w.ownTable(p, b, f)
	case b.Kind == markdown.Item && p.level == 1:
		return w.ownSheet(p, i, reflect.ValueOf(w.plan).Elem())
	case b.Kind == markdown.Item && p.level == 2 && formed && len(f.columns) == 0 && f.section != "procedures":
		return w.ownSheet(p, i, reflect.ValueOf(w.plan).Elem().FieldByNameFunc(func(n string) bool { return strings.EqualFold(n, f.section) }))
	case b.Kind == markdown.Item && p.level == 3 && p.up.section == "exercises" && p.title == sessionTitle:
		steps, n := twigs(p, i)
		for _, s := range steps {
			w.plan.Exercises.Steps = append(w.plan.Exercises.Steps, s.text)
		}
		w.placeBlocks(p, i, n)
		return n
	case b.Kind == markdown.Item && p.level == 3:
		return w.ownThing(p, i)
	}
	return 0
}

const (
	sessionTitle   = "How a session is run"
	scenarioBefore = "Scenario: "
)

// placeBlocks accounts for blocks whose content stands in the plan.
func (w *walker) placeBlocks(p *part, i, n int) {
	for _, b := range p.blocks[i : i+n] {
		p.page.mark(b.From, b.To, placed)
	}
}

// ownSheet reads a list of keys into a struct of the plan.
func (w *walker) ownSheet(p *part, i int, v reflect.Value) int {
	sheet, n := twigs(p, i)
	if n == 0 || !v.IsValid() {
		return 0
	}
	known := 0
	for _, t := range sheet {
		label, _, _ := strings.Cut(t.text, ":")
		if _, ok := keyLabelled(v.Type(), label); ok {
			known++
		}
	}
	if known == 0 {
		return 0 // a list that somebody wrote
	}
	w.strange(p, fill(v, sheet))
	w.placeBlocks(p, i, n)
	return n
}

// strange keeps the items of a sheet that are none of its keys.
func (w *walker) strange(p *part, items []*twig) {
	for _, t := range items {
		w.keep(p, t.line, t.end())
		w.warn(p, t.line, "“"+clip(t.text)+"” is nothing that the plan has a key for here", "write it as a key of the plan's schema; it is kept as a note")
	}
}

// ownSection finds the section of a heading in a document that Markdown wrote.
func ownSection(p *part) string {
	if p.level != 2 {
		return ""
	}
	if p.title == programHeading {
		return "program"
	}
	f, _ := formHeaded(p.title)
	return f.section
}
