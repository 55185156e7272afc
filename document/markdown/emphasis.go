package markdown

import (
	"unicode"
	"unicode/utf8"
)

// run is a run of emphasis marks that may open.
type run struct{ at, n int }

// emphasis pairs the marks of emphasis and notes which bytes they take. A mark without a partner ("5 * 3", "snake_case",
// "____") stays. What is struck out keeps its ~~: a reader must see that somebody took it back.
func (t *inlines) emphasis() {
	s := t.src
	var open [2][]run // of * and of _
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case '\\':
			i += 2
			continue
		case '`':
			n, end := t.code(i)
			if end > 0 {
				i = end
			}
			i += n
			continue
		case '*', '_':
			n := 1
			for i+n < len(s) && s[i+n] == c {
				n++
			}
			k := 0
			if c == '_' {
				k = 1
			}
			opens, closes := flanks(s, i, n, c == '_')
			t.pairMarks(&open[k], run{i, n}, opens, closes)
			i += n
			continue
		}
		i++
	}
}

// pairMarks closes what a run closes and keeps what is left of it if it may open.
func (t *inlines) pairMarks(open *[]run, r run, opens, closes bool) {
	if t.drop == nil {
		t.drop = map[int]int{}
	}
	for closes && r.n > 0 && len(*open) > 0 {
		top := &(*open)[len(*open)-1]
		n := min(r.n, top.n)
		t.drop[top.at+top.n-n] = n
		t.drop[r.at] = n
		top.n -= n
		r.at, r.n = r.at+n, r.n-n
		if top.n == 0 {
			*open = (*open)[:len(*open)-1]
		}
	}
	if opens && r.n > 0 {
		*open = append(*open, r)
	}
}

// flanks reports whether a run of marks may open and may close, by what stands beside it.
func flanks(s string, at, n int, word bool) (opens, closes bool) {
	before, _ := utf8.DecodeLastRuneInString(s[:at])
	after, _ := utf8.DecodeRuneInString(s[at+n:])
	spaceBefore, spaceAfter := at == 0 || unicode.IsSpace(before), at+n >= len(s) || unicode.IsSpace(after)
	markBefore, markAfter := at > 0 && punct(before), at+n < len(s) && punct(after)
	opens = !spaceAfter && (!markAfter || spaceBefore || markBefore)
	closes = !spaceBefore && (!markBefore || spaceAfter || markAfter)
	if word {
		opens, closes = opens && (!closes || markBefore), closes && (!opens || markAfter)
	}
	return opens, closes
}

// punct reports whether a character is punctuation in the sense of emphasis.
func punct(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }
