package check

import (
	"slices"
	"testing"

	"tocsin/plan"
)

func TestKindsOfAnIssueAreReadFromItsWords(t *testing.T) {
	for _, c := range []struct {
		name string
		want []string
	}{
		{"Protocol DDoS", []string{"denial-of-service"}},
		{"Stolen user funds", []string{"theft"}},
		{"Spike in gas funds", []string{"overload"}},
		{"Unknown bug", []string{"bug"}},
		{"Compromised signer", []string{"admin-access"}},
		{"Oracle stops", []string{"subsystem"}},
		{"DNS of the app is hijacked", []string{"front-end"}},
		{"Twitter account taken over", []string{"social-account"}},
		{"A white hat writes to us", []string{"disclosure"}},
		{"A quiet day", nil},
	} {
		if got := kindsOf(&plan.Issue{Name: c.name}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if got := kindsOf(&plan.Issue{Name: "Stolen user funds", Kinds: []string{"bug"}}); !slices.Equal(got, []string{"bug"}) {
		t.Errorf("what the issue says itself is not taken: %v", got)
	}
}

func TestEveryKindOfThePlanIsKnown(t *testing.T) {
	for _, k := range kinds {
		if !slices.Contains(kindsByHarm, k.id) {
			t.Errorf("%s has no place among those that hurt", k.id)
		}
	}
	if len(kinds) != len(kindsByHarm) {
		t.Errorf("%d kinds, %d ranked", len(kinds), len(kindsByHarm))
	}
}

func TestTheWorstIssueIsToldFirst(t *testing.T) {
	p := &plan.Plan{Issues: []plan.Issue{
		{ID: "flood", Name: "DDoS"},
		{ID: "bug", Name: "Unknown bug"},
		{ID: "loss", Name: "Stolen user funds"},
	}}
	var order []string
	for _, g := range Check(p, nil) {
		if g.Code == "issue-without-procedure" {
			order = append(order, g.Subject)
		}
	}
	if want := []string{"issues[loss]", "issues[bug]", "issues[flood]"}; !slices.Equal(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
	// Where the plan ranks its issues, it knows better.
	p.Severities = []plan.Severity{{ID: "high", Name: "High"}, {ID: "low", Name: "Low"}}
	p.Issues[0].Severity, p.Issues[1].Severity, p.Issues[2].Severity = "high", "low", "low"
	for _, g := range Check(p, nil) {
		if g.Code == "issue-without-procedure" {
			if g.Subject != "issues[flood]" {
				t.Errorf("%s comes first", g.Subject)
			}
			break
		}
	}
}

func TestWhatTheScopeExcludesHasBeenConsidered(t *testing.T) {
	p := &plan.Plan{Issues: []plan.Issue{{ID: "bug", Name: "Unknown bug"}}}
	missing := func() (n int) {
		for _, g := range Check(p, nil) {
			if g.Code == "kind-not-considered" {
				n++
			}
		}
		return n
	}
	before := missing()
	p.Scope.NotIncident = []string{"We have no front end of our own"}
	if after := missing(); before != len(kinds)-1 || after != before-1 {
		t.Errorf("%d before, %d after", before, after)
	}
}
