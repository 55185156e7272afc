package document

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	cacaoID   = regexp.MustCompile(`^[a-z][a-z0-9-]+[a-z0-9]--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	cacaoTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	cacaoKey  = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,250}$`)
)

// properties are those that the standard knows of each object, with a star at those that it requires.
var properties = map[string]string{
	"playbook": "type* spec_version* id* name* description playbook_types playbook_activities playbook_processing_summary created_by* created* modified* " +
		"revoked priority severity impact labels playbook_variables workflow_start* workflow* agent_definitions",
	"start": "type* name description on_completion*", "end": "type* name description",
	"action":           "type* name description on_completion* commands* agent* out_args",
	"parallel":         "type* name description on_completion* next_steps*",
	"switch-condition": "type* name description on_completion* switch* cases*",
	"playbook-action":  "type* name description on_completion* playbook_id*",
	"manual":           "type* command* playbook_activity", "individual": "type* name* description",
	"variable": "type* description value constant external",
	"summary":  "manual_playbook external_playbooks parallel_processing switch_logic",
}

// book is a playbook as another program would read it.
type book map[string]any

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func texts(v any) []string {
	var all []string
	list, _ := v.([]any)
	for _, one := range list {
		s, _ := one.(string)
		all = append(all, s)
	}
	return all
}

// hasForm fails unless an object has the properties of its kind and no others.
func hasForm(t *testing.T, kind string, o map[string]any) {
	t.Helper()
	known, ok := properties[kind]
	if !ok {
		t.Errorf("there is no object of the kind %q", kind)
		return
	}
	names := strings.Fields(known)
	for _, n := range names {
		if name, required := strings.CutSuffix(n, "*"); required && o[name] == nil {
			t.Errorf("%s lacks %s: %v", kind, name, o)
		}
	}
	for name := range o {
		if !slices.Contains(names, name) && !slices.Contains(names, name+"*") {
			t.Errorf("%s has a property %s", kind, name)
		}
	}
}

// checkBook holds a playbook to the standard.
func checkBook(t *testing.T, raw []byte) book {
	t.Helper()
	var b book
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	hasForm(t, "playbook", b)
	hasForm(t, "summary", object(b["playbook_processing_summary"]))
	if b["type"] != "playbook" || b["spec_version"] != "cacao-2.0" {
		t.Errorf("type %v, version %v", b["type"], b["spec_version"])
	}
	for _, k := range []string{"created", "modified"} {
		if s, _ := b[k].(string); !cacaoTime.MatchString(s) {
			t.Errorf("%s is %v", k, b[k])
		}
	}
	steps, agents := object(b["workflow"]), object(b["agent_definitions"])
	used := map[string]bool{}
	uuids := map[string]bool{}
	name := func(id string) {
		_, u, _ := strings.Cut(id, "--")
		if !cacaoID.MatchString(id) || uuids[u] {
			t.Errorf("the identifier %s is not one, or not its own", id)
		}
		uuids[u] = true
	}
	for _, k := range []string{"id", "created_by"} {
		s, _ := b[k].(string)
		name(s)
	}
	for id, a := range agents {
		name(id)
		hasForm(t, object(a)["type"].(string), object(a))
	}
	for v, one := range object(b["playbook_variables"]) {
		hasForm(t, "variable", object(one))
		if !regexp.MustCompile(`^__[a-zA-Z_][a-zA-Z0-9_-]{0,199}__$`).MatchString(v) {
			t.Errorf("a variable is called %s", v)
		}
	}
	for id, s := range steps {
		name(id)
		o := object(s)
		kind, _ := o["type"].(string)
		hasForm(t, kind, o)
		if !strings.HasPrefix(id, kind+"--") {
			t.Errorf("%s is of the type %s", id, kind)
		}
		for _, c := range toList(o["commands"]) {
			hasForm(t, "manual", object(c))
			if s, _ := object(c)["command"].(string); s == "" || strings.Contains(s, "\n") {
				t.Errorf("a command is %q", s)
			}
		}
		if a, ok := o["agent"].(string); ok {
			if agents[a] == nil {
				t.Errorf("the agent %s is not defined", a)
			}
			used[a] = true
		}
		if n := toList(o["next_steps"]); n != nil && len(n) < 2 {
			t.Errorf("%s has one way only", id)
		}
		for key := range object(o["cases"]) {
			if !cacaoKey.MatchString(key) {
				t.Errorf("an answer is called %q", key)
			}
		}
		if sw, ok := o["switch"].(string); ok && object(b["playbook_variables"])[strings.TrimSuffix(sw, ":value")] == nil {
			t.Errorf("%s asks for %s, which is not there", id, sw)
		}
	}
	if len(used) != len(agents) {
		t.Errorf("%d of %d agents do something", len(used), len(agents))
	}
	start, _ := b["workflow_start"].(string)
	if !strings.HasPrefix(start, "start--") {
		t.Errorf("the workflow starts with %q", start)
	}
	seen := map[string]bool{}
	var walk func(id string)
	walk = func(id string) {
		if steps[id] == nil {
			t.Errorf("a step leads to %q, which is not there", id)
		}
		if seen[id] {
			return
		}
		seen[id] = true
		for _, n := range leads(object(steps[id])) {
			walk(n)
		}
	}
	walk(start)
	if len(seen) != len(steps) {
		t.Errorf("%d of %d steps can be reached", len(seen), len(steps))
	}
	ends(t, steps)
	return b
}

func toList(v any) []any { l, _ := v.([]any); return l }

// leads lists where a step goes on to.
func leads(o map[string]any) []string {
	all := texts(o["next_steps"])
	for _, c := range object(o["cases"]) {
		s, _ := c.(string)
		all = append(all, s)
	}
	if s, ok := o["on_completion"].(string); ok {
		all = append(all, s)
	}
	return all
}

// ends fails unless each branch of a parallel step and each answer ends with a step of its own.
func ends(t *testing.T, steps map[string]any) {
	t.Helper()
	taken := map[string]string{}
	for id, s := range steps {
		o := object(s)
		branches := texts(o["next_steps"])
		for _, c := range object(o["cases"]) {
			branch, _ := c.(string)
			branches = append(branches, branch)
		}
		for _, at := range branches {
			for n := 0; !strings.HasPrefix(at, "end--"); n++ {
				next, _ := object(steps[at])["on_completion"].(string)
				if next == "" || n > len(steps) {
					t.Fatalf("a branch of %s does not end", id)
				}
				at = next
			}
			if by := taken[at]; by != "" {
				t.Errorf("branches of %s and %s share an end", by, id)
			}
			taken[at] = id
		}
	}
}
