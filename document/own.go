package document

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// ownMark begins a document that Markdown wrote.
var ownMark = regexp.MustCompile(`(?m)^tocsin: [0-9]+$`)

// readOwnHead reads what Markdown writes above all else; the document is then read as what Markdown wrote.
func readOwnHead(w *walker, p *part, i int) int {
	b := &p.blocks[i]
	if b.Kind != markdown.FrontMatter || !ownMark.MatchString(b.Text) {
		return 0
	}
	for _, line := range strings.Split(b.Text, "\n") {
		if id, ok := strings.CutPrefix(line, "protocol: "); ok {
			w.plan.Protocol = strings.TrimSpace(id)
		}
	}
	if len(p.parts) > 0 && p.parts[0].level == 1 {
		if name, ok := strings.CutSuffix(p.parts[0].heading.Text, titleTail); ok && w.plan.Name == "" {
			w.plan.Name = strings.TrimSpace(name)
		}
	}
	p.page.mark(b.From, b.To, placed)
	return 1
}

// ownPage reports whether a document is of the form that Markdown writes.
func ownPage(p *page) bool {
	return len(p.root.blocks) > 0 && p.root.blocks[0].Kind == markdown.FrontMatter && ownMark.MatchString(p.root.blocks[0].Text)
}

// readOwn reads a document that Markdown wrote: nothing in it needs to be guessed.
func readOwn(w *walker, p *part, i int) int {
	if !p.page.own {
		return 0
	}
	b := &p.blocks[i]
	f, formed := formHeaded(p.title)
	switch {
	case b.Kind == markdown.FrontMatter:
		return readOwnHead(w, p, i)
	case p.section == "program" && b.Kind == markdown.Paragraph:
		w.placeBlocks(p, i, 1) // it explains the section
		return 1
	case p.section == "program" && b.Kind == markdown.Code:
		return w.readProgram(p, b)
	case b.Kind == markdown.Table && formed && p.level == 2:
		return w.ownTable(p, b, f)
	case b.Kind == markdown.Item && p.level == 1:
		return w.ownSheet(p, i, reflect.ValueOf(w.plan).Elem())
	case b.Kind == markdown.Item && p.level == 2 && formed && len(f.columns) == 0 && f.section != "procedures":
		return w.ownSheet(p, i, reflect.ValueOf(w.plan).Elem().FieldByNameFunc(func(n string) bool { return strings.EqualFold(n, f.section) }))
	case b.Kind == markdown.Item && p.level == 3 && p.up.section == "exercises" && p.title == sessionTitle:
		steps, n := twigs(p, i)
		for _, s := range steps {
			w.plan.Exercises.Steps = append(w.plan.Exercises.Steps, s.text)
		}
		w.placeBlocks(p, i, n)
		return n
	case b.Kind == markdown.Item && p.level == 3:
		return w.ownThing(p, i)
	}
	return 0
}

const (
	sessionTitle   = "How a session is run"
	scenarioBefore = "Scenario: "
)

// placeBlocks accounts for blocks whose content stands in the plan.
func (w *walker) placeBlocks(p *part, i, n int) {
	for _, b := range p.blocks[i : i+n] {
		p.page.mark(b.From, b.To, placed)
	}
}

// ownSheet reads a list of keys into a struct of the plan.
func (w *walker) ownSheet(p *part, i int, v reflect.Value) int {
	sheet, n := twigs(p, i)
	if n == 0 || !v.IsValid() {
		return 0
	}
	known := 0
	for _, t := range sheet {
		label, _, _ := strings.Cut(t.text, ":")
		if _, ok := keyLabelled(v.Type(), label); ok {
			known++
		}
	}
	if known == 0 {
		return 0 // a list that somebody wrote
	}
	w.strange(p, fill(v, sheet))
	w.placeBlocks(p, i, n)
	return n
}

// strange keeps the items of a sheet that are none of its keys.
func (w *walker) strange(p *part, items []*twig) {
	for _, t := range items {
		w.keep(p, t.line, t.last)
		w.warn(p, t.line, "“"+clip(t.text)+"” is nothing that the plan has a key for here", "write it as a key of the plan's schema; it is kept as a note")
	}
}

// ownTable reads the table of a section.
func (w *walker) ownTable(p *part, t *markdown.Block, f form) int {
	p.page.mark(t.From, t.From+1, placed)
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
		w.plan.Escalation.Rules = append(w.plan.Escalation.Rules, plan.EscalationRule{
			Categories: all(text(row, category)), Severities: all(text(row, severity)), Who: list(text(row, also)),
			Core: w.moment(p, row, about, t.Header, core), Extended: w.moment(p, row, about, t.Header, extended), When: w.moment(p, row, about, t.Header, when),
		})
		p.page.mark(lineOf(row), lineOf(row), placed)
	}
}

