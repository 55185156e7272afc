package incident_test

import (
	"slices"
	"testing"
	"time"

	"tocsin/incident"
)

func TestLessons(t *testing.T) {
	p := loadPlan(t, "testdata/harbour/plan")
	at := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	step := func(id, by string) incident.Step {
		return incident.Step{Step: id, State: incident.Done, By: by, Begun: at, Ended: at.Add(time.Minute)}
	}
	ask := step("ask", "ada")
	ask.Answer = "No, a hole in the code"
	first := &incident.State{ID: "a", Procedure: "stop-theft", Phase: incident.Closed, Steps: []incident.Step{
		step("pause", "ben"), ask, step("tell", "eve"), step("added-1", "ben"), step("patch", "Tocsin"),
	}, Added: []incident.Added{{ID: "added-1", Name: "Call the exchange", How: `Ring: "the desk"`, Owner: "lead", After: "pause"}}}
	second := first.Next()
	second.ID, second.Exercise = "b", &incident.Exercise{}
	second.Added, second.Steps = nil, second.Steps[:3]

	if got := incident.Lessons([]incident.Past{{Plan: p, State: second}}); len(got) != 0 {
		t.Errorf("what was done once is proposed: %+v", got)
	}
	got := incident.Lessons([]incident.Past{{Plan: p, State: first}, {Plan: p, State: second}, {Plan: p, State: second}})
	var said []string
	for _, l := range got {
		said = append(said, l.Propose+" "+l.Step+": "+l.Say)
	}
	want := []string{
		"action stop-theft/pause: People did it by hand in 2 incidents, 1 of them exercises. An action could do it, and prove that it worked.",
		"detector stop-theft/ask: People looked it up by hand in 2 incidents, 1 of them exercises. A detector could know it at once.",
		"step call the exchange: It was added on the spot once. Write it into the plan's procedure if it will be wanted again.",
	}
	if w := got[2].Write; w != "# under steps of the procedure stop-theft\n- id: call-the-exchange\n  name: \"Call the exchange\"\n  how: \"Ring: \\\"the desk\\\"\"\n  owner: lead\n  after: [pause]\n" {
		t.Errorf("the plan would read\n%s", w)
	}
	if !slices.Equal(said, want) {
		t.Errorf("lessons\n%q, want\n%q", said, want)
	}
	if got[0].Longest != time.Minute || !slices.Equal(got[0].Incidents, []string{"a", "b"}) {
		t.Errorf("lesson %+v", got[0])
	}
}
