package access_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/access"
	"tocsin/fault"
	"tocsin/plan"
)

// team has one person of each standing.
func team() *plan.Plan {
	return &plan.Plan{
		Protocol: "vault",
		CoreTeam: []plan.Person{
			{ID: "janet-r", Name: "Janet R"},
			{ID: "david-l", Name: "David L"},
			{ID: "maria-s", Name: "Maria S"},
			{ID: "omar-k", Name: "Omar K"},
			{ID: "core-body", Name: "Core Body", Body: true},
		},
		ExtendedTeam: []plan.Person{
			{ID: "paul-m", Name: "Paul M"},
			{ID: "rita-v", Name: "Rita V"},
			{ID: "lee-w", Name: "Lee W"},
			{ID: "sam-y", Name: "Sam Y"},
			{ID: "nina-p", Name: "Nina P"},
			{ID: "seal", Name: "SEAL 911", Body: true},
		},
		Groups:         []plan.Group{{ID: "signers", Name: "Signers", Members: []string{"david-l", "on-call", "signers", "seal"}}},
		Rotas:          []plan.Rota{{ID: "on-call", Name: "On call", Members: []string{"rita-v"}, Cover: []plan.RotaOverride{{Person: "sam-y"}}}},
		Communications: []plan.Communication{{ID: "users", Responsible: "nina-p"}},
		Decisions: []plan.Decision{
			{ID: "pause", Name: "Pause", Required: []string{"signers"}, StandIns: []plan.StandIn{{For: "david-l", Who: "lee-w"}}},
			{ID: "post", Name: "Post", Additional: plan.Approvers{Who: []string{"maria-s", "nobody"}}},
		},
	}
}

// The letters are: v view, r report, a answer, R respond, V validate, D dismiss, M mute, s step, p propose, A approve, P post,
// S resolve, C close, E export, X drill.
func TestRights(t *testing.T) {
	letters := "vraRVDMspAPSCEX"
	if len(letters) != len(access.Rights) {
		t.Fatalf("%d rights, and letters for %d", len(access.Rights), len(letters))
	}
	for _, c := range []struct{ what, person, may string }{
		{"core team, signs nothing", "janet-r", "vraRVDMspPSCEX"},
		{"core team, in a group that signs", "david-l", letters},
		{"core team, additional signer", "maria-s", letters},
		{"extended team", "paul-m", "vra"},
		{"extended team, on a rota that signs", "rita-v", "vraA"},
		{"extended team, covers for a rota", "sam-y", "vraA"},
		{"extended team, stands in", "lee-w", "vraA"},
		{"extended team, owes a message", "nina-p", "vraP"},
		{"organisation", "seal", ""},
		{"organisation of the core team", "core-body", ""},
		{"group", "signers", ""},
		{"unknown", "eve", ""},
		{"named by a decision and by no team", "nobody", ""},
		{"nobody", "", ""},
	} {
		for i, right := range access.Rights {
			err := access.May(team(), c.person, right)
			want := strings.ContainsRune(c.may, rune(letters[i]))
			switch {
			case want && err != nil:
				t.Errorf("%s: %s: %v, want allowed", c.what, right, err)
			case !want && err == nil:
				t.Errorf("%s: %s is allowed, want refused", c.what, right)
			case !want && c.person == "" && !fault.Is(err, fault.Unauthenticated):
				t.Errorf("%s: %s: %v, want unauthenticated", c.what, right, err)
			case !want && c.person != "" && !fault.Is(err, fault.Forbidden):
				t.Errorf("%s: %s: %v, want forbidden", c.what, right, err)
			}
		}
	}
}

func TestRefusalNamesWhoMay(t *testing.T) {
	for _, c := range []struct {
		person string
		right  access.Right
		want   string
	}{
		{"paul-m", access.Validate, "Paul M may not say that an incident is real. Ask one of those who may: Janet R, David L, Maria S or 1 more."},
		{"janet-r", access.Approve, "Janet R may not sign decisions. Ask one of those who may: David L, Rita V, Sam Y or 2 more."},
		{"seal", access.View, "SEAL 911 is an organisation; it cannot look at incidents by itself. Sign in as a person."},
		{"eve", access.View, "The plan in force does not name you. Ask whoever keeps the plan."},
	} {
		if got := fault.Sentence(access.May(team(), c.person, c.right)); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.person, c.right, got, c.want)
		}
	}
}

func TestNoRightBesidesTheRights(t *testing.T) {
	for _, right := range []access.Right{"", "VIEW", "everything"} {
		if err := access.May(team(), "david-l", right); !fault.Is(err, fault.Forbidden) {
			t.Errorf("right %q: %v, want forbidden", right, err)
		}
	}
	if err := access.May(nil, "david-l", access.View); !fault.Is(err, fault.Forbidden) {
		t.Errorf("without a plan: %v, want forbidden", err)
	}
	if rights := slices.Compact(slices.Sorted(slices.Values(access.Rights[:]))); len(rights) != len(access.Rights) {
		t.Errorf("two rights have one name: %v", rights)
	}
}
