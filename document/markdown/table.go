package markdown

import (
	"regexp"
	"strings"
)

// delimiter is the second line of a table.
var delimiter = regexp.MustCompile(`^\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?$`)

// tableWidth answers how many lines of a table's head stand at line i: 2 with a line under the header, 1 without it, 0 if
// no table begins there.
func (r *reader) tableWidth(i int) int {
	if !strings.Contains(r.lines[i], "|") || i+1 >= len(r.lines) || !strings.Contains(r.lines[i+1], "|") {
		return 0
	}
	head, under := r.line(i), r.line(i+1)
	if head.quote != under.quote {
		return 0
	}
	if strings.Contains(under.text, "-") && delimiter.MatchString(under.text) {
		return 2
	}
	if piped(head.text) && piped(under.text) && len(cells(head.text)) == len(cells(under.text)) {
		return 1
	}
	return 0
}

// piped reports whether a line of several cells begins and ends as a row.
func piped(s string) bool {
	return len(s) > 2 && s[0] == '|' && s[len(s)-1] == '|' && strings.Count(s, "|") > 2
}

// table reads a table.
func (r *reader) table(l line) bool {
	head := r.tableWidth(r.at)
	if head == 0 || l.indent >= r.content()+4 {
		return false
	}
	b := Block{Kind: Table, Quote: l.quote, Header: r.row(l.text, r.at+1)}
	next := r.at + head
	for ; next < len(r.lines) && strings.Contains(r.lines[next], "|"); next++ {
		n := r.line(next)
		if n.quote != l.quote || rule.MatchString(n.text) || fenceLine.MatchString(n.text) {
			break
		}
		if _, _, ok := hashes(n); ok {
			break
		}
		b.Rows = append(b.Rows, r.row(n.text, next+1))
	}
	r.square(&b)
	r.emit(b, next)
	return true
}

// square makes all rows as wide as the widest.
func (r *reader) square(b *Block) {
	width := len(b.Header)
	for _, row := range b.Rows {
		width = max(width, len(row))
	}
	r.cells += width * (1 + len(b.Rows))
	if r.cells > maxCells {
		r.full = true
		return
	}
	for len(b.Header) < width {
		b.Header = append(b.Header, Cell{Line: r.at + 1})
	}
	for i := range b.Rows {
		for at := b.Rows[i][0].Line; len(b.Rows[i]) < width; {
			b.Rows[i] = append(b.Rows[i], Cell{Line: at})
		}
	}
}

// row reads the cells of a line.
func (r *reader) row(text string, at int) []Cell {
	var row []Cell
	for _, s := range cells(text) {
		t, links := r.inline(s)
		row = append(row, Cell{Text: strings.TrimSpace(t), Line: at, Links: links})
	}
	return row
}

// cells cuts a row at its bars; a bar behind a backslash belongs to the cell. There is always one.
func cells(s string) []string {
	s = strings.TrimPrefix(s, "|")
	var cut []string
	from := 0
	for i := 0; i < len(s) && len(cut) < maxWidth-1; i++ {
		switch s[i] {
		case '\\':
			i++
		case '|':
			cut = append(cut, strings.TrimSpace(s[from:i]))
			from = i + 1
		}
	}
	if last := strings.TrimSpace(s[from:]); last != "" || len(cut) == 0 {
		cut = append(cut, strings.TrimSpace(strings.TrimSuffix(last, "|")))
	}
	return cut
}
