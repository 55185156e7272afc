package document

import (
	"fmt"
	"reflect"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// procedures writes the table of response steps, and below it each procedure step by step where there is more to say.
func (r *renderer) procedures() {
	ids, stepIDs := false, false
	for i := range r.plan.Procedures {
		p := &r.plan.Procedures[i]
		ids = ids || p.ID != slug("procedures", p.Name)
		for j := range p.Steps {
			stepIDs = stepIDs || p.Steps[j].ID != slug(p.ID+"/", p.Steps[j].Name)
		}
	}
	header := []string{"Issue", "Response Steps", "Details"}
	if stepIDs {
		header = append(header, "Id")
	}
	if ids {
		header = append(header, "Procedure Id")
	}
	fmt.Fprintf(&r.out, "| %s |\n|%s\n", strings.Join(header, " | "), strings.Repeat(" :--- |", len(header)))
	for i := range r.plan.Procedures {
		p := &r.plan.Procedures[i]
		for j := range p.Steps {
			s := &p.Steps[j]
			cells := []string{"", escape(s.Name), escape(s.How)}
			if j == 0 {
				cells[0] = escape(p.Name)
			}
			if stepIDs {
				cells = append(cells, s.ID)
			}
			if ids && j == 0 {
				cells = append(cells, p.ID)
			} else if ids {
				cells = append(cells, "")
			}
			for n := range cells {
				cells[n] = cell(cells[n])
			}
			fmt.Fprintf(&r.out, "| %s |\n", strings.Join(cells, " | "))
		}
	}
	r.out.WriteString("\n")
	r.notes("procedures")
	for i := range r.plan.Procedures {
		r.procedure(&r.plan.Procedures[i])
	}
}

// procedure writes what the table cannot say of a procedure and of its steps.
func (r *renderer) procedure(p *plan.Procedure) {
	before := r.out.Len()
	fmt.Fprintf(&r.out, "### %s\n\n", escape(markdown.Flat(p.Name)))
	begun := r.out.Len()
	r.sheet("", reflect.ValueOf(p).Elem(), []string{"id", "name", "steps"}, p.ID+"/")
	if r.out.Len() > begun {
		r.out.WriteString("\n")
	}
	r.notes(fmt.Sprintf("procedures[%s]", p.ID))
	list := r.out.Len()
	more := false
	for j := range p.Steps {
		s := reflect.ValueOf(&p.Steps[j]).Elem()
		mark := fmt.Sprintf("%d. ", j+1)
		fmt.Fprintf(&r.out, "%s%s\n", mark, escape(markdown.Flat(p.Steps[j].Name)))
		at := r.out.Len()
		r.sheet(strings.Repeat(" ", len(mark)), s, []string{"id", "name", "how"}, p.ID+"/")
		more = more || r.out.Len() > at
	}
	if !more {
		r.out.Truncate(list)
	} else {
		r.out.WriteString("\n")
	}
	if r.out.Len() == begun {
		r.out.Truncate(before)
	}
}

// escalation writes who is told when, and how paging goes on.
func (r *renderer) escalation() {
	e := &r.plan.Escalation
	if len(e.Rules) > 0 {
		header := []string{"Category", "Core Response Team", "Extended Response Team"}
		severities, who := false, false
		for _, rule := range e.Rules {
			severities, who = severities || len(rule.Severities) > 0, who || len(rule.Who) > 0 || rule.When != ""
		}
		if severities {
			header = append(header, "Severity")
		}
		if who {
			header = append(header, "Also", "When")
		}
		fmt.Fprintf(&r.out, "| %s |\n|%s\n", strings.Join(header, " | "), strings.Repeat(" :--- |", len(header)))
		anybody := []string{"person", "group", "rota"}
		for _, rule := range e.Rules {
			cells := []string{everyOr(r.names(rule.Categories, []string{"category"}, "")), upon(rule.Core), upon(rule.Extended)}
			if severities {
				cells = append(cells, everyOr(r.names(rule.Severities, []string{"severity"}, "")))
			}
			if who {
				cells = append(cells, strings.Join(r.names(rule.Who, anybody, ""), ", "), upon(rule.When))
			}
			for i := range cells {
				cells[i] = cell(escape(cells[i]))
			}
			fmt.Fprintf(&r.out, "| %s |\n", strings.Join(cells, " | "))
		}
		r.out.WriteString("\n")
	}
	at := r.out.Len()
	r.sheet("", reflect.ValueOf(e).Elem(), []string{"rules"}, "")
	if r.out.Len() > at {
		r.out.WriteString("\n")
	}
	r.notes("escalation")
}

func upon(moment string) string {
	if moment == "" {
		return ""
	}
	return "Upon " + moment
}

func everyOr(names []string) string {
	if len(names) == 0 {
		return "All"
	}
	return strings.Join(names, ", ")
}

// exercises writes how the team stays ready.
func (r *renderer) exercises() {
	e := &r.plan.Exercises
	at := r.out.Len()
	r.sheet("", reflect.ValueOf(e).Elem(), []string{"steps", "scenarios"}, "")
	if r.out.Len() > at {
		r.out.WriteString("\n")
	}
	r.notes("exercises")
	if len(e.Steps) > 0 {
		r.out.WriteString("### How a session is run\n\n")
		for i, s := range e.Steps {
			mark := fmt.Sprintf("%d. ", i+1)
			fmt.Fprintf(&r.out, "%s%s\n", mark, strings.ReplaceAll(escape(s), "\n", "\\\n"+strings.Repeat(" ", len(mark))))
		}
		r.out.WriteString("\n")
	}
	for i := range e.Scenarios {
		s := reflect.ValueOf(&e.Scenarios[i]).Elem()
		fmt.Fprintf(&r.out, "### Scenario: %s\n\n", escape(markdown.Flat(e.Scenarios[i].Name)))
		skip := []string{"name"}
		if e.Scenarios[i].ID == slug("scenarios", e.Scenarios[i].Name) {
			skip = append(skip, "id")
		}
		r.sheet("", s, skip, "")
		r.out.WriteString("\n")
		r.notes(fmt.Sprintf("exercises.scenarios[%s]", e.Scenarios[i].ID))
	}
}
