package document

import (
	"slices"
	"strings"

	"tocsin/document/markdown"
)

// reader reads blocks of a part into the plan. It is shown the part and the position of a block, and answers how many
// blocks from there on it has dealt with (their lines marked placed, kept or unplaced); 0 if they are not its kind. It may
// deal with the parts below as well and mark them as read.
type reader func(w *walker, p *part, i int) int

// readers lists all readers; the first that takes a block has it.
func readers() []reader {
	return slices.Concat(otherReaders(), []reader{
		readIssues, readProcedures, readEscalation, readTeam, readCommunications, readDecisions, readExercise,
	}, lateReaders())
}

// mostKept is how many bytes of documents are kept as notes, so that the plan can be read again whatever they are.
const mostKept = 192 << 10

// walker goes through the parts of all pages, in order, and gives their blocks to the readers.
type walker struct {
	*builder
	readers []reader
	pages   []*page

	kept  int   // bytes that are kept as notes
	noted *page // where the last line kept as a note stands
	line  int
	about string
}

// sections finds out what each part is about, before anything is read.
func (w *walker) sections(p *part) {
	if p.up != nil {
		p.section, p.about = p.up.section, p.up.about
	}
	if p.heading != nil {
		s := sectionOf(p.title)
		if p.page.own {
			s = ownSection(p)
		} else if cover(p, s) {
			s = ""
		}
		if s != "" {
			p.section, p.about, p.own = s, s, true
			if s == "program" {
				p.about = "" // no section of the plan
			}
		}
	}
	for _, sub := range p.parts {
		w.sections(sub)
	}
}

// walk reads a part and those below it.
func (w *walker) walk(p *part) {
	if p.read || !p.page.own && w.other(p) {
		return
	}
	p.read = true
	w.head(p)
	for i := 0; i < len(p.blocks); {
		n := 0
		readers := w.readers
		if p.page.own {
			readers = []reader{readOwn} // nothing in it needs to be guessed
		}
		for _, read := range readers {
			if n = read(w, p, i); n > 0 {
				break
			}
		}
		if n == 0 {
			w.leave(p, &p.blocks[i])
			n = 1
		}
		i += n
	}
	w.foot(p)
	for _, sub := range p.parts {
		w.walk(sub)
	}
}

// head accounts for a heading: one that names a section, or is the title, is placed; another goes the way of what stands
// under it.
func (w *walker) head(p *part) {
	h := p.heading
	if h == nil {
		return
	}
	if p.page.own {
		w.ownHead(p)
	}
	title := p.level == 1 && p.up.heading == nil && p.page.root.parts[0] == p
	if p.own || title {
		p.page.mark(h.From, h.To, placed)
		return
	}
	p.due = true
}

// foot accounts for a heading that nothing kept below it has taken along: it shares the fate of what stands below it.
func (w *walker) foot(p *part) {
	if !p.due {
		return
	}
	if len(p.blocks) == 0 && len(p.parts) == 0 {
		w.takeHead(p)
		return
	}
	p.due = false
	fate := placed
	for i, b := range p.blocks {
		if p.page.fate[b.From-1] != unplaced {
			fate = placed
			break
		}
		if i == 0 {
			fate = unplaced
		}
	}
	p.page.mark(p.heading.From, p.heading.To, fate)
}

// leave keeps what no reader took: words as a note about the section or thing they stand under, tables and code that
// belong to no section as unplaced.
func (w *walker) leave(p *part, b *markdown.Block) {
	switch {
	case b.Kind == markdown.Rule, b.Kind == markdown.Markup && !says(b.Raw):
		p.page.mark(b.From, b.To, placed) // it carries no words
	case p.about == "" && (b.Kind == markdown.Table || b.Kind == markdown.Code):
		p.page.mark(b.From, b.To, unplaced)
		w.warn(p, b.From, "nothing tells which section of the plan this "+b.Kind+" belongs to", "put it under a heading such as “Response procedures”, or copy it from unplaced.md by hand")
	default:
		w.keep(p, b.From, b.To)
	}
}

// says reports whether markup holds more than tags.
func says(raw string) bool {
	depth := 0
	for _, r := range raw {
		switch {
		case r == '<' || r == '{':
			depth++
		case r == '>' || r == '}':
			depth = max(0, depth-1)
		case depth == 0 && !strings.ContainsRune(" \t\n\r", r):
			return true
		}
	}
	return strings.Contains(raw, "<!--")
}

// takeHead keeps the heading of a part, of which something is kept.
func (w *walker) takeHead(p *part) {
	if p.due {
		p.due = false
		w.keep(p, p.heading.From, p.heading.To)
	}
}

// keep keeps lines as a note, word by word. Notes about the same thing become one.
func (w *walker) keep(p *part, from, to int) {
	w.takeHead(p)
	text := strings.Trim(p.page.raw(from, to), "\n")
	if w.kept += len(text); w.kept > mostKept && !p.page.own {
		if w.kept-len(text) <= mostKept {
			w.warn(p, from, "more is written here than a plan keeps as notes", "what follows stands in unplaced.md: a plan holds what people read in an emergency")
		}
		p.page.mark(from, to, unplaced)
		return
	}
	p.page.mark(from, to, kept)
	between := "\n\n"
	if w.noted == p.page && w.about == p.about && w.line == from-1 {
		between = "\n"
	}
	w.note(p.about, text, between)
	w.noted, w.line, w.about = p.page, to, p.about
}

// warn tells of something a person should look at.
func (w *walker) warn(p *part, line int, say, do string) {
	w.warnings = append(w.warnings, Warning{File: p.page.name, Line: line, Say: say, Do: do})
}

// lose leaves the row of a table unplaced.
func (w *walker) lose(p *part, row []markdown.Cell, why string) {
	if empty(row) {
		p.page.mark(lineOf(row), lineOf(row), placed)
		return
	}
	if at := lineOf(row); at > 0 && p.page.fate[at-1] == placed {
		var said []string // another row stands on the same line, which is placed
		for i := range row {
			if s := text(row, i); s != "" {
				said = append(said, s)
			}
		}
		w.note(p.about, strings.Join(said, " | "), "\n")
		w.warn(p, at, why, "it stays a note: put it where it belongs")
		return
	}
	p.page.mark(lineOf(row), lineOf(row), unplaced)
	w.warn(p, lineOf(row), why, "it stands in unplaced.md: put it where it belongs")
}
