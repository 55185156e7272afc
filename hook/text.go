package hook

import (
	"encoding/json"
	"strings"
	"unicode"
)

// maxSaid is how much of a text that somebody else chose goes into a sentence, in characters.
const maxSaid = 400

// clip makes a text from outside fit to stand in a line: no control characters, nothing that turns the direction of writing,
// white space as one blank, at most limit characters.
func clip(s string, limit int) string {
	var b strings.Builder
	n, blank := 0, false
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsSpace(r):
			blank = n > 0
			continue
		case !unicode.IsPrint(r):
			continue // control and format characters
		}
		if blank {
			b.WriteByte(' ')
			n, blank = n+1, false
		}
		if n >= limit {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// Paragraphs makes a text from outside fit to be shown: lines are kept, control characters and what turns the direction of
// writing are not, and no more than two line breaks follow each other.
func Paragraphs(s string) string {
	var b strings.Builder
	breaks := 0
	s = strings.ReplaceAll(s, "\r\n", "\n")
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '\n' || r == '\r':
			if breaks++; breaks <= 2 {
				b.WriteByte('\n')
			}
			continue
		case unicode.IsSpace(r):
			r = ' '
		case !unicode.IsPrint(r):
			continue
		default:
			breaks = 0
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// Line makes a text from outside one line of at most limit characters.
func Line(s string, limit int) string { return clip(s, limit) }

// textOf is a JSON value as text; a list or an object as compact JSON.
func textOf(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case json.Number:
		return x.String()
	case bool:
		if x {
			return "true"
		}
		return "false"
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(b)
	}
}

// sentence ends a text as a sentence ends.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasSuffix(s, "…") || strings.ContainsAny(s[len(s)-1:], ".!?") {
		return s
	}
	return s + "."
}
