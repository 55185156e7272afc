package check

import (
	"fmt"
	"slices"

	"tocsin/plan"
)

func (c *checker) checkActions() {
	authorised, done := map[string]bool{}, map[string]string{}
	for _, d := range c.plan.Decisions {
		for _, id := range d.Actions {
			authorised[id] = true
		}
	}
	for _, r := range c.plan.Procedures {
		for _, s := range r.Steps {
			if done[s.Action] == "" {
				done[s.Action] = s.Name
			}
		}
	}
	undone := map[string]bool{}
	for _, a := range c.plan.Actions {
		if done[a.ID] != "" {
			undone[a.Undo] = true
		}
	}
	for _, a := range c.plan.Actions {
		path := fmt.Sprintf("actions[%s]", a.ID)
		if !authorised[a.ID] {
			c.add(Error, "action-without-decision", path, fmt.Sprintf("No decision authorises the action %q.", a.Name),
				"Nobody can ever approve it, so it can never be sent.",
				"Name it under the actions of a decision.")
		} else if done[a.ID] == "" && !undone[a.ID] {
			c.add(Note, "action-without-step", path, fmt.Sprintf("No step does the action %q.", a.Name),
				"In an emergency somebody would have to think of it.",
				"Name it under action of the step that should do it.")
		}
		if a.Undo == a.ID {
			c.add(Warning, "action-undoes-itself", path+".undo", fmt.Sprintf("The action %q is said to undo itself.", a.Name),
				"Whoever wants to take it back would do it once more.",
				"Name the action that takes it back, or leave undo out.")
		}
		if a.Effect == nil && a.Proof == nil && a.Status == nil && a.Kind != "together" && done[a.ID] != "" {
			level := Warning
			if onChain(&a) {
				level = Error
			}
			c.add(level, "action-without-effect", path, fmt.Sprintf("Nothing proves that the action %q worked, on which the step %q relies.", a.Name, done[a.ID]),
				"A transaction can land and change nothing; the team would believe that the loss has stopped.",
				"Add effect: a view call and what it must answer, such as paused() returns (bool), want \"true\".")
		}
	}
}

// checkStepAction asks whether what a step needs is authorised by the decision that it names.
func (c *checker) checkStepAction(path string, s *plan.Step, ref string) {
	d := c.decisions[s.Decision]
	if d == nil {
		return
	}
	if s.Action != "" && !slices.Contains(d.Actions, s.Action) {
		c.add(Error, "decision-does-not-cover", path+".decision", fmt.Sprintf("The step %q does the action %q under the decision %q, which does not authorise it.", s.Name, s.Action, d.ID),
			"The approvals would be gathered, and the action would still be refused.",
			fmt.Sprintf("Add %s to the actions of the decision %s.", s.Action, d.ID))
	}
	if s.Action == "" && !c.covers(d, ref) {
		c.add(Error, "decision-does-not-cover", path+".decision", fmt.Sprintf("The step %q needs the decision %q, which does not authorise it.", s.Name, d.ID),
			"The approvals would be gathered, and the step would still be held back.",
			fmt.Sprintf("Add %s to the steps of the decision %s.", ref, d.ID))
	}
}

// covers reports whether a decision authorises a step.
func (c *checker) covers(d *plan.Decision, ref string) bool {
	steps, ok := c.covered[d.ID]
	if !ok {
		steps = map[string]bool{}
		for _, s := range d.Steps {
			steps[s] = true
		}
		c.covered[d.ID] = steps
	}
	return steps[ref]
}

func onChain(a *plan.Action) bool {
	return a.Kind == "call" || a.Kind == "safe" || a.Kind == "signed-transaction"
}
