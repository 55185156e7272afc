// Package markdown owns reading Markdown documents into blocks that know which lines they stand on, whatever dialect they
// are written in, so that an import can account for every line. It decides nothing about what a text means.
package markdown

// The kinds of blocks.
const (
	FrontMatter = "front matter" // the YAML between --- at the top of a page
	Heading     = "heading"
	Paragraph   = "paragraph"
	Table       = "table"
	Item        = "item" // one item of a list, without the lists within it, which follow as items of a greater depth
	Code        = "code" // fenced or indented
	Markup      = "markup" // HTML, MDX and Jekyll tags, imports and comments that hold no text of their own
	Rule        = "rule"   // a line across
)

// Block is a part of a document. The blocks of a document cover every line that is not blank exactly once, in order.
type Block struct {
	Kind     string
	From, To int // lines, from 1, both included

	Level    int    // heading: 1 to 6; item: depth from 0
	Text     string // heading, paragraph, item, code: its text; inline markup, escapes and links are taken off, code is as written
	Raw      string // the lines as written
	Language string // code: what stands behind the fence
	Ordered  bool   // item: of a numbered list
	Task     bool   // item: a checkbox
	Done     bool   // item: the box is ticked
	Quote    bool   // it stands in a quotation or a call-out
	Links    []Link

	Header []Cell   // table
	Rows   [][]Cell // table; each as wide as the header
}

// Cell is a cell of a table.
type Cell struct {
	Text  string // without markup and escapes; line breaks as \n
	Line  int
	Links []Link
}

// Link is a link and the text that carries it.
type Link struct{ Text, URL string }
