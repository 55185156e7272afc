package cli

import (
	"fmt"
	"io"
	"iter"
	"slices"

	"tocsin/check"
)

// costs says what the gaps of a level would do.
var costs = map[check.Level]string{
	check.Error:   "which would fail in an emergency",
	check.Warning: "which would cost time",
	check.Note:    "worth knowing",
}

// alike goes through the runs of gaps of one kind, which matter for the same reason.
func alike(gaps []check.Gap) iter.Seq[[]check.Gap] {
	return func(yield func([]check.Gap) bool) {
		for len(gaps) > 0 {
			n := slices.IndexFunc(gaps, func(g check.Gap) bool { return g.Code != gaps[0].Code || g.Why != gaps[0].Why })
			if n < 0 {
				n = len(gaps)
			}
			if !yield(gaps[:n]) {
				return
			}
			gaps = gaps[n:]
		}
	}
}

// writeKind prints gaps of one kind: a line for each with its place, why they matter, and each way to mend them once.
func writeKind(w io.Writer, kind []check.Gap) {
	for _, g := range kind {
		at := "plan"
		if g.File != "" {
			at = fmt.Sprintf("%s:%d:%d", g.File, g.Line, g.Column)
		}
		fmt.Fprintf(w, "%s: %s: %s [%s]\n", at, g.Level, g.Say, g.Code)
	}
	fmt.Fprintf(w, "    %s\n", kind[0].Why)
	said := map[string]bool{}
	for _, g := range kind {
		if !said[g.Mend] {
			fmt.Fprintf(w, "    %s\n", g.Mend)
		}
		said[g.Mend] = true
	}
	fmt.Fprintln(w)
}
