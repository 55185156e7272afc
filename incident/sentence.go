package incident

import "strings"

// Sentence ends a text as a sentence, if it has not ended already: what is quoted, or stands in brackets, may have.
func Sentence(s string) string {
	end := strings.TrimRight(s, `”’")`)
	if end == "" || strings.ContainsAny(end[len(end)-1:], ".!?") {
		return s
	}
	return s + "."
}
