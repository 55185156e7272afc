package document

import (
	"fmt"
	"reflect"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// ownTable reads the table of a section.
func (w *walker) ownTable(p *part, t *markdown.Block, f form) int {
	p.page.markHeader(t)
	switch f.section {
	case "procedures":
		w.ownSteps(p, t)
		return 1
	case "escalation":
		w.ownRules(p, t)
		return 1
	}
	list, ok := w.sectionList(f.section)
	if !ok {
		return 0
	}
	for _, row := range t.Rows {
		e := reflect.New(list.Type().Elem()).Elem()
		w.ownRow(p, t, f, row, e)
		list.Set(reflect.Append(list, e))
		p.page.mark(lineOf(row), lineOf(row), placed)
	}
	return 1
}

// ownRow reads a row into a thing: its id first, so that the rest can speak of it.
func (w *walker) ownRow(p *part, t *markdown.Block, f form, row []markdown.Cell, e reflect.Value) {
	var name, id string
	for i, h := range t.Header {
		switch {
		case h.Text == "Id":
			id = text(row, i)
		case len(f.columns) > 0 && columnOf(f, h.Text).key == "name":
			name = text(row, i)
		}
	}
	if v := e.FieldByName("Name"); v.IsValid() {
		v.SetString(name)
	}
	if v := e.FieldByName("ID"); v.IsValid() && v.Kind() == reflect.String {
		v.SetString(w.take(space(f.section), name, orSlug(space(f.section), name, id)))
	}
	for i, h := range t.Header {
		s := text(row, i)
		c := columnOf(f, h.Text)
		if s == "" || c.key == "name" || h.Text == "Id" && idOf(e) != "" {
			continue
		}
		if c.read != nil {
			c.read(w, e, s)
			continue
		}
		k, ok := keyNamed(e.Type(), c.key)
		if !ok {
			k, ok = keyLabelled(e.Type(), h.Text)
		}
		if !ok || set(e.Field(k.index), k, s) != nil {
			w.note(fmt.Sprintf("%s[%s]", f.section, idOf(e)), h.Text+": "+s, "\n")
			w.warn(p, row[i].Line, "“"+clip(s)+"” under "+h.Text+" cannot be read", "write it as the plan's schema says; it is kept as a note")
		}
	}
}

// columnOf finds the column of a form by its header.
func columnOf(f form, header string) column {
	for _, c := range f.columns {
		if c.header == header {
			return c
		}
	}
	for _, c := range []column{ladderColumn, neededColumn} {
		if c.header == header {
			return c
		}
	}
	return column{header: header}
}

// ownSteps reads the table of response steps.
func (w *walker) ownSteps(p *part, t *markdown.Block) {
	c := newColumns(t)
	issue, step, details, procedure, id := c.find("issue~"), c.find("response steps~"), c.find("details~"), c.find("procedure id~"), c.find("id~")
	var at *plan.Procedure
	for _, row := range t.Rows {
		if name := text(row, issue); name != "" {
			w.plan.Procedures = append(w.plan.Procedures, plan.Procedure{ID: w.take("procedures", name, orSlug("procedures", name, text(row, procedure))), Name: name})
			at = &w.plan.Procedures[len(w.plan.Procedures)-1]
		}
		if at == nil || text(row, step) == "" {
			w.lose(p, row, "this row names no step, or no issue that it answers")
			continue
		}
		s := w.step(at, text(row, step), text(row, id))
		s.How = text(row, details)
		w.rest(p, c, row, "procedures["+at.ID+"]", s)
		p.page.mark(lineOf(row), lineOf(row), placed)
	}
}

// ownRules reads the table of escalation.
func (w *walker) ownRules(p *part, t *markdown.Block) {
	c := newColumns(t)
	category, core, extended := c.find("category~"), c.find("core response team~"), c.find("extended response team~")
	severity, also, when := c.find("severity~"), c.find("also~"), c.find("when~")
	for _, row := range t.Rows {
		about := text(row, category)
		rule := plan.EscalationRule{
			Categories: all(text(row, category)), Severities: all(text(row, severity)), Who: list(text(row, also)),
			Core: w.moment(p, row, about, t.Header, core), Extended: w.moment(p, row, about, t.Header, extended), When: w.moment(p, row, about, t.Header, when),
		}
		w.rest(p, c, row, "escalation", &rule)
		w.plan.Escalation.Rules = append(w.plan.Escalation.Rules, rule)
		p.page.mark(lineOf(row), lineOf(row), placed)
	}
}
