package document

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"tocsin/fault"
	"tocsin/plan"
)

func bookOf(t *testing.T, p *plan.Plan, o RenderOptions, procedure string) []byte {
	t.Helper()
	b, err := Playbook(p, o, procedure, printed)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPlaybooksHaveTheStandardsForm(t *testing.T) {
	for _, p := range []*plan.Plan{vaultPlan(t), spoiled(t), planOf(t, sparePlan)} {
		for _, o := range []RenderOptions{{}, {Public: true}} {
			for i := range p.Procedures {
				checkBook(t, bookOf(t, p, o, p.Procedures[i].ID))
			}
		}
	}
}

func TestPlaybooksAreThoseOfTheProcedures(t *testing.T) {
	p := vaultPlan(t)
	all, err := Playbooks(p, RenderOptions{}, printed)
	if err != nil || len(all) != len(p.Procedures) {
		t.Fatalf("%d playbooks, %v", len(all), err)
	}
	for i := range all {
		if !bytes.Equal(all[i], bookOf(t, p, RenderOptions{}, p.Procedures[i].ID)) {
			t.Errorf("the playbook of %s is another by itself", p.Procedures[i].ID)
		}
	}
}

func TestPlaybookKeepsTheOrder(t *testing.T) {
	p := vaultPlan(t)
	b := checkBook(t, bookOf(t, p, RenderOptions{}, "stolen-user-funds"))
	steps := object(b["workflow"])
	at := map[string]string{} // first word of the name → step
	for id, s := range steps {
		if n, _ := object(s)["name"].(string); n != "" {
			number, _, _ := strings.Cut(n, ".")
			at[number] = id
		}
	}
	// later reports whether b can only begin once a is done: it is reached from what follows a, or from the parallel step's end.
	depth := map[string]int{}
	var walk func(id string, d int)
	walk = func(id string, d int) {
		if d <= depth[id] && depth[id] != 0 {
			return
		}
		depth[id] = d
		o := object(steps[id])
		deepest := d
		for _, n := range texts(o["next_steps"]) {
			walk(n, d+1)
			deepest = max(deepest, depth[n]+3)
		}
		if s, ok := o["on_completion"].(string); ok {
			walk(s, deepest+1)
		}
	}
	walk(b["workflow_start"].(string), 1)
	proc, _ := p.Procedure("stolen-user-funds")
	for i := range proc.Steps {
		for _, a := range before(&proc, i) {
			for j := range proc.Steps {
				if proc.Steps[j].ID == a && depth[at[fmt.Sprint(j+1)]] >= depth[at[fmt.Sprint(i+1)]] {
					t.Errorf("step %d may begin before step %d is done", i+1, j+1)
				}
			}
		}
	}
	text := string(bookOf(t, p, RenderOptions{}, "stolen-user-funds"))
	for _, w := range []string{"Carmen E and Oscar P must both approve.", "0x8456cb59", "0x88bC4F6FCb5515C41D03673c039C596FA63952a9", "This cannot be undone.", p.Hash().Hex(), "Technical lead"} {
		if !strings.Contains(text, w) {
			t.Errorf("the playbook does not say %q", w)
		}
	}
	if b["priority"] != 1.0 || b["severity"] != nil {
		t.Errorf("priority %v, severity %v", b["priority"], b["severity"])
	}
}

func TestPlaybookLeadsToAnother(t *testing.T) {
	p := vaultPlan(t)
	bug, theft := checkBook(t, bookOf(t, p, RenderOptions{}, "unknown-bug")), checkBook(t, bookOf(t, p, RenderOptions{}, "stolen-user-funds"))
	leadsOver := false
	for _, s := range object(bug["workflow"]) {
		leadsOver = leadsOver || object(s)["playbook_id"] == theft["id"]
	}
	if !leadsOver || object(bug["playbook_processing_summary"])["external_playbooks"] != true {
		t.Error("the answer that leads to another procedure does not lead to its playbook")
	}
	p.Procedures[0].Name = "Another name"
	again := checkBook(t, bookOf(t, p, RenderOptions{}, "stolen-user-funds"))
	if again["id"] != theft["id"] || again["name"] == theft["name"] {
		t.Error("a new name changes what the playbook is")
	}
}

func TestPlaybookFaultsAndPublic(t *testing.T) {
	p := vaultPlan(t)
	if _, err := Playbook(p, RenderOptions{}, "nothing", printed); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("a procedure that is not there gives %v", err)
	}
	if _, err := Playbook(&plan.Plan{Procedures: []plan.Procedure{{ID: "x"}}}, RenderOptions{}, "x", printed); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("a procedure without steps gives %v", err)
	}
	text := bytes.ToLower(bookOf(t, p, RenderOptions{Public: true}, "stolen-user-funds"))
	for _, w := range private(p) {
		if bytes.Contains(text, []byte(strings.ToLower(w))) {
			t.Errorf("the public playbook holds %q", w)
		}
	}
	circle := &plan.Plan{Protocol: "x", Procedures: []plan.Procedure{{ID: "x", Steps: []plan.Step{{ID: "a", After: []string{"b"}}, {ID: "b", After: []string{"a"}}, {ID: "c", After: []string{"gone"}}}}}}
	checkBook(t, bookOf(t, circle, RenderOptions{}, "x"))
}