// ownHead finds the thing that a heading below a section names, or the scenario it begins. Of several of the same name it is
// the one whose turn it is.
func (w *walker) ownHead(p *part) {
	if p.level != 3 || p.up.level != 2 {
		return
	}
	name := p.heading.Text
	if p.up.section == "exercises" {
		if name, ok := strings.CutPrefix(name, scenarioBefore); ok {
			w.plan.Exercises.Scenarios = append(w.plan.Exercises.Scenarios, plan.Scenario{Name: name})
			p.thing = len(w.plan.Exercises.Scenarios)
			p.own = true
		}
		p.own = p.own || name == sessionTitle
		return
	}
	list, ok := w.sectionList(p.up.section)
	for i := 0; ok && i < list.Len(); i++ {
		e := list.Index(i)
		about := fmt.Sprintf("%s[%s]", p.up.section, idOf(e))
		if markdown.Flat(e.FieldByName("Name").String()) == name && !w.told[about] {
			w.told[about] = true
			p.about, p.own, p.thing = about, true, i+1
			return
		}
	}
}

// sectionList is the list of a section's things.
func (b *builder) sectionList(section string) (reflect.Value, bool) {
	top := reflect.ValueOf(b.plan).Elem()
	k, ok := keyNamed(top.Type(), section)
	if !ok {
		return reflect.Value{}, false
	}
	list := top.Field(k.index)
	return list, list.Kind() == reflect.Slice && list.Type().Elem().Kind() == reflect.Struct
}

// ownThing reads the sheet of a thing below the table of its section.
func (w *walker) ownThing(p *part, i int) int {
	if p.thing == 0 {
		return 0
	}
	if p.up.section == "exercises" {
		return w.ownScenario(p, i, &w.plan.Exercises.Scenarios[p.thing-1])
	}
	list, _ := w.sectionList(p.up.section)
	e := list.Index(p.thing - 1)
	sheet, n := twigs(p, i)
	switch x := e.Addr().Interface().(type) {
	case *plan.Procedure:
		if p.blocks[i].Ordered {
			w.ownStepSheets(p, x, sheet)
			w.placeBlocks(p, i, n)
			return n
		}
	case *plan.Issue:
		for j, t := range sheet {
			if t.text == lookedFor {
				w.strange(p, fillNested(reflect.ValueOf(&x.Detection.Manual).Elem(), t))
				w.strange(p, fill(e, slices.Concat(sheet[:j], sheet[j+1:])))
				w.placeBlocks(p, i, n)
				return n
			}
		}
	}
	return w.ownSheet(p, i, e)
}

// lookedFor stands over the signs that people look for, where there is more to say of them than the table does.
const lookedFor = "Looked for by people:"

// ownStepSheets reads what a numbered list says of the steps of a procedure, in the order of the table.
func (w *walker) ownStepSheets(p *part, r *plan.Procedure, steps []*twig) {
	for j, t := range steps {
		if j < len(r.Steps) && markdown.Flat(r.Steps[j].Name) == markdown.Flat(t.text) {
			w.strange(p, fill(reflect.ValueOf(&r.Steps[j]).Elem(), t.own))
			continue
		}
		w.strange(p, []*twig{t})
	}
}

// ownScenario reads the sheet of a scenario.
func (w *walker) ownScenario(p *part, i int, s *plan.Scenario) int {
	sheet, n := twigs(p, i)
	w.strange(p, fill(reflect.ValueOf(s).Elem(), sheet))
	w.placeBlocks(p, i, n)
	return n
}

// nameScenarios gives the scenarios of a document that Markdown wrote their ids.
func (w *walker) nameScenarios() {
	for i := range w.plan.Exercises.Scenarios {
		if s := &w.plan.Exercises.Scenarios[i]; !w.ids["scenarios"][s.ID] {
			s.ID = w.take("scenarios", s.Name, orSlug("scenarios", s.Name, s.ID))
		}
	}
}

// ownSection finds the section of a heading in a document that Markdown wrote.
func ownSection(p *part) string {
	if p.level != 2 {
		return ""
	}
	if p.title == programHeading {
		return "program"
	}
	f, _ := formHeaded(p.title)
	return f.section
}
