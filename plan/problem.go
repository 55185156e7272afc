package plan

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"tocsin/fault"
)

// Problem is one thing for which a plan cannot be used as it is written.
type Problem struct {
	File       string `json:"file"`
	Line       int    `json:"line,omitzero"`        // from 1; 0 if the whole file, or the whole folder, is meant
	Column     int    `json:"column,omitzero"`      // from 1, in characters
	Width      int    `json:"width,omitzero"`       // characters that are meant, at least 1 where Line is set
	SourceLine string `json:"source_line,omitzero"` // the line as written; of a very long one the part around what is meant
	SourceFrom int    `json:"source_from,omitzero"` // characters of the line that come before that part
	Key        string `json:"key,omitzero"`         // path of the value, such as issues[stolen-user-funds].category
	Say        string `json:"say"`                  // what is wrong
	Do         string `json:"do,omitzero"`          // what would be right
}

// before orders problems by their places.
func (p Problem) before(q Problem) int {
	return cmp.Or(strings.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// widest is the longest source line shown whole, in characters.
const widest = 160

// String shows the problem as a good compiler would: place and sentence, the line, a mark below it, what would be right.
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
		}
		b.WriteString(": ")
	}
	b.WriteString(p.Say)
	margin := "  "
	if p.Line > 0 {
		number := fmt.Sprintf("%5d", p.Line)
		margin = strings.Repeat(" ", len(number))
		line := []rune(p.SourceLine)
		column := max(0, min(p.Column-1-p.SourceFrom, len(line)))
		indent := make([]rune, column)
		for i, r := range line[:column] {
			indent[i] = ' '
			if r == '\t' {
				indent[i] = '\t'
			}
		}
		width := max(1, min(p.Width, len(line)-column))
		fmt.Fprintf(&b, "\n%s | %s\n%s | %s%s", number, string(line), margin, string(indent), strings.Repeat("^", width))
		margin += "   "
	}
	if p.Do != "" {
		fmt.Fprintf(&b, "\n%s%s", margin, p.Do)
	}
	return b.String()
}

// Problems is everything for which a plan cannot be used, in the order of files and lines. As an error it carries
// fault.Invalid.
type Problems []Problem

func (ps Problems) Error() string {
	s := make([]string, len(ps))
	for i, p := range ps {
		s[i] = p.String()
	}
	return strings.Join(s, "\n\n")
}

// Unwrap returns the fault that tells a person how many problems there are.
func (ps Problems) Unwrap() error {
	if len(ps) == 1 {
		return fault.New(fault.Invalid, "The plan has one problem.").Instead("Mend it, then try again.")
	}
	return fault.New(fault.Invalid, "The plan has %d problems.", len(ps)).Instead("Mend them, then try again.")
}

// clip shortens a text that somebody wrote so that a sentence can quote it.
func clip(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
