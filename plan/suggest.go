package plan

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Nearest returns the candidates that somebody who wrote word may have meant, best first, at most three.
func Nearest(word string, candidates []string) []string { return nearest(word, candidates) }

// nearest returns the candidates that somebody who wrote word may have meant, best first, at most three.
func nearest(word string, candidates []string) []string {
	type near struct {
		name     string
		distance int
	}
	var found []near
	w := strings.ToLower(word)
	limit := max(1, min(3, len([]rune(w))/3))
	for _, c := range candidates {
		d := limit + 1
		if more := len(c) - len(w); more <= 4*limit && -more <= 4*limit { // bytes; a character has at most four
			d = distance(w, strings.ToLower(c), limit)
		}
		if d > limit && len(w) >= 3 && (strings.HasPrefix(c, w) || strings.HasSuffix(c, w) || strings.HasPrefix(w, c+"-")) {
			d = limit
		}
		if d <= limit {
			found = append(found, near{c, d})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return a.distance - b.distance })
	var names []string
	for _, n := range found[:min(3, len(found))] {
		names = append(names, n.name)
	}
	return names
}

// advise writes what to do about a word that is none of the candidates; what introduces them, "its keys are".
func advise(word, what string, candidates []string) string {
	var b strings.Builder
	if near := nearest(word, candidates); len(near) > 0 {
		fmt.Fprintf(&b, "did you mean %s? ", either(near))
	}
	return b.String() + list(what, candidates)
}

// list names candidates, not more than can be read.
func list(what string, candidates []string) string {
	const most = 24
	switch {
	case len(candidates) == 0:
		return "there is none yet"
	case len(candidates) > most:
		return fmt.Sprintf("%s: %s, and %d more", what, strings.Join(candidates[:most], ", "), len(candidates)-most)
	}
	return fmt.Sprintf("%s: %s", what, strings.Join(candidates, ", "))
}

// either joins names as alternatives, each in quotes.
func either(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " or " + quoted[len(quoted)-1]
}

// distance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b; it is not exact beyond
// a limit. Words longer than any id are not compared.
func distance(a, b string, limit int) int {
	if utf8.RuneCountInString(a) > longest || utf8.RuneCountInString(b) > longest {
		return longest
	}
	var letters [2][longest]rune
	x, y := letters[0][:0], letters[1][:0]
	for _, r := range a {
		x = append(x, r)
	}
	for _, r := range b {
		y = append(y, r)
	}
	var rows [3][longest + 1]int
	before, last, row := rows[0][:len(y)+1], rows[1][:len(y)+1], rows[2][:len(y)+1]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		if slices.Min(row) > limit && slices.Min(last) > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
