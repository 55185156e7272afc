package library

import (
	"slices"
	"strings"
	"testing"

	"tocsin/examples"
	"tocsin/plan"
)

// A plan that lacks what a scenario needs is told what to add, and nothing falls over.
func TestAnEmptyPlanIsToldWhatToAdd(t *testing.T) {
	for _, p := range []*plan.Plan{nil, {}} {
		for _, s := range Scripts() {
			x, misfits := Bind(p, s, nil)
			if !Fails(misfits) || len(x.Issues)+len(x.Steps)+len(x.Decisions)+len(x.Updates) > 0 {
				t.Errorf("%s fits an empty plan: %+v", s.ID, x)
			}
			for _, m := range misfits {
				if m.Say == "" || !strings.HasSuffix(m.Do, ".") || m.Part == "" {
					t.Errorf("%s: %+v", s.ID, m)
				}
			}
			for _, text := range append(texts(x), Trap(p, s, nil)) {
				if strings.ContainsAny(text, "{}") {
					t.Errorf("%s: a blank is left: %s", s.ID, text)
				}
			}
		}
	}
}

// What somebody chose is taken, and what cannot be is said.
func TestChoices(t *testing.T) {
	p := vault(t)
	s, ok := Find("bank-run")
	if !ok {
		t.Fatal("it is not there")
	}
	x, misfits := Bind(p, s, map[string]string{"issue": "protocol-ddos", "steady": "protocol-ddos/shield-app"})
	if !slices.Equal(x.Issues, []string{"protocol-ddos"}) || !slices.Contains(x.Steps, "protocol-ddos/shield-app") || Fails(misfits) {
		t.Errorf("%v %v %v", x.Issues, x.Steps, misfits)
	}
	for choice, want := range map[string]Misfit{
		"issue": {Error, "issue", `"nothing", bound to "issue", is not an issue of the plan.`, "Name one that the plan has."},
		"vault": {Error, "vault", `"nothing", bound to "vault", is not an asset of the plan.`, "Name one that the plan has."},
		"other": {Warning, "other", `The scenario "bank-run" has nothing that it calls "other".`, "Bind what it has: issue, vault, sound, steady, tell, wide, normal, users, inside."},
	} {
		if _, misfits := Bind(p, s, map[string]string{choice: "nothing"}); !slices.Contains(misfits, want) {
			t.Errorf("%s: %+v", choice, misfits)
		}
	}
}

// A scenario of the plan plays the script that it names, except for what it says itself.
func TestScenarioOfAPlan(t *testing.T) {
	p := vault(t)
	own := plan.Scenario{ID: "mine", Name: "Mine", From: "bank-run", Opening: "It begins.", Injects: []plan.Inject{{ID: "one", Text: "One"}}}
	x, misfits := Scenario(p, own)
	if len(misfits) > 0 || x.ID != "mine" || x.Name != "Mine" || x.Opening != "It begins." || len(x.Injects) != 1 || len(x.Held) < 3 || !slices.Equal(x.Issues, []string{"bank-run"}) {
		t.Errorf("%+v %v", x, misfits)
	}
	if _, misfits := Scenario(p, plan.Scenario{ID: "mine", From: "nowhere"}); !Fails(misfits) {
		t.Errorf("a script that is not there: %v", misfits)
	}
	if x, misfits := Scenario(p, plan.Scenario{ID: "mine", Opening: "It begins."}); misfits != nil || x.Opening != "It begins." || len(x.Held) > 0 {
		t.Errorf("a scenario of its own: %+v %v", x, misfits)
	}
	if all := Scenarios(p); len(all) != len(p.Exercises.Scenarios) || len(all[len(all)-1].Held) == 0 {
		t.Errorf("%d scenarios", len(all))
	}
}

// Names stand in sentences as people would write them.
func TestNamesInSentences(t *testing.T) {
	p := vault(t)
	s, _ := Find("hijacked-front-end")
	b := bind(p, s, nil)
	for text, want := range map[string]string{
		"{site} is gone.":          "The app's domain is gone.",
		"Gone. {site} is.":         "Gone. The app's domain is.",
		"Is {site} gone?":          "Is the app's domain gone?",
		"See {site.location}, now": "See app.harbour-vault.example, now",
		"None is {account}":        "None is our Twitter account",
	} {
		if got := b.text(text); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Plans to begin with can play some of the library as they are, and are told plainly what the rest needs.
func TestStarters(t *testing.T) {
	for _, starter := range examples.Starters() {
		files, err := starter.Files()
		if err != nil {
			t.Fatal(err)
		}
		p, _, err := plan.Load(plan.Stored(files))
		if err != nil {
			t.Fatal(err)
		}
		fit := 0
		for _, s := range Scripts() {
			x, misfits := Bind(p, s, nil)
			if !Fails(misfits) {
				fit++
				holds(t, p, x)
			}
		}
		if fit == 0 {
			t.Errorf("nothing of the library fits the starter %s", starter.ID)
		}
	}
}

// Pictures are drawings and nothing else.
func TestPicturesHoldNoScripts(t *testing.T) {
	for _, s := range Scripts() {
		for _, i := range s.Injects {
			if i.Picture == "" {
				continue
			}
			b, ok := Picture(PicturePrefix + i.Picture)
			if text := strings.ToLower(string(b)); !ok || !strings.HasPrefix(text, "<svg ") || strings.Contains(text, "script") || strings.Contains(text, "href") || strings.Contains(text, " on") && strings.Contains(text, "onload") {
				t.Errorf("%s: %s", s.ID, i.Picture)
			}
		}
	}
	for _, name := range []string{"", "rumour.svg", "library:", "library:../scripts/bank-run.yaml", "library:nothing.svg"} {
		if _, ok := Picture(name); ok {
			t.Errorf("%q is a picture", name)
		}
	}
}
