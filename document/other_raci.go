package document

import (
	"regexp"
	"slices"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// share is a cell that says how somebody shares in an activity: who does it (R), answers for it (A), is asked (C), is told
// (I), helps (S).
var share = regexp.MustCompile(`^[RACIS](?:\s*[/,&+]?\s*[RACIS]){0,3}$`)

// readRACI reads a table of who shares how in which activity. It stays whole, as a note about what it stands under or about
// the roles; no key of a plan holds it. Where one alone is responsible for what is a step, the step is theirs.
func readRACI(w *walker, p *part, i int) int {
	t := &p.blocks[i]
	if t.Kind != markdown.Table || len(t.Header) < 3 || !shared(t) {
		return 0
	}
	if p.about == "" {
		p.about = "roles"
	}
	w.keep(p, t.From, t.To)
	for _, row := range t.Rows {
		activity := markdown.Flat(text(row, 0))
		var doers []string
		for column := 1; column < len(row); column++ {
			if name := markdown.Flat(t.Header[column].Text); strings.Contains(text(row, column), "R") {
				doers = append(doers, name)
			}
		}
		w.after(func() { w.doer(p, lineOf(row), activity, doers) })
	}
	return 1
}

// shared reports whether all cells of a table but the first column's are shares, with somebody responsible among them.
func shared(t *markdown.Block) bool {
	doing, other := 0, 0
	for _, row := range t.Rows {
		for column := 1; column < len(row); column++ {
			s := text(row, column)
			switch {
			case s == "" || none.MatchString(s):
			case !share.MatchString(s) || text(row, 0) == "" || text(t.Header, column) == "":
				return false
			case strings.Contains(s, "R"):
				doing++
			default:
				other++
			}
		}
	}
	return doing > 0 && other > 0
}

// doer makes the one who is responsible for an activity the owner of the step of its name, if it is one step's and nothing
// else says whose it is.
func (w *walker) doer(p *part, line int, activity string, doers []string) {
	procedure, step, ok := plan.SplitStep(w.stepNamed(activity))
	if !ok || len(doers) == 0 {
		return
	}
	if len(doers) > 1 {
		w.warn(p, line, "several are responsible for “"+clip(activity)+"”: "+strings.Join(doers, ", "), "say whose step it is; the table stays a note")
		return
	}
	r := byID(w.plan.Procedures, func(r *plan.Procedure) string { return r.ID }, procedure)
	i := slices.IndexFunc(r.Steps, func(st plan.Step) bool { return st.ID == step })
	name := doers[0]
	if m := abbreviation.FindStringSubmatch(name); m != nil {
		name = m[1]
	}
	if r.Steps[i].Owner != "" || placeholder(name) {
		return
	}
	r.Steps[i].Owner = name
	w.owner(procedure, step)
}
