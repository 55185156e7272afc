package document

import (
	"reflect"
	"slices"
	"strings"

	"tocsin/plan"
)

// form is how Markdown writes a section of the plan: its heading and, where it has one, its table. Import reads the same
// form back.
type form struct {
	section string
	heading string
	columns []column // the leading columns, always there; the first names the thing
	table   bool     // what further keys a table can hold stand in columns, else below it
}

// column is a column of a table and the key of the thing that it holds. A cell that holds more than one key, or less than
// a whole one, says how it is written and read.
type column struct {
	header string
	key    string
	write  func(r *renderer, v reflect.Value) string
	read   func(w *walker, v reflect.Value, text string)
}

// forms lists the sections in the order in which people read them.
func forms() []form {
	return []form{
		{section: "scope", heading: "What counts as an incident"},
		{section: "issues", heading: "1. Potential issues", columns: []column{
			{header: "Category", key: "category"},
			{header: "Issue", key: "name"},
			{header: "Detection", key: "detection", write: writeDetection, read: readDetection},
		}},
		{section: "procedures", heading: "2. Response procedures"},
		{section: "escalation", heading: "3. Escalation process"},
		{section: "core_team", heading: "4. Core response team", table: true, columns: slices.Concat(
			[]column{{header: "Name", key: "name"}, {header: "Categories", key: "categories"}}, contactCells)},
		{section: "extended_team", heading: "5. Extended response team", table: true, columns: slices.Concat(
			[]column{{header: "Name", key: "name"}, {header: "Role", key: "title"}}, contactCells)},
		{section: "communications", heading: "6. Communications process", table: true, columns: []column{
			{header: "Communication", key: "name"},
			{header: "Timing", key: "timing"},
			{header: "Channel", key: "channel", write: writeChannels, read: readChannels},
			{header: "Responsibility", key: "responsible"},
		}},
		{section: "decisions", heading: "7. Decision process", columns: []column{
			{header: "Decision", key: "name"},
			{header: "Required Approvers", key: "required"},
			{header: "Additional Approvers", key: "additional", write: writeAdditional, read: readAdditional},
		}},
		{section: "exercises", heading: "Live exercises"},
		{section: "severities", heading: "Severities", table: true, columns: []column{{header: "Severity", key: "name"}}},
		{section: "categories", heading: "Categories of issues", table: true, columns: []column{{header: "Category", key: "name"}}},
		{section: "roles", heading: "Roles", columns: []column{{header: "Role", key: "name"}, {header: "Holders", key: "holders"}}},
		{section: "groups", heading: "Groups", table: true, columns: []column{{header: "Group", key: "name"}}},
		{section: "rotas", heading: "On-call rotas", table: true, columns: []column{{header: "Rota", key: "name"}}},
		{section: "unlisted", heading: "People on no list yet", table: true, columns: []column{{header: "Name", key: "name"}}},
		{section: "channels", heading: "Channels", table: true, columns: []column{{header: "Channel", key: "name"}, {header: "Kind", key: "kind"}}},
		{section: "actions", heading: "Actions of the program", columns: []column{{header: "Action", key: "name"}, {header: "Kind", key: "kind"}}},
		{section: "detectors", heading: "Detectors", columns: []column{{header: "Detector", key: "name"}, {header: "Kind", key: "kind"}, {header: "Mode", key: "mode"}}},
		{section: "chains", heading: "Chains", table: true, columns: []column{{header: "Chain", key: "name"}, {header: "Id", key: "id"}}},
		{section: "assets", heading: "Assets", columns: []column{{header: "Asset", key: "name"}, {header: "Kind", key: "kind"}}},
		{section: "contacts", heading: "Sealed contact details"},
	}
}

// formHeaded finds the form of a section by its heading.
func formHeaded(title string) (form, bool) {
	for _, f := range forms() {
		if nameKey(numberless(f.heading)) == nameKey(title) {
			return f, true
		}
	}
	return form{}, false
}

