package plan

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
)

// document is one file of a plan as Write splits it: its name, what stands above it, and the keys it holds, in order.
type document struct {
	name    string
	heading string
	keys    []string
}

// documents is how Write splits a plan, in the order in which people read it. Every key of the plan has its place here.
var documents = []document{
	{"plan", "What this plan is for, and the words it uses.", []string{
		"tocsin", "protocol", "name", "version", "owner", "reviewed", "tested", "scope", "chains", "severities", "categories", "retention",
	}},
	{"assets", "What we protect, and what we need for it.", []string{"assets"}},
	{"issues", "What could go wrong, and how we notice.", []string{"issues"}},
	{"detectors", "What the machines look at.", []string{"detectors"}},
	{"procedures", "What to do, step by step.", []string{"procedures"}},
	{"escalation", "Who is told when.", []string{"escalation"}},
	{"team", "Who we are, and how to reach us.", []string{"core_team", "extended_team", "groups", "rotas", "roles", "unlisted", "contacts"}},
	{"communications", "Who hears what from us, and how often.", []string{"communications", "channels"}},
	{"decisions", "What must be agreed, by whom, and what it sets in motion.", []string{"decisions", "actions"}},
	{"exercises", "How we stay ready.", []string{"exercises"}},
	{"notes", "What belongs to the plan and has no place of its own in it.", []string{"notes"}},
}

// What Write puts into one file before it begins another, well below what Load reads.
const (
	largestPart = maxFile / 4
	mostPart    = maxMarks / 2
)

// Write writes a plan as the YAML files of a fresh folder, by name: one file for each part of the plan that says
// something, as a person would have written it. Each begins with a line that names the schema for editors, unless schema
// (a path or URL) is empty. Files too large to read are split: "issues-01.yaml", "issues-02.yaml".
//
// Loading the files gives a plan of the same hash, as long as the files that the plan names stand beside them. What no
// plan may hold is not written: control characters become spaces, line ends one kind, line ends behind a text nothing. A
// plan that shares folders with others is written whole, without them.
func Write(p *Plan, schema string) map[string][]byte {
	files := map[string][]byte{}
	if p == nil {
		return files
	}
	for _, d := range documents {
		parts := d.parts(reflect.ValueOf(p).Elem())
		for i, part := range parts {
			name := d.name + ".yaml"
			if len(parts) > 1 {
				name = fmt.Sprintf("%s-%0*d.yaml", d.name, max(2, len(fmt.Sprint(len(parts)))), i+1)
			}
			files[name] = append(d.head(schema), part...)
		}
	}
	return files
}

// head is what stands above a file.
func (d document) head(schema string) []byte {
	var b bytes.Buffer
	if schema != "" {
		fmt.Fprintf(&b, "# yaml-language-server: $schema=%s\n#\n", oneLine(schema))
	}
	fmt.Fprintf(&b, "# %s\n", d.heading)
	return b.Bytes()
}

// parts writes the keys of a document, over as many files as it takes.
func (d document) parts(plan reflect.Value) [][]byte {
	known := fields(plan.Type())
	var parts [][]byte
	var part []byte
	held := 0        // marks in the part
	section := false // whether the last key written was a section, which is set off by a blank line
	for _, key := range d.keys {
		f, _ := fieldOf(known, key)
		v := plan.Field(f.index)
		if !says(v) {
			continue
		}
		block := v.Kind() == reflect.Struct && !isText(v) || v.Kind() == reflect.Slice
		if len(part) > 0 && (block || section) {
			part = append(part, '\n')
		}
		section = block
		if v.Kind() != reflect.Slice || v.Type().Elem().Kind() != reflect.Struct {
			part = appendPair(part, 0, f, v)
			continue
		}
		open := false // whether the key of the list stands in this part
		items := itemsOf(listStep, v)
		spaced := spacious(items)
		for _, item := range items {
			if open && (len(part)+len(item) > largestPart || held+marks(item) > mostPart) {
				parts, part, open, held = append(parts, part), nil, false, 0
			}
			held += marks(item)
			switch {
			case !open:
				part = append(append(part, key...), ":\n"...)
				open = true
			case spaced:
				part = append(part, '\n')
			}
			part = append(part, item...)
		}
	}
	if len(part) > 0 {
		parts = append(parts, part)
	}
	return parts
}

// documentOf finds the document in which Write puts a key of the plan.
func documentOf(key string) document {
	i := slices.IndexFunc(documents, func(d document) bool { return slices.Contains(d.keys, key) })
	return documents[max(0, i)]
}
