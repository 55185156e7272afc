package markdown

import (
	"regexp"
	"strconv"
	"strings"
)

// line is a line without the marks of the quotation that it stands in.
type line struct {
	text   string // without indentation
	body   string // with the indentation within its quotation
	indent int    // columns, within its quotation
	outer  int    // columns before the quotation's mark
	quote  bool
}

var (
	rule      = regexp.MustCompile(`^(\*[ \t]*){3,}$|^(-[ \t]*){3,}$|^(_[ \t]*){3,}$`)
	underline = regexp.MustCompile(`^(={2,}|-{2,})[ \t]*$`)
	fenceLine = regexp.MustCompile("^(`{3,}|~{3,})(.*)$")
	// itemMark begins an item: "-", "*", "+", "•", "3.", "3)", "(3)", "b)", a box.
	itemMark = regexp.MustCompile(`^(?:[-*+•◦▪‣]|(\d{1,9})[.)]|\((\d{1,3}|[a-z])\)|[a-zA-Z]\)|[☐☑☒□])(?:[ \t]+|$)`)
	taskMark = regexp.MustCompile(`^\[([ xX])\](?:[ \t]+|$)`)
)

// line reads line i.
func (r *reader) line(i int) line {
	l := line{body: r.lines[i]}
	if body, ok := unquote(l.body); ok {
		if w := columns(l.body); w < 4 || len(r.list) > 0 {
			l.outer, l.quote = w, true
			for ok {
				l.body = body
				body, ok = unquote(body)
			}
		}
	}
	l.indent = columns(l.body)
	l.text = strings.TrimSpace(l.body)
	return l
}

// unquote takes one mark of a quotation off.
func unquote(s string) (string, bool) {
	i := 0
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	if i == len(s) || s[i] != '>' {
		return s, false
	}
	return strings.TrimPrefix(s[i+1:], " "), true
}

// columns counts the columns of indentation; a tab goes to the next multiple of four.
func columns(s string) int {
	n := 0
	for _, c := range []byte(s) {
		switch c {
		case ' ':
			n++
		case '\t':
			n += 4 - n%4
		default:
			return n
		}
	}
	return n
}

// dedent takes up to n columns of indentation off.
func dedent(s string, n int) string {
	for n > 0 && s != "" {
		switch s[0] {
		case ' ':
			n--
		case '\t':
			n -= 4
		default:
			return s
		}
		s = s[1:]
	}
	return s
}

// mark is what begins an item.
type mark struct {
	width      int // bytes up to the text
	number     int
	ordered    bool
	task, done bool
}

// mark reads the marker of an item.
func (l line) mark() (mark, bool) {
	m := itemMark.FindStringSubmatch(l.text)
	if m == nil || rule.MatchString(l.text) {
		return mark{}, false
	}
	k := mark{width: len(m[0])}
	first := []rune(m[0])[0]
	switch {
	case m[1] != "":
		k.number, _ = strconv.Atoi(m[1])
		k.ordered = true
	case strings.ContainsRune("☐☑☒□", first):
		k.task, k.done = true, first == '☑' || first == '☒'
	case !strings.ContainsRune("-*+•◦▪‣", first):
		k.number, _ = strconv.Atoi(m[2])
		k.ordered = true
	}
	rest := l.text[k.width:]
	// "- 1. text" and "- ☐ text" are one item.
	if n, ok := (line{text: rest}).inner(); ok && n.width < len(rest) {
		k.width += n.width
		k.ordered, k.task, k.done = k.ordered || n.ordered, k.task || n.task, k.done || n.done
		if k.number == 0 {
			k.number = n.number
		}
		rest = l.text[k.width:]
	}
	if t := taskMark.FindStringSubmatch(rest); t != nil {
		k.task, k.done = true, t[1] != " "
		k.width += len(t[0])
	}
	return k, true
}

// inner reads a marker that stands directly behind another.
func (l line) inner() (mark, bool) {
	m := itemMark.FindStringSubmatch(l.text)
	if m == nil {
		return mark{}, false
	}
	k := mark{width: len(m[0])}
	if m[1] != "" {
		k.number, _ = strconv.Atoi(m[1])
		k.ordered = true
	}
	switch []rune(m[0])[0] {
	case '☐', '□':
		k.task = true
	case '☑', '☒':
		k.task, k.done = true, true
	}
	return k, true
}
