package document

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

// generator makes plans of all that a plan can hold, with names and texts that Markdown could take for something else.
type generator struct {
	*rand.Rand
	ids map[string][]string // by kind of reference
}

var troublesome = []string{
	"Plain words", "two\nlines", "a | b | c", "# no heading", "- no item", "+ nor this", "1. not a number", "2) nor this", "> no quotation", "``` no fence",
	"*stars* and _lines_ and `marks`", "[a link](https://example.com/x_y_z?a=b&c=d)", "https://example.com/a_(b)_c", "<details>", "<b>bold</b> <br> tags", "&amp; &nbsp; &#65; entities",
	"{{.Name}} {% raw %} {/* x */} {: .class}", "::: danger", "---", "===", "***", "| a |", "colon: here", "Owner: nobody", "a  b   c", "ends with backslash \\", `\*escaped\*`, "~~gone~~", "emoji 🚨 🔥",
	"ünïcödé ßtraße 漢字", "\u202eright to left", "@handle #tag", "TBD", "(how)", "[your name]", "yes", "No", "123", "0x12", "1.5", "2026-11-21", "null", "~", "a, b and c", "x; y / z & w", "CEO or CFO", "All", "Upon detection",
	"hard\n\nparagraphs\n\n- with\n- items", "  leading spaces", "line\n  indented\n\ttabbed", "table:\n| a | b |\n| - | - |\n| 1 | 2 |", "code:\n```\nx\n```", "ends in two spaces  \nnext", "<!-- comment -->", "import x from 'y'", "!!! note", "[ ] task", "[x] done",
	"mail me at a@example.com", "tocsin: 1", "## For the program", "mailto:a@example.com", "trailing #", "50% of $100", `"quoted" and 'single'`, "–", "email a@b.example; phone +1", "Setext\n------", ": definition", "[ref]: https://x.example", "1\\. x", "Step 1: go", "a\\\nb", "Upon validation + 1",
}

func (g *generator) pick(words []string) string { return words[g.IntN(len(words))] }

func (g *generator) text() string {
	if g.IntN(3) == 0 {
		return g.pick(troublesome) + " " + g.pick(troublesome)
	}
	return g.pick(troublesome)
}

// plan makes a plan. What it makes wrong is mended, as an import mends it.
func (g *generator) plan() *plan.Plan {
	p := &plan.Plan{}
	top := reflect.ValueOf(p).Elem()
	g.ids = map[string][]string{}
	kinds := map[string]string{
		"chains": "chain", "assets": "asset", "severities": "severity", "categories": "category", "issues": "issue", "detectors": "detector", "procedures": "procedure",
		"roles": "role", "core_team": "person", "extended_team": "person", "groups": "group", "rotas": "rota", "unlisted": "unlisted", "channels": "channel", "communications": "communication", "decisions": "decision", "actions": "action",
	}
	count := map[string]int{}
	for _, section := range slices.Sorted(maps.Keys(kinds)) {
		kind := kinds[section]
		count[section] = g.IntN(4)
		for i := range count[section] {
			g.ids[kind] = append(g.ids[kind], fmt.Sprintf("%s-%d", strings.ReplaceAll(section, "_", "-"), i))
		}
	}
	for _, r := range g.ids["procedure"] {
		for i := range 2 {
			g.ids["step"] = append(g.ids["step"], fmt.Sprintf("%s/step-%d", r, i))
		}
	}
	g.ids["sibling"] = []string{"step-0", "step-1"}
	g.ids["scenario"] = []string{"scenario-0", "scenario-1"}
	g.ids["address"] = []string{"0x88bC4F6FCb5515C41D03673c039C596FA63952a9"}
	for _, k := range keysOf(top.Type()) {
		if n, ok := count[k.name]; ok {
			list := top.Field(k.index)
			list.Set(reflect.MakeSlice(list.Type(), n, n))
			for i := range n {
				g.thing(list.Index(i), g.ids[kinds[k.name]], i)
			}
			continue
		}
		g.value(top.Field(k.index), k, reflect.StructTag(""), 0)
	}
	for i, id := 0, 0; i < len(p.ExtendedTeam); i, id = i+1, id+1 {
		p.ExtendedTeam[i].ID = fmt.Sprintf("extended-team-%d", i)
	}
	for i := range p.Procedures {
		for j := range p.Procedures[i].Steps {
			p.Procedures[i].Steps[j].ID = fmt.Sprintf("step-%d", j)
		}
	}
	for i := range p.Exercises.Scenarios {
		p.Exercises.Scenarios[i].ID = fmt.Sprintf("scenario-%d", i)
	}
	p.Tocsin, p.Protocol, p.Contacts, p.Shared = plan.Format, "generated", plan.ContactsFile{}, nil
	b := newBuilder()
	b.plan = p
	b.mend()
	return b.plan
}

