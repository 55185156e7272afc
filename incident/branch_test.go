package incident_test

import (
	"fmt"
	"slices"
	"testing"

	"tocsin/incident"
	"tocsin/plan"
)

// TestBranchesOverTracks holds what an answer leaves out where it leads to another track.
func TestBranchesOverTracks(t *testing.T) {
	p := &plan.Plan{Procedures: []plan.Procedure{{ID: "p", Steps: []plan.Step{
		{ID: "halt"},
		{ID: "ask", Question: &plan.Question{Ask: "Which?", Branches: []plan.Branch{
			{Answer: "on", Step: "fix"}, {Answer: "left", Step: "left"}, {Answer: "right", Step: "right"}, {Answer: "count", Step: "count"},
		}}},
		{ID: "between"},
		{ID: "fix"},
		{ID: "left", Track: "a", After: []string{"ask"}},
		{ID: "left-too", Track: "a"},
		{ID: "right", Track: "b", After: []string{"ask"}},
		{ID: "count", Track: "c", After: []string{"halt"}}, // whatever the answer is
	}}}}
	for answer, want := range map[string][]string{
		"on":    {"between", "left", "left-too", "right"},
		"left":  {"right"},
		"right": {"left", "left-too"},
		"count": {"left", "left-too", "right"},
		"":      nil,
	} {
		s := &incident.State{ID: "x", Procedure: "p", Phase: incident.Validated, Steps: []incident.Step{
			{Step: "halt", State: incident.Done}, {Step: "ask", State: incident.Done, Answer: answer},
		}}
		var passed []string
		for _, v := range incident.StepsOf(p, s) {
			if v.State == incident.NotTaken {
				passed = append(passed, v.ID)
			}
		}
		if !slices.Equal(passed, want) {
			t.Errorf("answered %q, the procedure leads past %s, want %s", answer, fmt.Sprint(passed), fmt.Sprint(want))
		}
	}
}
