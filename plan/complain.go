package plan

import (
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

const (
	mostProblems = 1000    // problems that are shown of one plan
	mostAdvised  = 30      // problems for which the nearest of many words is looked for
	longestRest  = 4 << 10 // bytes of a line that are looked at to mark what is meant
)

// cursor remembers where a character of a line was found, for lines may be long and problems many.
type cursor struct {
	at     Place
	offset int
}

// problem notes what is wrong with a node. It answers false, which is what the value then is worth.
func (l *loader) problem(n *yaml.Node, path, say, do string) bool {
	if l.full() {
		return false
	}
	at := l.place(n)
	return l.problemAt(at, width(n, l.rest(at)), path, say, do)
}

func (l *loader) problemAt(at Place, width int, path, say, do string) bool {
	if l.full() {
		return false
	}
	p := Problem{File: at.File, Line: at.Line, Column: at.Column, Key: path, Say: say, Do: do}
	if lines := l.lines[at.File]; at.Line > 0 && at.Line <= len(lines) {
		p.SourceLine, p.SourceFrom = excerpt(lines[at.Line-1], l.offset(at), at.Column-1)
		p.Width = max(1, min(width, utf8.RuneCountInString(p.SourceLine)+p.SourceFrom-at.Column+1))
	}
	l.problems = append(l.problems, p)
	return false
}

// fileProblem notes what is wrong with the whole file being read.
func (l *loader) fileProblem(say, do string) bool {
	if !l.full() {
		l.problems = append(l.problems, Problem{File: l.file, Say: say, Do: do})
	}
	return false
}

// full reports whether so much is wrong that more would help nobody, and notes so once.
func (l *loader) full() bool {
	if len(l.problems) == mostProblems {
		l.problems = append(l.problems, Problem{File: l.file, Say: "there is more wrong than is shown here", Do: "mend what is shown, then look again"})
	}
	return len(l.problems) > mostProblems
}

// advise says what to do about a word that is none of the candidates. Where there are many of both, only the first words
// are compared with them.
func (l *loader) advise(word, what string, candidates []string) string {
	if l.full() {
		return ""
	}
	if len(candidates) > mostAdvised {
		if l.advised++; l.advised > mostAdvised {
			return list(what, candidates)
		}
	}
	return advise(word, what, candidates)
}

// line returns a line of the file being read, from 1.
func (l *loader) line(n int) string {
	if lines := l.lines[l.file]; n > 0 && n <= len(lines) {
		return lines[n-1]
	}
	return ""
}

// offset finds the byte of a line at which a column begins; the end of the line if it is shorter.
func (l *loader) offset(at Place) int {
	lines := l.lines[at.File]
	if at.Line < 1 || at.Line > len(lines) {
		return 0
	}
	line := lines[at.Line-1]
	column, offset := 1, 0
	if f := l.found; f.at.File == at.File && f.at.Line == at.Line && f.at.Column <= at.Column {
		column, offset = f.at.Column, f.offset
	}
	for ; column < at.Column && offset < len(line); column++ {
		_, size := utf8.DecodeRuneInString(line[offset:])
		offset += size
	}
	l.found = cursor{Place{at.File, at.Line, column}, offset}
	return offset
}

// rest is what a line says from a place on, as far as anybody would mark it.
func (l *loader) rest(at Place) string {
	lines := l.lines[at.File]
	if at.Line < 1 || at.Line > len(lines) {
		return ""
	}
	rest := lines[at.Line-1][l.offset(at):]
	return rest[:min(len(rest), longestRest)]
}

// excerpt cuts the part around an offset out of a line that is too long to be shown, and tells how many characters come
// before it. before is how many come before the offset.
func excerpt(line string, offset, before int) (part string, from int) {
	if len(line) <= widest || utf8.RuneCountInString(line[:min(len(line), 4*widest+4)]) <= widest {
		return line, 0
	}
	start, end, n := offset, offset, 0
	for ; n < widest/2 && start > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(line[:start])
		start -= size
		before--
	}
	for ; n < widest && end < len(line); n++ {
		_, size := utf8.DecodeRuneInString(line[end:])
		end += size
	}
	for ; n < widest && start > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(line[:start])
		start -= size
		before--
	}
	return line[start:end], max(0, before)
}
