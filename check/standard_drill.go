package check

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/exercise/library"
	"tocsin/plan"
)

const year = 365 * 24 * time.Hour

// scoreDrills: ir-5.1.1.
func scoreDrills(s *sheet) {
	e := s.plan.Exercises
	kinds := map[string]bool{}
	full := ""
	e.Scenarios = library.Scenarios(s.plan)
	for _, x := range e.Scenarios {
		for _, id := range x.Issues {
			i, _ := s.plan.Issue(id)
			for _, k := range i.Kinds {
				kinds[k] = true
			}
		}
		if full == "" && s.wholeScenario(x) {
			full = x.ID
		}
	}
	every := max(e.Every.Or(30*24*time.Hour), e.ThenEvery.Or(180*24*time.Hour))
	switch {
	case len(e.Scenarios) == 0:
		s.lacks("Plan exercises: scenarios under exercises, and how often one is held.")
	case every > year:
		s.lacks("Hold an exercise at least once a year: now it is every %s.", plan.Duration(every))
	default:
		s.shows("exercises", "An exercise is due at least every %s", plan.Duration(every))
	}
	switch ago, ok := s.since(s.plan.Tested); {
	case !ok:
		s.lacks("Run an exercise, and write the day as tested.")
	case ago > 365:
		s.lacks("Run an exercise again: the last was on %s.", s.plan.Tested.Format("2006-01-02"))
	default:
		s.shows("tested", "The plan was last exercised on %s", s.plan.Tested.Format("2006-01-02"))
	}
	if len(kinds) >= 3 {
		s.shows("exercises.scenarios", "The scenarios drill %d kinds of issues: %s", len(kinds), strings.Join(sorted(kinds), ", "))
	} else {
		s.lacks("Drill at least three kinds of issues, such as theft, subsystem and admin-access: scenarios that name issues of those kinds.")
	}
	if full != "" {
		x, _ := s.plan.Scenario(full) // its name is the plan's own
		s.shows("exercises.scenarios["+full+"]", "%s goes all the way from the alert to the recovery", strconv.Quote(x.Name))
	} else {
		s.lacks("Let one scenario go all the way: a live part, or the steps, decisions and messages expected of an issue that a detector finds.")
	}
	if len(e.Moderators) > 0 && (wordsExerciseBy.MatchString(strings.ToLower(strings.Join(e.Steps, ". "))) || slices.ContainsFunc(e.Scenarios, func(x plan.Scenario) bool { return len(x.Debrief) > 0 })) {
		s.shows("exercises.moderators", "What an exercise teaches is recorded by %s", listed(s.names(e.Moderators)))
	} else {
		s.lacks("Name moderators, and say in the steps of an exercise, or the debrief of a scenario, what is recorded.")
	}
	if wordsFollowUp.MatchString(strings.ToLower(strings.Join(e.Steps, ". ") + debriefs(e))) {
		s.shows("exercises", "What was learned is to be followed up")
	}
	s.cannotShow("that what exercises found was mended, by whom and by when, and went back into the procedures")
}

// wholeScenario reports whether a scenario drills everything from the alert to the recovery.
func (s *sheet) wholeScenario(x plan.Scenario) bool {
	detected := slices.ContainsFunc(x.Issues, func(id string) bool {
		i, ok := s.plan.Issue(id)
		return ok && s.detectedBy(i) != ""
	})
	return detected && (x.Live != "" || len(x.Steps) > 0 && len(x.Decisions) > 0 && len(x.Updates) > 0)
}

func debriefs(e plan.Exercises) string {
	var all []string
	for _, x := range e.Scenarios {
		all = append(all, x.Debrief...)
	}
	return ". " + strings.Join(all, ". ")
}
