package check

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/exercise/library"
	"tocsin/plan"
)

// drilled are the procedures that a scenario exercises: those of its issues and of the steps that it expects.
func (c *checker) drilled() map[string]bool {
	procedure := map[string]string{}
	for _, i := range c.plan.Issues {
		procedure[i.ID] = i.Procedure
	}
	drilled := map[string]bool{}
	for _, s := range c.scenarios {
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
	c.checkFits()
	in := map[string]bool{}
	for _, s := range c.scenarios {
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
		if in[i.ID] || i.Procedure != "" && drilled[i.Procedure] {
			continue
		}
		if !c.worst(i) {
			c.add(Note, "issue-without-scenario", fmt.Sprintf("issues[%s]", i.ID), fmt.Sprintf("No scenario exercises %q.", i.Name),
				"The first time that the team meets it would be the real one.", c.propose(i))
			continue
		}
		c.add(Warning, "worst-issue-without-scenario", fmt.Sprintf("issues[%s]", i.ID), fmt.Sprintf("No scenario exercises %q, one of the worst issues.", i.Name),
			"What would hurt most is what the team has never tried.", c.propose(i))
	}
}

// worst reports whether an issue is of the worst severity; where the plan ranks nothing, whether it is about theft.
func (c *checker) worst(i *plan.Issue) bool {
	if at, ok := c.severities[i.Severity]; ok {
		return at == 0
	}
	return c.impact(i) == 0
}

// checkFits says where a scenario does not fit the plan: one that plays a script of the library, where the plan lacks what the script
// speaks of; and one that expects what belongs to another issue.
func (c *checker) checkFits() {
	for n := range c.plan.Exercises.Scenarios {
		path := fmt.Sprintf("exercises.scenarios[%s]", c.plan.Exercises.Scenarios[n].ID)
		own, played := &c.plan.Exercises.Scenarios[n], &c.scenarios[n]
		if own.Sealed {
			continue
		}
		for _, m := range c.misfits[n] {
			level := map[library.Level]Level{library.Error: Warning}[m.Level]
			if level == "" {
				level = Note
			}
			c.add(level, "scenario-does-not-fit", path, fmt.Sprintf("The scenario %q does not fit the plan: %s", own.Name, m.Say),
				"It would be played without it, or not at all.", m.Do)
		}
		if len(c.misfits[n]) == 0 && len(played.Issues) == 0 {
			c.add(Note, "scenario-does-not-fit", path, fmt.Sprintf("The scenario %q does not say which issue it exercises.", own.Name),
				"Nobody can tell what the team has practised, and what it has not.", "Name the issue under issues.")
		}
		if strange := c.strangers(played); len(strange) > 0 {
			c.add(Note, "scenario-does-not-fit", path, fmt.Sprintf("The scenario %q expects %s, of a procedure that none of its issues leads to.", own.Name, strings.Join(strange, ", ")),
				"A team that follows the plan would be marked as late.", "Name the issue of that procedure under issues, or take the step out.")
		}
	}
}

// strangers are the steps that a scenario expects though no issue of it leads to their procedures.
func (c *checker) strangers(s *plan.Scenario) []string {
	if len(s.Issues) == 0 {
		return nil
	}
	led := map[string]bool{}
	var follow func(id string)
	follow = func(id string) {
		r := c.procedures[id]
		if r == nil || led[id] {
			return
		}
		led[id] = true
		for i := range r.Steps {
			for _, to := range branches(&r.Steps[i]) {
				follow(to)
			}
		}
	}
	for _, i := range c.plan.Issues {
		if slices.Contains(s.Issues, i.ID) {
			follow(i.Procedure)
		}
	}
	var strange []string
	for _, ref := range s.Steps {
		if r, _, _ := plan.SplitStep(ref); !led[r] {
			strange = append(strange, ref)
		}
	}
	return strange
}

// undrilledIssue reports whether it is said of an issue that nobody exercises it, and with it its procedure.
func (c *checker) undrilledIssue(procedure string) bool {
	for n := range c.plan.Issues {
		if i := &c.plan.Issues[n]; i.Procedure == procedure && !c.worst(i) {
			return true
		}
	}
	return false
}

// propose says which scenario would exercise an issue: one of the library, where one fits.
func (c *checker) propose(i *plan.Issue) string {
	if fit := c.fitting(i.ID); fit != "" {
		return fmt.Sprintf("Play one of the library: { id: %s, name: %s, from: %s } under scenarios. Or write one, and name the issue under its issues.", fit, fit, fit)
	}
	return "Write a scenario and name the issue under its issues."
}

// fitting is the first script of the library that drills an issue and can be played with the plan; empty if there is none.
func (c *checker) fitting(issue string) string {
	if c.fits == nil {
		c.fits = map[string]string{}
		for _, s := range library.Scripts() {
			x, misfits := library.Bind(c.plan, s, nil)
			if len(x.Issues) > 0 && !library.Fails(misfits) && c.fits[x.Issues[0]] == "" {
				c.fits[x.Issues[0]] = s.ID
			}
		}
	}
	return c.fits[issue]
}
