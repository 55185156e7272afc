package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// patchAround is how many lines that did not change stand around those that did.
const patchAround = 3

// Patch writes what differs between two states of a plan's files as a unified difference, which git and patch apply in the plan folder.
// It is empty if nothing differs.
func Patch(before, after map[string][]byte) string {
	names := slices.Sorted(maps.Keys(before))
	for name := range after {
		if _, ok := before[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var out strings.Builder
	for _, name := range names {
		a, was := before[name]
		b, is := after[name]
		if was && is && string(a) == string(b) {
			continue
		}
		from, to := "a/"+name, "b/"+name
		if !was {
			from = "/dev/null"
		}
		if !is {
			to = "/dev/null"
		}
		fmt.Fprintf(&out, "--- %s\n+++ %s\n", from, to)
		for _, h := range hunks(lineEdits(patchLines(a), patchLines(b))) {
			out.WriteString(h)
		}
	}
	return out.String()
}

// patchLines cuts a text into lines with their ends.
func patchLines(text []byte) []string {
	if len(text) == 0 {
		return nil
	}
	lines := strings.SplitAfter(string(text), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// lineEdit is a line that stays (' '), goes ('-') or comes ('+').
type lineEdit struct {
	kind byte
	line string
}

// mostCompared bounds the work for what stands between the first and the last change, in lines of one by lines of the other.
const mostCompared = 4 << 20

// lineEdits says which lines lead from one text to another: the fewest, unless the texts differ in more than can be compared.
func lineEdits(a, b []string) []lineEdit {
	var edits []lineEdit
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		edits = append(edits, lineEdit{' ', a[0]})
		a, b = a[1:], b[1:]
	}
	same := 0
	for same < len(a) && same < len(b) && a[len(a)-1-same] == b[len(b)-1-same] {
		same++
	}
	tail := a[len(a)-same:]
	a, b = a[:len(a)-same], b[:len(b)-same]
	edits = append(edits, middle(a, b)...)
	for _, l := range tail {
		edits = append(edits, lineEdit{' ', l})
	}
	return edits
}

// middle finds the longest sequence of lines that both texts have.
func middle(a, b []string) []lineEdit {
	var edits []lineEdit
	i, j := 0, 0
	if len(a)*len(b) <= mostCompared {
		longest := make([][]int32, len(a)+1) // from line i of a and j of b on
		for i := range longest {
			longest[i] = make([]int32, len(b)+1)
		}
		for i := len(a) - 1; i >= 0; i-- {
			for j := len(b) - 1; j >= 0; j-- {
				if a[i] == b[j] {
					longest[i][j] = longest[i+1][j+1] + 1
				} else {
					longest[i][j] = max(longest[i+1][j], longest[i][j+1])
				}
			}
		}
		for i < len(a) && j < len(b) {
			switch {
			case a[i] == b[j]:
				edits = append(edits, lineEdit{' ', a[i]})
				i, j = i+1, j+1
			case longest[i+1][j] >= longest[i][j+1]:
				edits = append(edits, lineEdit{'-', a[i]})
				i++
			default:
				edits = append(edits, lineEdit{'+', b[j]})
				j++
			}
		}
	}
	for ; i < len(a); i++ {
		edits = append(edits, lineEdit{'-', a[i]})
	}
	for ; j < len(b); j++ {
		edits = append(edits, lineEdit{'+', b[j]})
	}
	return edits
}

// hunks writes the changes with the lines around them; what stands nearer together than those is one.
func hunks(edits []lineEdit) []string {
	var list []string
	a, b := 1, 1 // next line of each text
	for i := 0; i < len(edits); {
		if edits[i].kind == ' ' {
			a, b, i = a+1, b+1, i+1
			continue
		}
		from := max(0, i-patchAround)
		end := i + 1 // behind the last change of the hunk
		for k := end; k < len(edits) && k <= end+2*patchAround; k++ {
			if edits[k].kind != ' ' {
				end = k + 1
			}
		}
		to := min(len(edits), end+patchAround)
		startA, startB := a-(i-from), b-(i-from)
		countA, countB := 0, 0
		var body strings.Builder
		for k := from; k < to; k++ {
			e := edits[k]
			if e.kind != '+' {
				countA++
			}
			if e.kind != '-' {
				countB++
			}
			body.WriteByte(e.kind)
			body.WriteString(e.line)
			if !strings.HasSuffix(e.line, "\n") {
				body.WriteString("\n\\ No newline at end of file\n")
			}
		}
		a, b, i = startA+countA, startB+countB, to
		list = append(list, fmt.Sprintf("@@ -%s +%s @@\n%s", stretch(startA, countA), stretch(startB, countB), body.String()))
	}
	return list
}

// stretch writes where lines stand: an empty stretch stands behind the line before it.
func stretch(start, count int) string {
	if count == 0 {
		start--
	}
	return fmt.Sprintf("%d,%d", start, count)
}
