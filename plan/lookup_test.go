package plan

import "testing"

func TestWhatToCallPeople(t *testing.T) {
	p := &Plan{
		CoreTeam: []Person{{ID: "ada", Name: "Ada L"}, {ID: "first-engineer", Name: TBD}, {ID: "second-engineer"}},
		Groups:   []Group{{ID: "signers", Name: "Signers"}},
		Unlisted: []Unlisted{{ID: "ceo", Name: "CEO"}},
	}
	for ref, want := range map[string]string{
		"ada": "Ada L", "first-engineer": "first-engineer", "second-engineer": "second-engineer", "signers": "Signers", "ceo": "CEO", "nobody": "nobody",
	} {
		if got := p.NameOf(ref); got != want {
			t.Errorf("%s is called %q, want %q", ref, got, want)
		}
	}
}
