package incident

import (
	"testing"

	"tocsin/plan"
)

// Nobody is told that they stand in for "TBD".
func TestNameOf(t *testing.T) {
	p := &plan.Plan{CoreTeam: []plan.Person{{ID: "ada", Name: "Ada"}, {ID: "first-admin", Name: "TBD"}}}
	for id, want := range map[string]string{"ada": "Ada", "first-admin": "first-admin", "eve": "eve"} {
		if got := NameOf(p, id); got != want {
			t.Errorf("%s is called %q, want %q", id, got, want)
		}
	}
}
