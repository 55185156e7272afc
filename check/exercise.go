package check

import (
	"fmt"

	"tocsin/plan"
)

// drilled are the procedures that a scenario exercises: those of its issues and of the steps that it expects.
func (c *checker) drilled() map[string]bool {
	procedure := map[string]string{}
	for _, i := range c.plan.Issues {
		procedure[i.ID] = i.Procedure
	}
	drilled := map[string]bool{}
	for _, s := range c.plan.Exercises.Scenarios {
		for _, i := range s.Issues {
			drilled[procedure[i]] = true
		}
		for _, ref := range s.Steps {
			if r, _, ok := plan.SplitStep(ref); ok {
				drilled[r] = true
			}
		}
	}
	return drilled
}

func (c *checker) checkExercises() {
	if len(c.plan.Exercises.Scenarios) == 0 {
		c.add(Warning, "exercises-missing", "exercises", "The plan holds no scenario to exercise.",
			"The first time that the team walks through it would be the real one.",
			"Write a scenario for the worst issue: an opening to read aloud, what happens next, and what you want to see.")
		return
	}
	in := map[string]bool{}
	for _, s := range c.plan.Exercises.Scenarios {
		for _, i := range s.Issues {
			in[i] = true
		}
	}
	// An issue is drilled as well where its procedure is, by the scenario that the procedure names or that expects its steps.
	drilled := c.drilled()
	for _, r := range c.plan.Procedures {
		if r.Scenario != "" {
			drilled[r.ID] = true
		}
	}
	for n := range c.plan.Issues {
		i := &c.plan.Issues[n]
		if !c.worst(i) || in[i.ID] || i.Procedure != "" && drilled[i.Procedure] {
			continue
		}
		c.add(Warning, "worst-issue-without-scenario", fmt.Sprintf("issues[%s]", i.ID), fmt.Sprintf("No scenario exercises %q, one of the worst issues.", i.Name),
			"What would hurt most is what the team has never tried.",
			"Write a scenario and name the issue under its issues.")
	}
}

// worst reports whether an issue is of the worst severity; where the plan ranks nothing, whether it is about theft.
func (c *checker) worst(i *plan.Issue) bool {
	if at, ok := c.severities[i.Severity]; ok {
		return at == 0
	}
	return c.impact(i) == 0
}
