package document

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// readDecisions reads a table of what must be agreed and by whom.
func readDecisions(w *walker, p *part, i int) int {
	t := &p.blocks[i]
	if t.Kind != markdown.Table || p.own && p.section != "decisions" {
		return 0
	}
	c := newColumns(t)
	required := c.find("required approvers", "required approver", "approvers", "approver", "approved by", "required approval", "approval")
	additional := c.find("additional approvers", "additional approver", "optional approvers", "additional")
	name := c.find("decision", "decisions", "action", "response", "what")
	if name < 0 || required < 0 {
		return 0
	}
	id := c.find("id~")
	need := c.find("need~", "additional needed~")
	p.page.markHeader(t)
	for _, row := range t.Rows {
		if text(row, name) == "" {
			w.lose(p, row, "this row names no decision")
			continue
		}
		d := plan.Decision{Name: text(row, name)}
		d.ID = w.take("decisions", d.Name, orSlug("decisions", d.Name, text(row, id)))
		w.rest(p, c, row, "decisions["+d.ID+"]", &d)
		w.plan.Decisions = append(w.plan.Decisions, d)
		at := len(w.plan.Decisions) - 1
		w.after(func() {
			w.approvers(&w.plan.Decisions[at], text(row, required), text(row, additional), text(row, need))
		})
		p.page.mark(lineOf(row), lineOf(row), placed)
	}
	return 1
}

var (
	orWords = regexp.MustCompile(`(?i)(?:^|\s)(?:or|any of|majority of|some of|at least one of|one of|either)\s`)
	// eitherWords finds what names approvers of whom not all are needed, without saying how many.
	eitherWords = regexp.MustCompile(`(?i)\bor\b|\bany of\b|\bmajority\b|\bsome\b|\bat least\b`)
	// needed finds how many of those named are needed.
	needed = regexp.MustCompile(`(?i)^(?:any |at least )?([0-9]+) (?:of|/) `)
)

// approvers reads who decides. Where the text leaves open how many of several must agree, the decision asks, and is not met
// until somebody has answered.
func (w *walker) approvers(d *plan.Decision, required, additional, need string) {
	if filled(required) != "" && (eitherWords.MatchString(required) || needed.MatchString(required)) {
		d.Unsettled = append(d.Unsettled, fmt.Sprintf("The document says “%s”: who of them must approve, and how many?", required))
		d.Additional.Who = w.whoever(orWords.ReplaceAllString(needed.ReplaceAllString(required, ""), ", "))
	} else {
		d.Required = w.whoever(filled(required))
		for _, id := range d.Required {
			if w.several(id) {
				d.Unsettled = append(d.Unsettled, fmt.Sprintf("How many of “%s” must approve: all of them, or some?", w.plan.NameOf(id)))
			}
		}
	}
	if more := w.whoever(filled(additional)); len(more) > 0 {
		var names []string
		for _, id := range more {
			if !slices.Contains(d.Additional.Who, id) {
				d.Additional.Who = append(d.Additional.Who, id)
			}
			names = append(names, w.plan.NameOf(id))
		}
		d.Unsettled = append(d.Unsettled, fmt.Sprintf("How many of the additional approvers (%s) must approve: none, some or all?", strings.Join(names, ", ")))
	}
	w.authorises(d)
}

// authorises links a decision with the steps that have its name.
func (w *walker) authorises(d *plan.Decision) {
	for i := range w.plan.Procedures {
		r := &w.plan.Procedures[i]
		for j := range r.Steps {
			s := &r.Steps[j]
			if nameKey(s.Name) == nameKey(d.Name) && s.Decision == "" {
				s.Decision = d.ID
				d.Steps = append(d.Steps, plan.StepRef(r.ID, s.ID))
			}
		}
	}
}
