// Package paper owns documents as people read them, whatever they are written in: parts with titles, and in them paragraphs, lists and
// tables. Whoever has something to report makes one; it is written as Markdown here, and as HTML and PDF by package document.
package paper

// Paper is a document. Its texts are as people wrote them: whoever writes it takes out what steers a screen, and what would be markup.
type Paper struct {
	Kind  string // what it is: "Report of an exercise"
	Title string
	Name  string // whose it is
	Lead  []Block
	Parts []Part
	Foot  Words // says what it is about, for whoever finds a printed one
}

// Part is a section or what stands within one.
type Part struct {
	Title  string
	Blocks []Block
	Parts  []Part
}

// Block is a paragraph, a list or a table; the one of them that it has.
type Block struct {
	Text  Words
	Loud  bool // of a paragraph: nobody may overlook it
	Items []Words
	Grid  *Grid
}

// Grid is a table. Each row has as many cells as the head.
type Grid struct {
	Head []string
	Rows [][]Words
}

// Words is a text set in stretches.
type Words []Run

// Run is a stretch of text that is set in one way.
type Run struct {
	Text string
	Bold bool
	Code bool
	URL  string // https or http address that it leads to; empty for none
}

// Say is a text as it is.
func Say(text string) Words { return Words{{Text: text}} }

// Bold is a text that stands out.
func Bold(text string) Words { return Words{{Text: text, Bold: true}} }

// Of sets texts beside each other.
func Of(parts ...Words) Words {
	var all Words
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// Add puts a paragraph into a part.
func (p *Part) Add(w Words) { p.Blocks = append(p.Blocks, Block{Text: w}) }

// List puts a list into a part; nothing if it is empty.
func (p *Part) List(items []Words) {
	if len(items) > 0 {
		p.Blocks = append(p.Blocks, Block{Items: items})
	}
}

// Table puts a table into a part; nothing if it has no rows.
func (p *Part) Table(head []string, rows [][]Words) {
	if len(rows) > 0 {
		p.Blocks = append(p.Blocks, Block{Grid: &Grid{Head: head, Rows: rows}})
	}
}

// Below puts a part below another, unless there is nothing in it.
func (p *Part) Below(x Part) {
	if len(x.Blocks)+len(x.Parts) > 0 {
		p.Parts = append(p.Parts, x)
	}
}
