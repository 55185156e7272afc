package check

import (
	"strings"
	"unicode"
)

// wordsOf are the words of a text as one would compare them: lower case, without punctuation, in the singular.
func wordsOf(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\''
	})
	for i, w := range words {
		words[i] = singular(strings.TrimSuffix(strings.ReplaceAll(w, "'", ""), "’"))
	}
	return words
}

func singular(w string) string {
	switch {
	case len(w) > 4 && strings.HasSuffix(w, "ies"):
		return w[:len(w)-3] + "y"
	case len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is"):
		return w[:len(w)-1]
	}
	return w
}

// key is a text reduced to what makes it the same for a reader.
func key(text string) string { return strings.Join(wordsOf(text), " ") }
