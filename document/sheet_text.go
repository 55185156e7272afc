package document

import (
	"fmt"
	"html/template"
	"strings"
	"unicode"

	"tocsin/plan"
)

// sheet is a plan as people read it: sections in the order in which a person needs them, with everything said in words. The
// HTML page and the PDF are both written from it, so that they say the same.
type sheet struct {
	Name, Version, Hash, Reviewed, Tested string
	Owner                                 words
	Public                                bool
	Now                                   chapter // what to do if something is happening
	Parts                                 []chapter
	Grabs                                 []grab // one per procedure
}

// chapter is a section or a thing within one.
type chapter struct {
	ID     string // anchor, unique within the sheet; empty for none
	Title  string
	Number int      // of a step; 0 for none
	Marks  []string // few words beside the title: "cannot be undone"
	Blocks []block
	Parts  []chapter
}

// block is a paragraph, a list, facts with labels, or a grid of cells; the one of them that it has.
type block struct {
	Label string // said above or before it
	Text  words
	Items []words
	Facts []saying
	Grid  *grid
	Quote string // kept as it was written
	Loud  bool   // nobody may overlook it
}

// saying is a label with what there is to say about it, one line per value.
type saying struct {
	Label  string
	Values []words
}

// grid has cells as wide as its head.
type grid struct {
	Head []string
	Rows [][]words
}

// words is a text set in stretches.
type words []run

// run is a stretch of text that is set in one way.
type run struct {
	Text string
	To   string // anchor within the sheet
	URL  string // address outside: https, mailto or tel
	Code bool
	Bold bool
	Open bool // it stands where something is still to be written
}

// Href is the address that the run leads to; empty if to none. Addresses with other schemes lead nowhere.
func (r run) Href() template.URL {
	for _, scheme := range []string{"https://", "http://", "mailto:", "tel:"} {
		if strings.HasPrefix(r.URL, scheme) {
			return template.URL(r.URL)
		}
	}
	return ""
}

// Groups splits an address or calldata into groups of four digits, the form in which people compare them; nil if the run
// is nothing of the kind.
func (r run) Groups() []string {
	hex, ok := strings.CutPrefix(r.Text, "0x")
	if !r.Code || !ok || len(hex) < 8 || strings.Trim(hex, "0123456789abcdefABCDEF") != "" {
		return nil
	}
	groups := []string{"0x"}
	for len(hex) > 4 {
		groups, hex = append(groups, hex[:4]), hex[4:]
	}
	return append(groups, hex)
}

// String is the text without its setting.
func (w words) String() string {
	var b strings.Builder
	for _, r := range w {
		b.WriteString(r.Text)
	}
	return b.String()
}

const (
	stillOpen = "still to be written"
	mostName  = 160 // characters of a name where it is only referred to
)

// clean takes out the characters that steer a screen or turn its direction of writing: what a plan says must be what is read.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == unicode.ReplacementChar, r == '\ufeff':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// clipped keeps a name to a length that leaves the line readable; the whole of it stands where the thing itself is written.
func clipped(s string) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	if r := []rune(s); len(r) > mostName {
		return string(r[:mostName]) + "…"
	}
	return s
}

// say sets a text of the plan. A placeholder shows as what is still to be written.
func say(s string) words {
	s = strings.TrimSpace(clean(s))
	if s == "" {
		return nil
	}
	if plan.Open(s) {
		if strings.IndexFunc(s, unicode.IsSpace) < 0 {
			return words{{Text: stillOpen, Open: true}}
		}
		return words{{Text: stillOpen + ": " + s, Open: true}}
	}
	return words{{Text: s}}
}

// sayf sets a text of ours.
func sayf(format string, args ...any) words { return words{{Text: fmt.Sprintf(format, args...)}} }

func missing(what string) words { return words{{Text: stillOpen + ": " + what, Open: true}} }

func code(s string) words {
	if s = strings.TrimSpace(clean(s)); s == "" {
		return nil
	} else if plan.Open(s) {
		return say(s)
	}
	return words{{Text: s, Code: true}}
}

// web sets an address on the web, or a text that may be one.
func web(s string) words {
	w := say(s)
	if len(w) == 1 && !w[0].Open && (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) {
		w[0].URL = s
	}
	return w
}

// beside sets texts beside each other.
func beside(parts ...words) words {
	var all words
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// list joins texts as a sentence does: "a, b and c".
func series(items []words, last string) words {
	var all words
	for i, w := range items {
		switch {
		case i == 0:
		case i == len(items)-1:
			all = append(all, run{Text: " " + last + " "})
		default:
			all = append(all, run{Text: ", "})
		}
		all = append(all, w...)
	}
	return all
}

// between sets texts beside each other with a sign between them.
func between(items []words, sign string) words {
	var all words
	for i, w := range items {
		if i > 0 {
			all = append(all, run{Text: sign})
		}
		all = append(all, w...)
	}
	return all
}

// saidAll sets each text of a list.
func saidAll(texts []string) []words {
	var all []words
	for _, t := range texts {
		if w := say(t); w != nil {
			all = append(all, w)
		}
	}
	return all
}

// facts gathers facts; what has nothing to say is left out.
type facts []saying

func (f *facts) add(label string, values ...words) {
	var have []words
	for _, v := range values {
		if len(v) > 0 {
			have = append(have, v)
		}
	}
	if len(have) > 0 {
		*f = append(*f, saying{label, have})
	}
}

func (p *chapter) facts(f facts) {
	if len(f) > 0 {
		p.Blocks = append(p.Blocks, block{Facts: f})
	}
}

func (p *chapter) text(w words) {
	if len(w) > 0 {
		p.Blocks = append(p.Blocks, block{Text: w})
	}
}

func (p *chapter) loud(w words) {
	if len(w) > 0 {
		p.Blocks = append(p.Blocks, block{Text: w, Loud: true})
	}
}

func (p *chapter) items(label string, items []words) {
	if len(items) > 0 {
		p.Blocks = append(p.Blocks, block{Label: label, Items: items})
	}
}

func (p *chapter) grid(head []string, rows [][]words) {
	if len(rows) > 0 {
		p.Blocks = append(p.Blocks, block{Grid: &grid{head, rows}})
	}
}

// titled begins a chapter; a name too long for a title is written out below it.
func titled(id, name, fallback string) chapter {
	t := clipped(name)
	if t == "" {
		t = fallback
	}
	pt := chapter{ID: id, Title: t}
	if strings.HasSuffix(t, "…") && t != name {
		pt.facts(facts{{"Whole name", []words{say(name)}}})
	}
	return pt
}
