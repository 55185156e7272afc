package plan

import (
	"strconv"
	"strings"
)

// Inside tells where a character of a text stands in the files of a plan: line and column of the text itself, both from 1,
// of the value at a path. It reads all forms in which YAML writes a text: plain, in quotes, and as a block below its key. If
// the text does not stand there as it is given, the place of the whole value is answered.
func (s *Source) Inside(path, text string, line, column int) Place {
	whole := s.At(path)
	if s == nil || whole.Line == 0 || line < 1 || column < 1 {
		return whole
	}
	r := runes{file: whole.File, most: len([]rune(text)) + 1, line: whole.Line - 1, column: whole.Column - 1}
	for row := range strings.SplitSeq(normal(s.Files[whole.File]), "\n") {
		r.rows = append(r.rows, []rune(row))
	}
	r.read()
	want := []rune(text)
	if len(r.text) < len(want) || string(r.text[:len(want)]) != text {
		return whole
	}
	at, l, c := 0, 1, 1
	for at < len(want) && (l < line || l == line && c < column) {
		if want[at] == '\n' {
			l, c = l+1, 1
		} else {
			c++
		}
		at++
	}
	switch {
	case l != line || c != column:
		return whole
	case at < len(r.places):
		return r.places[at]
	case at > 0: // behind the end
		end := r.places[at-1]
		end.Column++
		return end
	}
	return whole
}

// runes reads a text as YAML writes it, and where each of its characters stands.
type runes struct {
	file         string
	rows         [][]rune
	line, column int // from 0
	most         int // characters that are wanted

	text   []rune
	places []Place
}

func (r *runes) put(c rune, line, column int) {
	r.text = append(r.text, c)
	r.places = append(r.places, Place{File: r.file, Line: line + 1, Column: column + 1})
}

func (r *runes) enough() bool { return len(r.text) >= r.most }

// peek is the character at the place reached; 0 at the end of a line.
func (r *runes) peek() rune {
	if r.line < len(r.rows) && r.column < len(r.rows[r.line]) {
		return r.rows[r.line][r.column]
	}
	return 0
}

func (r *runes) read() {
	switch first := r.peek(); first {
	case '|', '>':
		r.block(first == '>')
	case '"', '\'':
		r.column++
		r.flow(first)
	default:
		r.flow(0)
	}
}

// block reads the lines below a key. Of lines that are folded, those that stand side by side are one.
func (r *runes) block(folded bool) {
	if strings.ContainsAny(string(r.rows[r.line][r.column:min(r.column+3, len(r.rows[r.line]))]), "123456789") {
		return // it says how far in it stands, which nobody writes by hand
	}
	margin, blank, wide := -1, 0, false
	for line := r.line + 1; line < len(r.rows) && !r.enough(); line++ {
		row := r.rows[line]
		in := len(row) - len([]rune(strings.TrimLeft(string(row), " ")))
		if in == len(row) && (margin < 0 || in <= margin) {
			blank++
			continue
		}
		if margin < 0 {
			margin = in
		}
		if in < margin {
			return
		}
		wider := row[margin] == ' ' || row[margin] == '\t'
		breaks := blank
		switch {
		case len(r.text) == 0:
		case !folded || wide || wider:
			breaks++
		case blank == 0:
			r.put(' ', line-1, len(r.rows[line-1]))
		}
		for n := range breaks {
			above := line - breaks + n
			r.put('\n', above, len(r.rows[above]))
		}
		for column := margin; column < len(row); column++ {
			r.put(row[column], line, column)
		}
		blank, wide = 0, wider
	}
}

// flow reads a text in quotes, or a plain one, which may go on over several lines.
func (r *runes) flow(quote rune) {
	for !r.enough() && r.line < len(r.rows) {
		c := r.peek()
		switch {
		case c == 0:
			r.fold()
		case c == quote && quote == '\'' && r.column+1 < len(r.rows[r.line]) && r.rows[r.line][r.column+1] == '\'':
			r.put(c, r.line, r.column)
			r.column += 2
		case c == quote:
			return
		case c == '\\' && quote == '"':
			if !r.escape() {
				return
			}
		default:
			r.put(c, r.line, r.column)
			r.column++
		}
	}
}

// fold goes on in the next line: one line end is a blank, of several all but one stay.
func (r *runes) fold() {
	for len(r.text) > 0 && (r.text[len(r.text)-1] == ' ' || r.text[len(r.text)-1] == '\t') {
		r.text, r.places = r.text[:len(r.text)-1], r.places[:len(r.places)-1]
	}
	breaks, line, column := 0, r.line, r.column
	for r.line < len(r.rows) && r.peek() == 0 {
		r.line, r.column = r.line+1, 0
		for r.peek() == ' ' || r.peek() == '\t' {
			r.column++
		}
		breaks++
	}
	if breaks == 1 {
		r.put(' ', line, column)
	}
	for range breaks - 1 {
		r.put('\n', line, column)
	}
}

// escape reads one character that is written as several.
func (r *runes) escape() bool {
	row := r.rows[r.line]
	if r.column+1 >= len(row) {
		return false // a line that is continued without a blank: nobody writes expressions so
	}
	known := map[rune]rune{'n': '\n', 't': '\t', '"': '"', '\\': '\\', '/': '/', ' ': ' ', '0': 0, 'e': 0x1b, 'r': '\r', 'a': 7, 'b': 8}
	digits := map[rune]int{'x': 2, 'u': 4, 'U': 8}
	name := row[r.column+1]
	width := 2
	c, ok := known[name]
	if n, coded := digits[name]; coded && r.column+2+n <= len(row) {
		code, err := strconv.ParseUint(string(row[r.column+2:r.column+2+n]), 16, 32)
		c, ok, width = rune(code), err == nil, 2+n
	}
	if ok {
		r.put(c, r.line, r.column)
		r.column += width
	}
	return ok
}
