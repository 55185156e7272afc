package hook

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Path leads to one value in a JSON document. It is written as a singular query of JSONPath (RFC 9535): $ for the document,
// .name or ['name'] for a member, [0] for an element, [-1] for the last one.
type Path []segment

// segment is one step of a path.
type segment struct {
	name    string
	index   int
	element bool // index counts, else name
}

// maxPath is the longest path, in bytes.
const maxPath = 500

// member is the path of nested members.
func member(names ...string) Path {
	p := make(Path, len(names))
	for i, n := range names {
		p[i] = segment{name: n}
	}
	return p
}

// ParsePath reads a path. Its errors say what is wrong and where, as part of a sentence.
func ParsePath(s string) (Path, error) {
	if !strings.HasPrefix(s, "$") {
		return nil, fmt.Errorf("%q is not a path; write $ for the body and lead on from there, such as $.labels.instance", clip(s, 60))
	}
	if len(s) > maxPath {
		return nil, fmt.Errorf("the path is longer than %d characters", maxPath)
	}
	p := Path{}
	for rest := s[1:]; rest != ""; {
		var seg segment
		var err error
		at := utf8.RuneCountInString(s[:len(s)-len(rest)]) + 1
		switch rest[0] {
		case '.':
			seg, rest, err = shorthand(rest[1:])
		case '[':
			seg, rest, err = bracket(rest[1:])
		default:
			err = fmt.Errorf("a dot or a bracket belongs here")
		}
		if err != nil {
			return nil, fmt.Errorf("the path %s cannot be read at character %d: %w", clip(s, 60), at, err)
		}
		p = append(p, seg)
	}
	return p, nil
}

// shorthand reads the name after a dot.
func shorthand(s string) (segment, string, error) {
	end := strings.IndexFunc(s, func(r rune) bool { return r != '_' && r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end < 0 {
		end = len(s)
	}
	switch {
	case end == 0:
		return segment{}, "", fmt.Errorf("a name belongs after the dot; write others than letters, digits and underscores as ['name']")
	case unicode.IsDigit(rune(s[0])):
		return segment{}, "", fmt.Errorf("a name after a dot cannot begin with a digit; write [0] for an element, ['0'] for a member")
	case end < len(s) && s[end] != '.' && s[end] != '[':
		return segment{}, "", fmt.Errorf("%q cannot stand in a name after a dot; write ['%s…'] with the whole name", s[end], s[:end])
	}
	return segment{name: s[:end]}, s[end:], nil
}

// bracket reads what stands in brackets.
func bracket(s string) (segment, string, error) {
	if s != "" && (s[0] == '\'' || s[0] == '"') {
		name, rest, ok := quoted(s[1:], s[0])
		if !ok || !strings.HasPrefix(rest, "]") {
			return segment{}, "", fmt.Errorf("the quoted name must end with %c]", s[0])
		}
		return segment{name: name}, rest[1:], nil
	}
	inside, rest, ok := strings.Cut(s, "]")
	if !ok {
		return segment{}, "", fmt.Errorf("the bracket is not closed")
	}
	n, err := strconv.ParseInt(inside, 10, 32)
	if err != nil || inside != strconv.FormatInt(n, 10) {
		return segment{}, "", fmt.Errorf("in brackets stands a number or a quoted name; a path leads to one value")
	}
	return segment{index: int(n), element: true}, rest, nil
}

// quoted reads a name up to its closing quote; a backslash takes the next character as it is.
func quoted(s string, quote byte) (name, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == quote || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case s[i] == '\\':
			return "", "", false
		case s[i] == quote:
			return b.String(), s[i+1:], true
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}

// Find is the value that the path leads to; false if nothing stands there. An explicit null is nothing.
func (p Path) Find(v any) (any, bool) {
	for _, seg := range p {
		switch x := v.(type) {
		case map[string]any:
			if seg.element {
				return nil, false
			}
			v = x[seg.name]
		case []any:
			i := seg.index
			if i < 0 {
				i += len(x)
			}
			if !seg.element || i < 0 || i >= len(x) {
				return nil, false
			}
			v = x[i]
		default:
			return nil, false
		}
	}
	return v, v != nil
}

// String writes the path as ParsePath reads it.
func (p Path) String() string {
	var b strings.Builder
	b.WriteByte('$')
	for _, seg := range p {
		if seg.element {
			fmt.Fprintf(&b, "[%d]", seg.index)
			continue
		}
		if _, rest, err := shorthand(seg.name); err == nil && rest == "" {
			b.WriteString("." + seg.name)
			continue
		}
		b.WriteString("['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(seg.name) + "']")
	}
	return b.String()
}
