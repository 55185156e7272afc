package library

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/plan"
)

func vault(t testing.TB) *plan.Plan {
	t.Helper()
	p, _, err := plan.Load(os.DirFS("../../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Every file of the library can be read, goes by its id, and holds all that a team needs to play it.
func TestScriptsAreWhole(t *testing.T) {
	files, err := filepath.Glob("scripts/*.yaml")
	if err != nil || len(files) < 15 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Read(filepath.Base(file), text)
		if err != nil {
			t.Error(err)
			continue
		}
		if s.ID+".yaml" != filepath.Base(file) {
			t.Errorf("%s goes by %q", file, s.ID)
		}
		if len(s.Objectives) < 3 || len(s.Injects) < 4 || len(s.Held) < 3 || len(s.Debrief) < 3 || len(s.Steps) < 3 || len(s.Updates) == 0 || len(s.Record) == 0 {
			t.Errorf("%s: too little to play: %d objectives, %d injects, %d held, %d debrief, %d steps", s.ID, len(s.Objectives), len(s.Injects), len(s.Held), len(s.Debrief), len(s.Steps))
		}
		owed := map[string]bool{}
		for _, i := range s.Injects {
			for _, e := range i.Expect {
				owed[e.Step+e.Decision+e.Update] = true
			}
		}
		if !owed["users"] {
			t.Errorf("%s: no word to users is owed by a time", s.ID)
		}
		if s.Live != "" && !slices.ContainsFunc(s.Injects, func(i Inject) bool { return i.Live != "" }) {
			t.Errorf("%s is played in the world %q, and nothing happens there", s.ID, s.Live)
		}
		used := used(s)
		for _, p := range s.Parts {
			if !used[p.ID] && p.ID != "issue" {
				t.Errorf("%s never uses its part %q", s.ID, p.ID)
			}
		}
	}
}

// used are the parts that a script speaks of.
func used(s Script) map[string]bool {
	words := slices.Concat(s.Steps, s.Decisions, s.Updates)
	texts := slices.Concat(s.Objectives, s.Debrief, []string{s.Name, s.Brief, s.Opening, s.Complete, s.Abort, s.Trap})
	for _, i := range s.Injects {
		words = slices.Concat(words, []string{i.After, i.Channel}, i.Needs)
		texts = append(texts, i.Text)
		for _, e := range i.Expect {
			words = append(words, e.Step, e.Decision, e.Update)
		}
	}
	for _, h := range s.Held {
		words = slices.Concat(words, []string{h.Step}, h.Needs)
		texts = append(texts, h.Text, h.AskedBy, h.Evidence)
	}
	for _, p := range s.Parts {
		words = append(words, p.Of)
	}
	for _, m := range slot.FindAllStringSubmatch(strings.Join(texts, " "), -1) {
		id, _, _ := strings.Cut(m[1], ".")
		words = append(words, id)
	}
	use := map[string]bool{}
	for _, w := range words {
		use[w] = true
	}
	return use
}

// The whole library can be played with the example plan, and what it says of it holds no blanks.
func TestLibraryFitsTheExample(t *testing.T) {
	p := vault(t)
	for _, s := range Scripts() {
		x, misfits := Bind(p, s, nil)
		for _, m := range misfits {
			t.Errorf("%s: %s %s: %s", s.ID, m.Level, m.Part, m)
		}
		issue, ok := p.Issue(x.Issues[0])
		if !ok {
			t.Fatalf("%s drills no issue: %v", s.ID, x.Issues)
		}
		t.Logf("%s: %s %v %v %v", s.ID, issue.ID, x.Steps, x.Decisions, x.Updates)
		for _, text := range texts(x) {
			if strings.ContainsAny(text, "{}") {
				t.Errorf("%s: a blank is left: %s", s.ID, text)
			}
		}
		holds(t, p, x)
	}
}

// texts are all texts of a scenario.
func texts(x plan.Scenario) []string {
	all := slices.Concat([]string{x.Name, x.Brief, x.Opening, x.Complete, x.Abort}, x.Objectives, x.Debrief)
	for _, i := range x.Injects {
		all = append(all, i.Text)
	}
	for _, h := range x.Held {
		all = append(all, h.Text, h.AskedBy, h.Evidence)
	}
	return all
}

// holds checks that a scenario refers to nothing that its plan does not hold.
func holds(t *testing.T, p *plan.Plan, x plan.Scenario) {
	t.Helper()
	b := &binder{plan: p}
	sorts := map[Sort][]string{Issue: x.Issues, Step: x.Steps, Decision: x.Decisions, Update: x.Updates}
	for _, i := range x.Injects {
		sorts[Step] = append(sorts[Step], some(i.After)...)
		sorts[Channel] = append(sorts[Channel], some(i.Channel)...)
		for _, e := range i.Expect {
			sorts[Step] = append(sorts[Step], some(e.Step)...)
			sorts[Decision] = append(sorts[Decision], some(e.Decision)...)
			sorts[Update] = append(sorts[Update], some(e.Update)...)
		}
	}
	for sort, ids := range sorts {
		for _, id := range ids {
			if !b.holds(sort, id) {
				t.Errorf("%s: %q is no %s of the plan", x.ID, id, sort)
			}
		}
	}
}

// What is wrong with a script is told with its place.
func TestBrokenScripts(t *testing.T) {
	text, err := os.ReadFile("scripts/bank-run.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"length: 60m", "lenght: 60m", `"lenght" is not a key of a script`},
		{"id: issue, is: issue", "id: matter, is: issue", "no part is called issue"},
		{"steps: [sound, ", "steps: [sounds, ", `"sounds" is no part of this script`},
		{"steps: [sound, ", "steps: [vault, ", `"vault" is a part, but no step`},
		{"Money leaves {vault} fast", "Money leaves {vauilt} fast", "the text names {vauilt}, which is no part of this script"},
		{"Money leaves {vault} fast", "Money leaves {vault.size} fast", "the text names {vault.size}, which is not known of a part that is a asset"},
		{"Money leaves {vault} fast", "Money leaves {normal} fast", ""},
		{"purpose: tell", "audience: users", "a step is found by its purpose, and this part has none"},
		{"is: update, audience: users", "is: update", "an update is found by its audience, and this part has none"},
		{"picture: rumour.svg", "picture: rumor.svg", `the library has no picture "rumor.svg"`},
		{"    hand: true", "    hand: true\n    live: attack", "something is to happen live, but the script has no world"},
		{"{ step: wide, within: 45m }", "{ within: 45m }", "what is expected must be one thing"},
	} {
		edited := strings.Replace(string(text), c.old, c.new, 1)
		if edited == string(text) {
			t.Fatalf("%q does not stand there", c.old)
		}
		_, err := Read("x.yaml", []byte(edited))
		var problems plan.Problems
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%q: %v", c.new, err)
		case c.want == "":
		case !errors.As(err, &problems):
			t.Errorf("%q is read: %v", c.new, err)
		case !slices.ContainsFunc(problems, func(p plan.Problem) bool { return p.Say == c.want && p.Line > 0 }):
			t.Errorf("%q: %v", c.new, err)
		}
	}
}
