package document

import (
	"fmt"
	"strings"

	"tocsin/document/markdown"
)

// page is one document: its parts by heading, and the account of what became of each line.
type page struct {
	name  string
	lines []string
	fate  []fate // by line, from 0
	root  *part
	own   bool // Markdown wrote it
}

// fate is what became of a line.
type fate byte

const (
	unseen   fate = iota
	placed        // its content stands in a key of the plan
	kept          // it is a note of the plan, word by word
	unplaced      // nothing of the plan holds it
)

// part is what stands under one heading.
type part struct {
	page    *page
	up      *part           // nil at the top of a page
	heading *markdown.Block // nil at the top of a page
	title   string          // the heading without numbering and ornaments
	level   int             // of the heading, 0 at the top of a page
	blocks  []markdown.Block
	parts   []*part

	section string // key of the plan's section that it is about, empty if nothing says
	own     bool   // its own heading says so, not one above it
	about   string // what a note here is about: a section or a thing of the plan; empty for the whole plan
	thing   int    // in a document that Markdown wrote: position from 1 of the thing of its section that the heading names
	due     bool   // nothing has told yet what becomes of the heading
	read    bool   // a reader has dealt with it already, with all that stands below it
}

// newPage puts the blocks of a document under their headings.
func newPage(name string, text []byte, blocks []markdown.Block) *page {
	p := &page{name: name, lines: lines(text)}
	p.fate = make([]fate, len(p.lines))
	p.root = &part{page: p}
	at := p.root
	for i := range blocks {
		b := &blocks[i]
		for at.heading != nil && b.Fold < at.heading.Fold {
			at = at.up // the part that folds has ended
		}
		if b.Kind != markdown.Heading || b.Quote {
			at.blocks = append(at.blocks, *b)
			continue
		}
		for at.level >= b.Level {
			at = at.up
		}
		sub := &part{page: p, up: at, heading: b, title: markdown.Plain(b.Text), level: b.Level}
		at.parts = append(at.parts, sub)
		at = sub
	}
	p.own = ownPage(p)
	return p
}

// lines cuts a text into its lines, whatever system wrote it.
func lines(text []byte) []string {
	s := strings.TrimPrefix(string(text), "\ufeff")
	return strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), "\n")
}

// mark notes what became of lines, from 1, both included. The first word holds: a line has one fate.
func (p *page) mark(from, to int, f fate) {
	for i := max(1, from); i <= min(to, len(p.lines)); i++ {
		if p.fate[i-1] == unseen {
			p.fate[i-1] = f
		}
	}
}

// markHeader notes that the header of a table is placed: its lines above the first row.
func (p *page) markHeader(t *markdown.Block) {
	to := t.To
	if len(t.Rows) > 0 {
		to = lineOf(t.Rows[0]) - 1
	}
	p.mark(t.From, to, placed)
}

// settleTables gives the lines of HTML tables that no row begins on the fate of the row they belong to; lines of tags alone
// carry no words.
func (p *page) settleTables(at *part) {
	for i := range at.blocks {
		b := &at.blocks[i]
		if b.Kind != markdown.Table || !strings.HasPrefix(strings.TrimSpace(b.Raw), "<") {
			continue
		}
		rows := map[int]bool{}
		for _, row := range b.Rows {
			rows[lineOf(row)] = true
		}
		now := unseen
		for n := b.From; n <= b.To; n++ {
			switch {
			case rows[n] || now == unseen:
				now = p.fate[n-1]
			case !says(p.lines[n-1]):
				p.mark(n, n, placed)
			default:
				p.mark(n, n, now)
			}
		}
	}
	for _, sub := range at.parts {
		p.settleTables(sub)
	}
}

// count tells how many lines that are not blank had which fate. What nobody has seen is unplaced.
func (p *page) count() (in, notes, out int) {
	for i, line := range p.lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		switch p.fate[i] {
		case placed:
			in++
		case kept:
			notes++
		default:
			out++
		}
	}
	return in, notes, out
}

// left writes the lines that nothing of the plan holds, as they are.
func (p *page) left(w *strings.Builder) {
	lost := func(i int) bool { return p.fate[i] != placed && p.fate[i] != kept }
	for i := 0; i < len(p.lines); i++ {
		if !lost(i) || strings.TrimSpace(p.lines[i]) == "" {
			continue
		}
		last := i // of the run, blank lines at its end left out
		for j := i; j < len(p.lines) && (lost(j) || strings.TrimSpace(p.lines[j]) == ""); j++ {
			if strings.TrimSpace(p.lines[j]) != "" {
				last = j
			}
		}
		where := fmt.Sprintf("line %d", i+1)
		if last > i {
			where = fmt.Sprintf("lines %d to %d", i+1, last+1)
		}
		if w.Len() > 0 {
			w.WriteString("\n")
		}
		fmt.Fprintf(w, "<!-- %s, %s -->\n%s\n", p.name, where, strings.Join(p.lines[i:last+1], "\n"))
		i = last
	}
}

// raw returns lines as written, from 1, both included.
func (p *page) raw(from, to int) string {
	from, to = max(1, from), min(to, len(p.lines))
	if from > to {
		return ""
	}
	return strings.Join(p.lines[from-1:to], "\n")
}
