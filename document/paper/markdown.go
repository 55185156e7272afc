package paper

import (
	"regexp"
	"strings"

	"tocsin/document/markdown"
)

// Markdown writes the document. What people wrote in it means nothing to Markdown.
func (p *Paper) Markdown() string {
	w := &writer{}
	title := p.Title
	if p.Name != "" {
		title += ": " + p.Name
	}
	w.Heading(1, markdown.Escape(title))
	w.blocks(p.Lead)
	for i := range p.Parts {
		w.part(&p.Parts[i], 2)
	}
	if len(p.Foot) > 0 {
		w.Text("%s", words(p.Foot))
	}
	return strings.TrimRight(w.String(), "\n") + "\n"
}

type writer struct{ markdown.Writer }

func (w *writer) part(p *Part, level int) {
	w.Heading(min(level, 6), markdown.Escape(p.Title))
	w.blocks(p.Blocks)
	for i := range p.Parts {
		w.part(&p.Parts[i], level+1)
	}
}

func (w *writer) blocks(list []Block) {
	for _, b := range list {
		switch {
		case len(b.Text) > 0:
			w.Text("%s", words(b.Text))
		case len(b.Items) > 0:
			var items []string
			for _, i := range b.Items {
				items = append(items, words(i))
			}
			w.List(items...)
		case b.Grid != nil:
			w.grid(b.Grid)
		}
	}
}

func (w *writer) grid(g *Grid) {
	var rows [][]string
	for _, r := range g.Rows {
		var row []string
		for _, c := range r {
			row = append(row, words(c))
		}
		rows = append(rows, row)
	}
	w.Table(g.Head, rows)
}

// words writes a text. Escaping takes the blanks around a stretch, which part it from the next one.
func words(list Words) string {
	var out strings.Builder
	for _, r := range list {
		text := markdown.Escape(entity.ReplaceAllString(r.Text, "&amp;$1"))
		if text == "" {
			continue
		}
		if strings.HasPrefix(r.Text, " ") {
			out.WriteByte(' ')
		}
		switch {
		case r.URL != "":
			out.WriteString(link(text, r))
		case r.Code && text == r.Text:
			out.WriteString("`" + r.Text + "`")
		case r.Bold:
			out.WriteString("**" + text + "**")
		default:
			out.WriteString(text)
		}
		if strings.HasSuffix(r.Text, " ") {
			out.WriteByte(' ')
		}
	}
	text := strings.TrimSpace(out.String())
	if m := opening.FindStringSubmatchIndex(text); m != nil {
		at := max(m[2], m[4])
		text = text[:at] + `\` + text[at:]
	}
	return text
}

var (
	entity  = regexp.MustCompile(`&(#?\w+;)`)                            // is shown as another character
	opening = regexp.MustCompile(`^(?:([-+>~=])|\d{1,9}([.)])(?:\s|$))`) // would begin a list, a quotation or code
)

// link writes an address that a text leads to.
func link(text string, r Run) string {
	if strings.ContainsAny(r.URL, " <>\n()") {
		return text
	}
	if r.Text == r.URL {
		return "<" + r.URL + ">"
	}
	return "[" + text + "](" + r.URL + ")"
}
