package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sort"

	"go.yaml.in/yaml/v4"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// readProgram reads the last section of a document that Markdown wrote.
func (w *walker) readProgram(p *part, b *markdown.Block) int {
	var n yaml.Node
	missing := map[string]any{}
	if err := yaml.Unmarshal([]byte(b.Text), &n); err != nil || aliased(&n, 0) || n.Decode(&missing) != nil {
		w.warn(p, b.From, "this is no YAML of a plan", "take it out, or put back what stood there; it is kept as a note")
		w.keep(p, b.From, b.To)
		return 1
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