func (g *generator) thing(v reflect.Value, ids []string, i int) {
	g.value(v, key{}, "", 0)
	if id := v.FieldByName("ID"); id.Kind() == reflect.String {
		id.SetString(ids[min(i, len(ids)-1)])
		if g.IntN(2) == 0 { // an id that follows from the name
			v.FieldByName("Name").SetString(strings.ReplaceAll(id.String(), "-", " "))
		}
	} else {
		id.SetUint(uint64(i + 1))
	}
}

func (g *generator) value(v reflect.Value, k key, tag reflect.StructTag, depth int) {
	demand := tag.Get("plan")
	must := strings.Contains(demand, "required")
	if !must && depth > 0 && g.IntN(5) < 2 {
		return
	}
	switch v.Interface().(type) {
	case plan.Duration:
		v.SetInt(int64(time.Duration(1+g.IntN(5000)) * time.Minute))
		return
	case plan.Date:
		v.Set(reflect.ValueOf(plan.Date{Time: time.Date(2026, 1, 1+g.IntN(300), 0, 0, 0, 0, time.UTC)}))
		return
	case plan.Timing:
		t, _ := plan.ParseTiming(g.pick([]string{"hourly", "daily", "every 4 hours", "open until completion", "validation", "resolution + 2 days"}))
		v.Set(reflect.ValueOf(t))
		return
	case evm.Address:
		v.Set(reflect.ValueOf(evm.Address{1, byte(g.IntN(250) + 1)}))
		return
	case evm.Hash:
		v.Set(reflect.ValueOf(evm.Hash{1, byte(g.IntN(250))}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(g.word(k, demand))
	case reflect.Bool:
		v.SetBool(g.IntN(2) == 0)
	case reflect.Int:
		v.SetInt(int64(g.IntN(20)))
	case reflect.Uint64:
		if len(k.ref) > 0 {
			v.SetUint(uint64(g.IntN(2) + 1))
		} else {
			v.SetUint(uint64(g.IntN(99)))
		}
	case reflect.Float64:
		v.SetFloat(float64(g.IntN(1000)) / 8)
	case reflect.Pointer:
		if depth < 5 {
			v.Set(reflect.New(v.Type().Elem()))
			g.value(v.Elem(), k, `plan:"required"`, depth)
		}
	case reflect.Struct:
		for _, inner := range keysOf(v.Type()) {
			g.value(v.Field(inner.index), inner, v.Type().Field(inner.index).Tag, depth+1)
		}
	case reflect.Slice:
		n := 1 + g.IntN(2)
		if v.Type().Elem() == reflect.TypeFor[plan.Step]() {
			n = 2
		}
		for range n {
			e := reflect.New(v.Type().Elem()).Elem()
			g.value(e, k, reflect.StructTag(string(tag)+` `), depth+1)
			if e.Kind() == reflect.String && e.Len() == 0 {
				e.SetString(g.word(k, demand))
			}
			if e.Kind() != reflect.String || e.Len() > 0 && (len(k.ref) == 0 && len(k.one) == 0 || !contains(v, e.String())) {
				v.Set(reflect.Append(v, e))
			}
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for _, name := range []string{"first", "second_one"} {
			e := reflect.New(v.Type().Elem()).Elem()
			g.value(e, key{}, `plan:"required"`, depth+1)
			v.SetMapIndex(reflect.ValueOf(name), e)
		}
	}
}

func contains(list reflect.Value, s string) bool {
	for i := range list.Len() {
		if list.Index(i).String() == s {
			return true
		}
	}
	return false
}

func (g *generator) word(k key, demand string) string {
	if len(k.one) > 0 {
		return g.pick(k.one)
	}
	if len(k.ref) > 0 {
		if ids := g.ids[g.pick(k.ref)]; len(ids) > 0 {
			return g.pick(ids)
		}
		return ""
	}
	for _, d := range strings.Fields(demand) {
		switch form, _ := strings.CutPrefix(d, "form="); form {
		case "id":
			return "id-" + g.pick([]string{"a", "b", "c", "d", "e", "f", "g"})
		case "zone":
			return "Europe/Vienna"
		case "clock":
			return "09:00"
		case "url":
			return "https://example.com/a_b?c=d&e=*f*"
		case "decimal":
			return "1000000000000000000000"
		case "depth":
			return "safe"
		case "env":
			return "HOOK_SECRET"
		case "file":
			return "abi/vault.json"
		case "abi":
			return "function f(uint256[] a, address b) view returns (bool)"
		case "signature":
			return "f(uint256[] a)"
		case "function":
			return "f"
		case "event":
			return "Moved(address indexed from, uint256 value)"
		}
	}
	return g.text()
}

// Whatever a plan holds comes back from its rendering: the same plan, with the same hash.
func TestGeneratedPlansComeBack(t *testing.T) {
	things, keys := 0, map[string]bool{}
	for seed := range uint64(60) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 7))}
		p := g.plan()
		if _, _, err := plan.Load(folder(plan.Write(p, ""))); err != nil {
			t.Fatalf("the generated plan is none: %v", err)
		}
		same(t, p)
		things += len(p.Issues) + len(p.Procedures) + len(p.Decisions) + len(p.CoreTeam) + len(p.Detectors)
		for k := range tree(p) {
			keys[k] = true
		}
	}
	if things < 200 || len(keys) < 24 {
		t.Errorf("the generated plans hold %d things under %d keys only", things, len(keys))
	}
}

