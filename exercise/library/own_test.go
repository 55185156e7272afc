package library

import (
	"os"
	"strings"
	"testing"

	"tocsin/plan"
)

// ownScript is the script that the document shows how to write.
func ownScript(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "```yaml\nid: night\n")
	text, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("the document shows no script")
	}
	return "id: night\n" + text
}

func TestAScriptOfTheTeamsOwn(t *testing.T) {
	p := vault(t)
	own := plan.Scenario{ID: "night", Name: "Our night", Script: "scenarios/night.yaml", Pictures: []string{"scenarios/inbox.png"}, Text: ownScript(t)}
	x, misfits := Scenario(p, own)
	if Fails(misfits) {
		t.Fatal(misfits)
	}
	if x.ID != "night" || x.Name != "Our night" || x.From != "" || len(x.Issues) != 1 || strings.Contains(x.Opening, "{") {
		t.Errorf("it is played as %+v", x)
	}
	if got := x.Injects[0].Picture; got != "scenarios/inbox.png" {
		t.Errorf("it shows %q", got)
	}
	if got := x.Injects[0].Expect[0].Step; got == "" || got == "halt" {
		t.Errorf("it expects the step %q", got)
	}

	own.Bind = map[string]string{"vault": "no-such-thing"}
	if _, misfits := Scenario(p, own); !Fails(misfits) {
		t.Error("what is bound to nothing fits")
	}
}

func TestWhatIsWrongWithAScriptIsSaidWithItsPlace(t *testing.T) {
	p := vault(t)
	for _, x := range []struct {
		own  plan.Scenario
		want string
	}{
		{plan.Scenario{Text: strings.Replace(ownScript(t), "steps: [halt]", "steps: [hlat]", 1), Pictures: []string{"scenarios/inbox.png"}}, `scenarios/night.yaml:15:8: "hlat" is no part of this script. Add it`},
		{plan.Scenario{Text: ownScript(t)}, `the scenario has no picture "scenarios/inbox.png"`},
		{plan.Scenario{Text: "{"}, "scenarios/night.yaml"},
		{plan.Scenario{Sealed: true}, "is sealed, and no key opens it here"},
		{plan.Scenario{}, "is not at hand"},
	} {
		x.own.ID, x.own.Script = "night", "scenarios/night.yaml"
		_, misfits := Scenario(p, x.own)
		if !Fails(misfits) || !strings.Contains(misfits[0].String(), x.want) {
			t.Errorf("said %v; want %q", misfits, x.want)
		}
	}
}

func TestASealedScriptIsNotTold(t *testing.T) {
	p := vault(t)
	p.Exercises.Scenarios = []plan.Scenario{{ID: "night", Name: "A surprise", Script: "night.age", Sealed: true, Text: ownScript(t), Pictures: []string{"scenarios/inbox.png"}}}
	if x := Scenarios(p)[0]; x.Opening != "" || x.Brief != "" || len(x.Objectives)+len(x.Injects)+len(x.Held)+len(x.Issues) > 0 {
		t.Errorf("everybody reads %+v", x)
	}
	if x, _ := Scenario(p, p.Exercises.Scenarios[0]); x.Opening == "" {
		t.Error("its moderator cannot play it")
	}
}

// FuzzScript holds that no script makes reading or binding it panic, and that one that is read can be bound and named.
func FuzzScript(f *testing.F) {
	f.Add(ownScript(f))
	for _, name := range Names() {
		b, err := scripts.ReadFile("scripts/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add("parts: [{id: issue, is: issue, of: issue}]")
	f.Add(strings.Replace(ownScript(f), "{vault}", "{vault.{halt}}", 1))
	p := vault(f)
	f.Fuzz(func(t *testing.T, text string) {
		x, misfits := Scenario(p, plan.Scenario{ID: "fuzzed", Name: "Fuzzed", Script: "a.yaml", Text: text, Pictures: []string{"scenarios/inbox.png"}})
		if x.ID != "fuzzed" || x.Name != "Fuzzed" {
			t.Fatalf("it goes by %q, %q", x.ID, x.Name)
		}
		for _, m := range misfits {
			if m.Say == "" {
				t.Fatalf("a misfit without words: %+v", m)
			}
		}
		if Fails(misfits) {
			return
		}
		for _, in := range x.Injects {
			if in.Picture != "" && in.Picture != "scenarios/inbox.png" {
				t.Fatalf("it shows %q, which the plan does not cover", in.Picture)
			}
		}
		for _, ref := range x.Steps {
			procedure, step, _ := plan.SplitStep(ref)
			if _, ok := p.Step(procedure, step); !ok {
				t.Fatalf("it expects the step %q", ref)
			}
		}
	})
}
