package document

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// Markdown writes a plan for people, in the form that Import reads: seven sections with tables of issues, response steps,
// escalation, the two teams, communications and decisions, then what those tables cannot hold. What neither tables nor
// lists can carry stands in a last section as YAML, so that Import gives the same plan again, with the same hash. Outside of
// that are the files that the plan names (their bytes are part of its hash, not of the document), the comments of its YAML
// files, and all that is left out of a public rendering.
func Markdown(p *plan.Plan, o RenderOptions) []byte {
	if p == nil {
		p = &plan.Plan{}
	}
	if o.Public {
		p = Public(p)
	}
	text := write(p)
	got, err := read([]File{{Name: "plan.md", Text: text}}, ImportOptions{})
	if err != nil {
		return text // longer than any document that Import reads, or with characters that no plan has
	}
	return append(text, remainder(got.plan, p)...)
}

// renderer writes one plan.
type renderer struct {
	out   bytes.Buffer
	plan  *plan.Plan
	index *builder // the names of the plan, as Import will know them
	words map[string]string
}

func write(p *plan.Plan) []byte {
	r := &renderer{plan: p, index: indexOf(p), words: map[string]string{}}
	fmt.Fprintf(&r.out, "---\ntocsin: %d\nprotocol: %s\n---\n\n# %s%s\n\n", plan.Format, p.Protocol, escape(markdown.Flat(p.Name)), titleTail)
	top := reflect.ValueOf(p).Elem()
	var skip []string
	for _, k := range keysOf(top.Type()) {
		if f := top.Field(k.index); slices.Contains([]string{"tocsin", "protocol", "name", "shared"}, k.name) ||
			f.Kind() == reflect.Slice || f.Kind() == reflect.Struct && f.Type() != reflect.TypeFor[plan.Date]() {
			skip = append(skip, k.name)
		}
	}
	at := r.out.Len()
	r.sheet("", top, skip, "")
	if r.out.Len() > at {
		r.out.WriteString("\n")
	}
	r.notes("")
	for _, f := range forms() {
		r.section(f, top)
	}
	return r.out.Bytes()
}

// titleTail stands behind the protocol's name in the title.
const titleTail = ": emergency response plan"

// section writes a section of the plan, if it says anything.
func (r *renderer) section(f form, top reflect.Value) {
	var v reflect.Value
	for _, k := range keysOf(top.Type()) {
		if k.name == f.section {
			v = top.Field(k.index)
		}
	}
	if v.IsZero() && !slices.ContainsFunc(r.plan.Notes, func(n plan.Note) bool { return n.About == f.section }) {
		return
	}
	fmt.Fprintf(&r.out, "## %s\n\n", f.heading)
	switch f.section {
	case "procedures":
		r.procedures()
	case "escalation":
		r.escalation()
	case "exercises":
		r.exercises()
	default:
		if v.Kind() == reflect.Struct {
			r.sheet("", v, nil, "")
			r.out.WriteString("\n")
			r.notes(f.section)
			return
		}
		r.list(f, v)
	}
}

// list writes the things of a section: a table, then a sheet for each of what the table has no column for.
func (r *renderer) list(f form, v reflect.Value) {
	if v.Len() == 0 {
		r.notes(f.section)
		return
	}
	columns := r.columns(f, v)
	var header, line []string
	for _, c := range columns {
		header, line = append(header, c.header), append(line, ":---")
	}
	fmt.Fprintf(&r.out, "| %s |\n| %s |\n", strings.Join(header, " | "), strings.Join(line, " | "))
	for i := range v.Len() {
		var cells []string
		for _, c := range columns {
			cells = append(cells, r.cell(c, v.Index(i)))
		}
		fmt.Fprintf(&r.out, "| %s |\n", strings.Join(cells, " | "))
	}
	r.out.WriteString("\n")
	r.notes(f.section)
	var told []string
	for _, c := range columns {
		if c.key != "detection" {
			told = append(told, c.key)
		}
	}
	for i := range v.Len() {
		e := v.Index(i)
		skip := slices.Concat(told, []string{"name", "id"})
		switch x := e.Interface().(type) {
		case plan.Issue:
			if plainSigns(x.Detection.Manual) {
				skip = append(skip, "detection")
			}
		case plan.Communication:
			skip = append(skip, "also")
		}
		about := fmt.Sprintf("%s[%s]", f.section, idOf(e))
		r.thing(3, e, skip, about)
	}
}

