package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

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
