package comms

import (
	"fmt"
	"strings"
)

// markdown writes a document. What comes from the incident is escaped, for much of it strangers chose: a transaction, a
// report, a note cannot make headings, tables, links or HTML.
type markdown struct{ strings.Builder }

// text writes a paragraph of our own words around escaped ones.
func (m *markdown) text(format string, args ...any) { fmt.Fprintf(m, format+"\n\n", args...) }

func (m *markdown) heading(level int, title string) {
	fmt.Fprintf(m, "%s %s\n\n", strings.Repeat("#", level), title)
}

func (m *markdown) list(items ...string) {
	for _, i := range items {
		fmt.Fprintf(m, "- %s\n", i)
	}
	m.WriteByte('\n')
}

// table writes rows of cells that are escaped already; nothing if there are no rows.
func (m *markdown) table(head []string, rows [][]string) bool {
	if len(rows) == 0 {
		return false
	}
	row := func(cells []string) { m.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	row(head)
	m.WriteString(strings.Repeat("| --- ", len(head)) + "|\n")
	for _, r := range rows {
		row(r)
	}
	m.WriteByte('\n')
	return true
}

// quote writes somebody's text as a quotation, line by line.
func (m *markdown) quote(text string) {
	for l := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		m.WriteString(strings.TrimRight("> "+escape(l), " ") + "\n")
	}
	m.WriteByte('\n')
}

var escaper = strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "[", `\[`, "`", "\\`", "*", `\*`, "#", `\#`)

// escape makes one line of a text that means nothing to Markdown.
func escape(s string) string { return escaper.Replace(line(s)) }

// code writes a hash or an address.
func code(s fmt.Stringer) string { return "`" + s.String() + "`" }