// thing writes the sheet of a thing under its name, if there is anything left to say of it.
func (r *renderer) thing(level int, e reflect.Value, skip []string, about string) {
	before := r.out.Len()
	fmt.Fprintf(&r.out, "%s %s\n\n", strings.Repeat("#", level), escape(markdown.Flat(e.FieldByName("Name").String())))
	begun := r.out.Len()
	if e.Type() == reflect.TypeFor[plan.Issue]() && !slices.Contains(skip, "detection") {
		manual := e.FieldByName("Detection").FieldByName("Manual")
		r.out.WriteString("- " + lookedFor + "\n")
		r.nested("  ", manual, key{name: "manual"}, "")
		skip = append(skip, "detection")
	}
	r.sheet("", e, skip, "")
	if r.out.Len() > begun {
		r.out.WriteString("\n")
	}
	r.notes(about)
	if r.out.Len() == begun {
		r.out.Truncate(before)
	}
}

// plainSigns reports whether the table tells all about signs that people look for.
func plainSigns(signs []plan.ManualSign) bool {
	for _, s := range signs {
		if s != (plan.ManualSign{What: s.What}) || strings.Contains(s.What, "\n") {
			return false
		}
	}
	return true
}

// idOf is the id of a thing, empty if it has none that is a text.
func idOf(e reflect.Value) string {
	if id := e.FieldByName("ID"); id.IsValid() && id.Kind() == reflect.String {
		return id.String()
	}
	return ""
}

// notes writes what the plan notes about a section or thing, where Import will find it so again; else it stands in the
// last section.
func (r *renderer) notes(about string) {
	for _, n := range r.plan.Notes {
		if n.About == about && readsBack(n) {
			fmt.Fprintf(&r.out, "%s\n\n", n.Text)
			return
		}
	}
}

// readsBack reports whether a note that stands in its section is read as the note it is, and as nothing else.
func readsBack(n plan.Note) bool {
	heading, about := "", ""
	for _, f := range forms() {
		if n.About == f.section {
			heading, about = "## "+f.heading+"\n\n", n.About
		}
	}
	text := fmt.Sprintf("---\ntocsin: 1\nprotocol: tbd\n---\n\n# TBD%s\n\n%s%s\n\n## Categories of issues\n", titleTail, heading, n.Text)
	got, err := read([]File{{Name: "plan.md", Text: []byte(text)}}, ImportOptions{})
	if err != nil {
		return false
	}
	alone := plan.Plan{Tocsin: plan.Format, Protocol: "tbd", Name: plan.TBD, Notes: []plan.Note{{About: about, Text: n.Text}}}
	return got.plan.Hash() == alone.Hash()
}

// name writes a reference by the name of what it means, where Import finds it by that; else by its id.
func (r *renderer) name(id string, kinds []string, siblings string) string {
	memo := siblings + "\x00" + strings.Join(kinds, "|") + "\x00" + id
	if s, ok := r.words[memo]; ok {
		return s
	}
	s := id
	for _, kind := range kinds {
		n := r.index.nameOf(kind, id, siblings)
		if n != "" && !plan.Open(n) && len(list(n)) == 1 && list(n)[0] == n && r.index.lookup(n, kinds, siblings) == id {
			s = n
			break
		}
	}
	r.words[memo] = s
	return s
}

func (r *renderer) names(ids, kinds []string, siblings string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = r.name(id, kinds, siblings)
	}
	return names
}
