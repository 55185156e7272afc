package target

import (
	"fmt"
	"strings"
)

// counted says how many things there are, of a word whose plural ends in s.
func counted(n int, one string) string { return counts(n, one, one+"s") }

// counts says how many things there are.
func counts(n int, one, more string) string {
	switch n {
	case 0:
		return "no " + more
	case 1:
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// upper begins a sentence.
func upper(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