func numberless(heading string) string {
	if n, rest, ok := strings.Cut(heading, ". "); ok && len(n) == 1 {
		return rest
	}
	return heading
}

// contactCells are the columns of how to reach people. A ladder that they cannot tell stands in one of its own.
var contactCells = []column{contactCell("Email", "email"), contactCell("Chat", "chat"), contactCell("Phone", "phone")}

func contactCell(header, kind string) column {
	return column{
		header: header, key: "contact",
		write: func(_ *renderer, v reflect.Value) string {
			for _, c := range v.Interface().(plan.Person).Contact {
				if c.Kind == kind {
					return escape(c.To)
				}
			}
			return ""
		},
		read: func(_ *walker, v reflect.Value, text string) {
			r := v.Addr().Interface().(*plan.Person)
			r.Contact = append(r.Contact, plan.Contact{Kind: kind, To: text})
		},
	}
}

// plainLadder reports whether the three columns tell a ladder whole.
func plainLadder(ladder []plan.Contact) bool {
	last := -1
	for _, c := range ladder {
		at := slices.Index([]string{"email", "chat", "phone"}, c.Kind)
		if at <= last || c.Note != "" || strings.TrimSpace(c.To) != c.To {
			return false
		}
		last = at
	}
	return true
}

// ladderCell writes a whole ladder: "email a@example.com; phone +1 555 (at night)".
func ladderCell(ladder []plan.Contact) string {
	var rungs []string
	for _, c := range ladder {
		rung := c.Kind + " " + c.To
		if c.Note != "" {
			rung += " (" + c.Note + ")"
		}
		rungs = append(rungs, rung)
	}
	return strings.Join(rungs, "; ")
}

func writeDetection(r *renderer, v reflect.Value) string {
	d := v.FieldByName("Detection").Interface().(plan.Detection)
	var signs []string
	for _, id := range d.Detectors {
		signs = append(signs, escape(r.name(id, []string{"detector"}, "")))
	}
	for _, m := range d.Manual {
		signs = append(signs, escape(m.What))
	}
	return strings.Join(signs, "<br>")
}

func readDetection(w *walker, v reflect.Value, text string) {
	d := v.FieldByName("Detection").Addr().Interface().(*plan.Detection)
	id := v.FieldByName("ID").String()
	w.after(func() {
		d = &byID(w.plan.Issues, func(i *plan.Issue) string { return i.ID }, id).Detection
		signs := len(d.Manual) == 0 // else the list below the table has said it better
		for _, sign := range strings.Split(text, "\n") {
			if detector := w.find("detectors", sign); detector != "" {
				d.Detectors = append(d.Detectors, detector)
			} else if sign = strings.TrimSpace(sign); sign != "" && signs {
				d.Manual = append(d.Manual, plan.ManualSign{What: sign})
			}
		}
	})
}

func writeChannels(r *renderer, v reflect.Value) string {
	c := v.Interface().(plan.Communication)
	if c.Channel == "" {
		return ""
	}
	names := []string{r.name(c.Channel, []string{"channel"}, "")}
	for _, also := range c.Also {
		names = append(names, r.name(also, []string{"channel"}, ""))
	}
	return escape(strings.Join(names, ", "))
}

func readChannels(_ *walker, v reflect.Value, text string) {
	c := v.Addr().Interface().(*plan.Communication)
	if names := list(text); len(names) > 0 {
		c.Channel, c.Also = names[0], names[1:]
	}
}

func writeAdditional(r *renderer, v reflect.Value) string {
	a := v.FieldByName("Additional").Interface().(plan.Approvers)
	return escape(strings.Join(r.names(a.Who, []string{"person", "group", "role"}, ""), ", "))
}

func readAdditional(_ *walker, v reflect.Value, text string) {
	v.FieldByName("Additional").Addr().Interface().(*plan.Approvers).Who = list(text)
}
