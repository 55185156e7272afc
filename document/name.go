package document

import (
	"fmt"
	"strings"
	"unicode"
)

// nameKey makes names that people take for the same one text: lower case, words only, one space between them.
func nameKey(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '+' && r != '#' && r != '@'
	}), " ")
}

// plainKey is nameKey for headers and labels.
func plainKey(s string) string {
	return nameKey(strings.NewReplacer("(s)", "s", "&", " and ").Replace(s))
}

// free answers an id, or with a number behind it the first that is not taken.
// The search begins at a number, from 2, and answers the number after the one it found.
func free(want string, taken map[string]bool, from int) (string, int) {
	const longest = 64
	id := want
	n := max(from, 2)
	for ; taken[id] || id == ""; n++ {
		tail := fmt.Sprintf("-%d", n)
		id = strings.TrimRight(want[:min(len(want), longest-len(tail))], "-") + tail
	}
	return id, n
}

// list cuts a list of names: "CEO, COO", "CEO and COO", "CEO & COO", one below the other. What stands in brackets stays
// together.
func list(s string) []string {
	var words []string
	depth, from := 0, 0
	cut := func(to int) {
		w := strings.TrimSpace(s[from:to])
		for _, and := range []string{"and ", "& "} {
			w = strings.TrimSpace(strings.TrimPrefix(w, and))
		}
		if w != "" {
			words = append(words, w)
		}
	}
	for i, r := range s {
		switch {
		case r == '(' || r == '[':
			depth++
		case r == ')' || r == ']':
			depth = max(0, depth-1)
		case depth > 0:
		case r == ',' || r == ';' || r == '\n' || r == '+' && strings.HasPrefix(s[i:], "+ "):
			cut(i)
			from = i + 1
		case strings.HasPrefix(s[i:], " and ") || strings.HasPrefix(s[i:], " & ") || strings.HasPrefix(s[i:], " / "):
			cut(i)
			from = i + strings.Index(s[i+1:], " ") + 2
		}
	}
	cut(len(s))
	return words
}

// slug makes an id of a name: its letters and digits in lower case, with hyphens between words. Of a name without any that
// an id may hold it makes one of the space, "issue".
func slug(space, name string) string {
	const longest = 64
	var w strings.Builder
	gap := false
	for _, r := range strings.ToLower(name) {
		if plain, ok := latin[r]; ok {
			r = plain
		}
		if r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			if gap && w.Len() > 0 {
				w.WriteByte('-')
			}
			gap = false
			w.WriteRune(r)
		} else if r != '\'' && r != '’' {
			gap = true
		}
	}
	id := w.String()
	if len(id) > longest {
		id = id[:longest]
		if cut := strings.LastIndexByte(id, '-'); cut > longest/2 {
			id = id[:cut] // at the end of a word
		}
	}
	if id = strings.Trim(id, "-"); id != "" {
		return id
	}
	switch {
	case strings.HasSuffix(space, "/"):
		return "step"
	case space == people:
		return "person"
	case space == "categories":
		return "category"
	case space == "severities":
		return "severity"
	}
	return strings.TrimSuffix(space, "s")
}

// latin is what letters with marks become in an id.
var latin = map[rune]rune{
	'ä': 'a', 'á': 'a', 'à': 'a', 'â': 'a', 'ã': 'a', 'å': 'a', 'ç': 'c', 'č': 'c', 'é': 'e', 'è': 'e', 'ê': 'e', 'ë': 'e', 'í': 'i', 'ì': 'i', 'î': 'i',
	'ï': 'i', 'ñ': 'n', 'ö': 'o', 'ó': 'o', 'ò': 'o', 'ô': 'o', 'õ': 'o', 'ø': 'o', 'ř': 'r', 'š': 's', 'ü': 'u', 'ú': 'u', 'ù': 'u', 'û': 'u', 'ý': 'y', 'ž': 'z',
}
