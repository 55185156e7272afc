package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v4"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// programHeading stands over what only the program reads.
const programHeading = "For the program"

// remainder writes what a plan has and the one that was read from its tables and lists has not, as the document's last
// section; nothing if they are the same.
func remainder(got, want *plan.Plan) []byte {
	missing, differ := difference(tree(got), tree(want))
	if !differ {
		return nil
	}
	var w bytes.Buffer
	enc := yaml.NewEncoder(&w)
	enc.SetIndent(2)
	if err := enc.Encode(missing); err != nil {
		return nil
	}
	_ = enc.Close()
	fence := "```"
	for strings.Contains(w.String(), fence) {
		fence += "`"
	}
	return fmt.Appendf(nil, "## %s\n\nWhat the tables and lists above cannot carry, so that nothing of the plan is lost.\n\n%syaml\n%s%s\n", programHeading, fence, w.String(), fence)
}

// tree is the canonical form of a plan as maps, lists and scalars.
func tree(p *plan.Plan) map[string]any {
	t := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(p.Canonical()))
	d.UseNumber()
	_ = d.Decode(&t) // canonical JSON always decodes
	delete(t, "attachments")
	return numbers(t).(map[string]any)
}

// numbers makes the numbers of a tree ones that YAML writes as numbers.
func numbers(x any) any {
	switch x := x.(type) {
	case map[string]any:
		for k, v := range x {
			x[k] = numbers(v)
		}
	case []any:
		for i, v := range x {
			x[i] = numbers(v)
		}
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return n
		}
		f, _ := x.Float64()
		return f
	}
	return x
}

// difference is what turns one tree into another: keys to set, null for keys to take out. Things of a list go by what
// tells them apart; where their order differs, all are named.
func difference(got, want map[string]any) (map[string]any, bool) {
	d := map[string]any{}
	for key, w := range want {
		g, has := got[key]
		if !has {
			d[key] = w
			continue
		}
		if x, differ := differenceOf(g, w); differ {
			d[key] = x
		}
	}
	for key := range got {
		if _, has := want[key]; !has {
			d[key] = nil
		}
	}
	return d, len(d) > 0
}

func differenceOf(got, want any) (any, bool) {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			return difference(g, w)
		}
	case []any:
		if g, ok := got.([]any); ok {
			return listDifference(g, w)
		}
	default:
		return want, fmt.Sprint(got) != fmt.Sprint(want)
	}
	return want, true
}

func listDifference(got, want []any) (any, bool) {
	by := identity(got, want)
	if by == "" {
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		return want, !bytes.Equal(a, b)
	}
	have := map[string]map[string]any{}
	var before, after []string
	for _, g := range got {
		m := g.(map[string]any)
		have[fmt.Sprint(m[by])] = m
		before = append(before, fmt.Sprint(m[by]))
	}
	var d []any
	wanted := map[string]bool{}
	for _, w := range want {
		m := w.(map[string]any)
		id := fmt.Sprint(m[by])
		wanted[id] = true
		after = append(after, id)
		g, has := have[id]
		if !has {
			d = append(d, m)
			continue
		}
		if x, differ := difference(g, m); differ {
			x[by] = m[by]
			d = append(d, x)
		}
	}
	stays := func(id string) bool { return wanted[id] }
	kept := slices.DeleteFunc(slices.Clone(before), func(id string) bool { return !stays(id) })
	for _, id := range before {
		if !stays(id) {
			d = append(d, map[string]any{by: have[id][by], "remove": true})
		}
	}
	added := slices.DeleteFunc(slices.Clone(after), func(id string) bool { return have[id] != nil })
	if !slices.Equal(slices.Concat(kept, added), after) {
		d = append(d, map[string]any{"order": after})
	}
	return d, len(d) > 0
}