// Whatever somebody makes of a rendering, reading it gives a plan that can be read, and accounts for every line.
func FuzzOwnForm(f *testing.F) {
	f.Add("", "")
	f.Add("## For the program\n\n```yaml\nissues:\n  - id: a\n    remove: true\nnotes: [{order: [a]}]\n```\n", "## Roles")
	f.Add("## For the program\n\n```yaml\nissues: {a: b}\nchains: [1, [2]]\ntocsin: x\n```\n", "")
	f.Add("## For the program\n\n```yaml\na: &a [*a]\n```\n", "")
	f.Add("- Owner: nobody\n  - Owner:\n    - x\n- Scenarios:\n  - a\n", "| a | b |\n| - | - |\n| c |")
	f.Add("### Scenario: x\n\n- Injects:\n  - –\n    - At: soon\n", "## Live exercises\n")
	f.Add("## Detectors\n\n| Detector | Kind |\n| - | - |\n| x | spike |\n\n### x\n\n- Readings:\n  - a b\n    - Asset: y\n  - a b\n- Expect:\n  - :\n", "")
	f.Add("## 2. Response procedures\n\n| Issue | Response Steps |\n| - | - |\n| | x |\n\n### x\n\n1. y\n   - Purpose: halt\n", "")
	g := &generator{Rand: rand.New(rand.NewPCG(1, 1))}
	whole := string(Markdown(g.plan(), RenderOptions{}))
	f.Fuzz(func(t *testing.T, add, where string) {
		if len(add) > 10_000 {
			add = add[:10_000]
		}
		for _, text := range []string{strings.Replace(whole, where, add+where, 1), "---\ntocsin: 1\n---\n\n# X: emergency response plan\n\n" + add} {
			files := []File{{Name: "plan.md", Text: []byte(text)}}
			got, err := Import(files, ImportOptions{})
			if err != nil {
				continue // no text
			}
			sound(t, files, got)
		}
	})
}
