package readiness

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/check"
	"tocsin/exercise"
	"tocsin/plan"
)

// What is wanting of the next exercise is said once it is worth knowing, with what it comes from.
func TestNextExercise(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	month := plan.Duration(30 * day)
	p := &plan.Plan{CoreTeam: []plan.Person{{ID: "ada", Name: "Ada"}, {ID: "firm", Body: true}}}
	for _, c := range []struct {
		name  string
		due   exercise.Due
		code  string
		level check.Level
		says  string
	}{
		{"never, in time", exercise.Due{Next: now.Add(25 * day), Every: month}, NeverExercised, check.Note, "due by 16 December 2026"},
		{"never, too late", exercise.Due{Next: now.Add(-day), Every: month, Overdue: true}, NeverExercised, check.Warning, "was due on 20 November 2026"},
		{"never, and planned", exercise.Due{Next: now.Add(-day), Every: month, Overdue: true, Planned: now.Add(day)}, NeverExercised, check.Note, "never practised"},
		{"far away", exercise.Due{Last: now.Add(-day), Next: now.Add(29 * day), Every: month}, "", "", ""},
		{"near", exercise.Due{Last: now.Add(-20 * day), Next: now.Add(10 * day), Every: month}, ExerciseDue, check.Note, "due by 1 December 2026 and is not planned"},
		{"near and planned", exercise.Due{Last: now.Add(-20 * day), Next: now.Add(10 * day), Every: month, Planned: now.Add(9 * day)}, "", "", ""},
		{"near and planned too late", exercise.Due{Last: now.Add(-20 * day), Next: now.Add(10 * day), Every: month, Planned: now.Add(11 * day)}, ExerciseDue, check.Note, "is not planned"},
		{"late", exercise.Due{Last: now.Add(-40 * day), Next: now.Add(-10 * day), Every: month, Overdue: true}, ExerciseLate, check.Warning, "was due on 11 November 2026"},
		{"late and planned", exercise.Due{Last: now.Add(-40 * day), Next: now.Add(-10 * day), Every: month, Overdue: true, Planned: now.Add(3 * day)}, ExerciseLate, check.Note, "planned for 24 November 2026"},
		{"late and planned far away", exercise.Due{Last: now.Add(-40 * day), Next: now.Add(-10 * day), Every: month, Overdue: true, Planned: now.Add(90 * day)}, ExerciseLate, check.Warning, "was due on"},
	} {
		gaps := nextOne(p, &c.due, now)
		if c.code == "" {
			if len(gaps) != 0 {
				t.Errorf("%s: %+v", c.name, gaps)
			}
			continue
		}
		if len(gaps) != 1 || gaps[0].Code != c.code || gaps[0].Level != c.level || !strings.Contains(gaps[0].Say, c.says) || !slices.Equal(gaps[0].People, []string{"ada"}) {
			t.Errorf("%s: %+v", c.name, gaps)
		}
	}
}

// People, procedures and issues that were left out are named, each kind in one gap.
func TestWhatWasNotPractised(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	p := &plan.Plan{
		CoreTeam:   []plan.Person{{ID: "ada", Name: "Ada"}, {ID: "ben", Name: "Ben"}},
		Issues:     []plan.Issue{{ID: "theft", Name: "Theft"}, {ID: "spike", Name: "Spike"}},
		Procedures: []plan.Procedure{{ID: "stop", Name: "Stop it"}},
	}
	d := exercise.Due{
		Newcomers:  []exercise.Newcomer{{Person: "ada", By: at, Late: true}, {Person: "ben", By: at.AddDate(0, 1, 0)}},
		Procedures: []exercise.Walk{{Procedure: "stop", Last: at.AddDate(-2, 0, 0)}, {Procedure: "gone"}},
		Coverage:   []exercise.Cover{{Issue: "theft", Sessions: []string{"e1"}}, {Issue: "spike", Scenarios: []string{"s"}}},
	}
	list := slices.Concat(newcomers(p, &d), unwalked(p, &d), uncovered(p, &d))
	if len(list) != 3 {
		t.Fatalf("%+v", list)
	}
	for i, want := range []struct {
		code, say, evidence string
		level               check.Level
	}{
		{NewcomerDue, "Ada has never taken part", "Ada should have taken part by 21 November 2026.", check.Warning},
		{ProcedureUnused, "2 procedures", "Stop it: last on 21 November 2024.|gone: never.", check.Note},
		{IssueUnused, "One issue", "Spike: a scenario is in the plan.", check.Note},
	} {
		g := list[i]
		if g.Code != want.code || g.Level != want.level || !strings.Contains(g.Say, want.say) || strings.Join(g.Evidence, "|") != want.evidence || g.Why == "" || g.Mend == "" {
			t.Errorf("%+v", g)
		}
	}
	none := exercise.Due{}
	if got := slices.Concat(newcomers(p, &none), unwalked(p, &none), uncovered(p, &none)); len(got) != 0 {
		t.Errorf("nothing is wanting: %+v", got)
	}
}