// identity is the key by which the things of two lists are told apart: their id, or of notes what they are about; empty if
// there is none.
func identity(lists ...[]any) string {
	for _, by := range []string{"id", "about"} {
		fits := true
		for _, l := range lists {
			seen := map[string]bool{}
			for _, e := range l {
				m, ok := e.(map[string]any)
				if !ok {
					return ""
				}
				id := fmt.Sprint(m[by])
				_, has := m[by]
				_, text := m["text"]
				if by == "id" && !has || by == "about" && !text && m["remove"] != true || seen[id] {
					fits = false
				}
				seen[id] = true
			}
		}
		if fits {
			return by
		}
	}
	return ""
}

// readProgram reads the last section of a document that Markdown wrote.
func (w *walker) readProgram(p *part, b *markdown.Block) int {
	var n yaml.Node
	missing := map[string]any{}
	if err := yaml.Unmarshal([]byte(b.Text), &n); err != nil || aliased(&n, 0) || n.Decode(&missing) != nil {
		w.warn(p, b.From, "this is no YAML of a plan", "take it out, or put back what stood there; it is kept as a note")
		return 0
	}
	p.page.mark(b.From, b.To, placed)
	line := b.From
	w.overlays = append(w.overlays, func() {
		if err := w.apply(missing); err != nil {
			w.warn(p, line, fmt.Sprintf("the last section cannot be joined with the tables: %v", err), "write it as the plan's schema says; it is kept as a note")
			w.note("", b.Text, "\n\n")
		}
	})
	return 1
}

// aliased reports whether a YAML text repeats parts of itself, or nests deeper than any plan.
func aliased(n *yaml.Node, depth int) bool {
	if n.Kind == yaml.AliasNode || depth > 100 {
		return true
	}
	return slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return aliased(c, depth+1) })
}

// apply joins what the last section says with what the tables and lists gave.
func (b *builder) apply(missing map[string]any) error {
	t := tree(b.plan)
	join(t, missing)
	text, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	joined := &plan.Plan{}
	if err := d.Decode(joined); err != nil {
		return fmt.Errorf("join: %w", err)
	}
	*b.plan = *joined
	return nil
}

// join is the inverse of difference.
func join(t, d map[string]any) {
	for key, x := range d {
		switch x := x.(type) {
		case nil:
			delete(t, key)
		case map[string]any:
			if in, ok := t[key].(map[string]any); ok {
				join(in, x)
				continue
			}
			t[key] = x
		case []any:
			if in, ok := t[key].([]any); ok {
				t[key] = joinList(in, x)
				continue
			}
			t[key] = x
		default:
			t[key] = x
		}
	}
}

func joinList(in, d []any) []any {
	var order []any
	var things []any
	for _, e := range d {
		m, ok := e.(map[string]any)
		if ok && len(m) == 1 && m["order"] != nil {
			order, _ = m["order"].([]any)
			continue
		}
		things = append(things, e)
	}
	by := identity(in, things)
	if by == "" {
		return things
	}
	at := map[string]int{}
	out := slices.Clone(in)
	for i, e := range out {
		at[fmt.Sprint(e.(map[string]any)[by])] = i
	}
	gone := map[int]bool{}
	for _, e := range things {
		m := e.(map[string]any)
		i, has := at[fmt.Sprint(m[by])]
		switch {
		case m["remove"] == true:
			if has {
				gone[i] = true
			}
		case has:
			join(out[i].(map[string]any), m)
		default:
			out = append(out, m)
		}
	}
	var rest []any
	for i, e := range out {
		if !gone[i] {
			rest = append(rest, e)
		}
	}
	if order != nil {
		turn := map[string]int{}
		for i, id := range order {
			turn[fmt.Sprint(id)] = i + 1
		}
		sort.SliceStable(rest, func(i, j int) bool {
			a, b := turn[fmt.Sprint(rest[i].(map[string]any)[by])], turn[fmt.Sprint(rest[j].(map[string]any)[by])]
			return a != 0 && (b == 0 || a < b)
		})
	}
	return rest
}
