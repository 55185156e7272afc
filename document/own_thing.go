package document

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

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
