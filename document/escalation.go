package document

import (
	"regexp"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// readEscalation reads a table of when the core and the extended team are told, by category or severity.
func readEscalation(w *walker, p *part, i int) int {
	t := &p.blocks[i]
	if t.Kind != markdown.Table || p.own && p.section != "escalation" {
		return 0
	}
	c := newColumns(t)
	core := c.find("core response team", "core team", "core~")
	extended := c.find("extended response team", "extended team", "extended~")
	if core < 0 && extended < 0 {
		return 0
	}
	category := c.find("category", "categories", "issue type", "type~")
	severity := c.find("severity", "severities", "level~", "priority")
	p.page.markHeader(t)
	for _, row := range t.Rows {
		if empty(row) {
			continue
		}
		var r plan.EscalationRule
		about := text(row, category) + " " + text(row, severity)
		r.Categories, r.Severities = all(text(row, category)), all(text(row, severity))
		r.Core = w.moment(p, row, about, t.Header, core)
		r.Extended = w.moment(p, row, about, t.Header, extended)
		w.rest(p, c, row, "escalation", &r)
		w.plan.Escalation.Rules = append(w.plan.Escalation.Rules, r)
		p.page.mark(lineOf(row), lineOf(row), placed)
	}
	return 1
}

// all reads a list of names where "all" and "any" mean every one, which a plan says by naming none.
func all(s string) []string {
	switch nameKey(s) {
	case "all", "any", "every", "all categories", "all severities", "":
		return nil
	}
	return list(s)
}

// moments are the words for when somebody is told.
var moments = []struct {
	moment string
	words  *regexp.Regexp
}{
	{"detection", regexp.MustCompile(`(?i)\b(detect(ion|ed)|immediately|at once|on alert|discovery)\b`)},
	{"validation", regexp.MustCompile(`(?i)\b(validat(ion|ed)|confirm(ed|ation)|verified)\b`)},
	{"containment", regexp.MustCompile(`(?i)\b(contain(ment|ed)|mitigat(ion|ed))\b`)},
	{"resolution", regexp.MustCompile(`(?i)\b(resol(ution|ved)|completion)\b`)},
}

// moment reads when a team is told. What names no moment, or more than one, becomes a note.
func (w *walker) moment(p *part, row []markdown.Cell, about string, header []markdown.Cell, column int) string {
	s := text(row, column)
	found := ""
	for _, m := range moments {
		if m.words.MatchString(s) {
			if found != "" {
				found = ""
				break
			}
			found = m.moment
		}
	}
	if found == "" && filled(s) != "" {
		w.note("escalation", strings.TrimSpace(about)+": "+header[column].Text+": "+s, "\n")
		w.warn(p, row[column].Line, "“"+clip(s)+"” does not say when they are told", "write upon detection, validation, containment or resolution")
	}
	return found
}
