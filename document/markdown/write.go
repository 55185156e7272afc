package markdown

import (
	"fmt"
	"strings"
	"unicode"
)

// Writer writes a document. What strangers may have chosen goes through Escape first, so that it cannot make headings, tables, links or
// HTML of its own.
type Writer struct{ strings.Builder }

// Heading writes a title that is escaped already; level is 1 for the document's own.
func (w *Writer) Heading(level int, title string) {
	fmt.Fprintf(w, "%s %s\n\n", strings.Repeat("#", level), title)
}

// Text writes a paragraph of our own words around escaped ones.
func (w *Writer) Text(format string, args ...any) { fmt.Fprintf(w, format+"\n\n", args...) }

// List writes items that are escaped already; nothing if there are none.
func (w *Writer) List(items ...string) {
	if len(items) == 0 {
		return
	}
	for _, i := range items {
		fmt.Fprintf(w, "- %s\n", i)
	}
	w.WriteByte('\n')
}

// Table writes rows of cells that are escaped already; nothing, and false, if there are no rows.
func (w *Writer) Table(head []string, rows [][]string) bool {
	if len(rows) == 0 {
		return false
	}
	row := func(cells []string) { w.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	row(head)
	w.WriteString(strings.Repeat("| --- ", len(head)) + "|\n")
	for _, r := range rows {
		row(r)
	}
	w.WriteByte('\n')
	return true
}

// Quote writes somebody's text as a quotation, line by line.
func (w *Writer) Quote(text string) {
	for l := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		w.WriteString(strings.TrimRight("> "+Escape(l), " ") + "\n")
	}
	w.WriteByte('\n')
}

var escaper = strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "[", `\[`, "`", "\\`", "*", `\*`, "#", `\#`, "_", `\_`)

// Escape makes one line of a text that means nothing to Markdown; control characters go.
func Escape(s string) string {
	one := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return escaper.Replace(strings.Join(strings.Fields(one), " "))
}
