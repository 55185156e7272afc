// Package markdown owns reading Markdown documents into blocks that know which lines they stand on, whatever dialect they
// are written in, so that an import can account for every line. It decides nothing about what a text means.
//
// It reads line by line instead of building the tree of a renderer: what counts here is that every line stands in exactly
// one block, that the markup of several site generators may be mixed with HTML in one page, and that a hostile document
// costs no more than its length. Where people write what a renderer takes another way (sub-steps indented by two spaces
// under "1.", a table without its second line, a code fence never closed), it reads what they meant.
package markdown

// The kinds of blocks.
const (
	FrontMatter = "front matter" // the YAML between --- at the top of a page
	Heading     = "heading"      // also the summary of a part that folds, and the title of a tab
	Paragraph   = "paragraph"
	Table       = "table"
	Item        = "item"   // one item of a list, without the lists within it, which follow as items of a greater depth
	Code        = "code"   // fenced or indented
	Markup      = "markup" // HTML, MDX and Jekyll tags, imports and comments that hold no text of their own
	Rule        = "rule"   // a line across
)

// Block is a part of a document. The blocks of a document cover every line that is not blank exactly once, in order.
type Block struct {
	Kind     string
	From, To int // lines, from 1, both included

	Level    int    // heading: 1 to 6; item: depth from 0
	In       int    // paragraph, table, code, markup, heading: depth+1 of the list item that it belongs to, 0 outside lists
	Fold     int    // how many parts that fold (details, accordions, tabs) it stands in; a summary stands in its own
	Text     string // its text, lines kept apart by \n; inline markup, escapes and links are taken off, code is as written
	Raw      string // the lines as written, without the last line's end
	Language string // code: what stands behind the fence
	Ordered  bool   // item: of a numbered list
	Number   int    // item: its number as written, 0 if it has none
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
