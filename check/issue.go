package check

import (
	"fmt"
	"slices"

	"tocsin/plan"
)

func (c *checker) checkCare() {
	if c.plan.Reviewed.IsZero() {
		c.add(Warning, "plan-not-reviewed", "", "Nobody has said when the whole plan was last read.",
			"People, numbers and contracts change; a plan that nobody has read again is about yesterday's team.",
			"Read it together, then write reviewed: and the day.")
	}
	if c.plan.Tested.IsZero() {
		c.add(Warning, "plan-not-tested", "", "The plan was never exercised.",
			"What has not been tried does not work at night.",
			"Run one of its scenarios, then write tested: and the day.")
	}
	if len(c.plan.Issues) == 0 {
		c.add(Error, "plan-without-issues", "", "The plan names no issue.",
			"Without issues nothing is watched for, and no procedure is ever started.",
			"Write down what could go wrong under issues:.")
	}
}

func (c *checker) checkIssues() {
	for _, i := range c.plan.Issues {
		path := fmt.Sprintf("issues[%s]", i.ID)
		if !c.detected(i) {
			severity := i.Severity
			if s, ok := c.plan.Severity(i.Severity); ok {
				severity = s.Name
			}
			say := fmt.Sprintf("Nothing detects %q automatically. Its severity is %s.", i.Name, severity)
			why := "Somebody has to notice it, and most of the time everybody sleeps."
			if len(i.Detection.Manual) == 0 {
				say = fmt.Sprintf("Nothing detects %q, neither a detector nor a person. Its severity is %s.", i.Name, severity)
				why = "It would be learned from those whom it harmed."
			}
			c.add(Warning, "issue-without-detection", path, say, why, "Declare a detector and name it under detection.detectors.")
		}
		if i.Procedure == "" {
			c.add(Error, "issue-without-procedure", path, fmt.Sprintf("No procedure answers %q.", i.Name),
				"Whoever is awake would have to invent the response.",
				"Write a procedure, even a short one, and name it under procedure.")
		}
	}
}

// detected reports whether a machine notices an issue. A detector of kind report waits for people.
func (c *checker) detected(i plan.Issue) bool {
	for _, id := range i.Detection.Detectors {
		if d, ok := c.plan.Detector(id); ok && d.Kind != "report" {
			return true
		}
	}
	return false
}

func (c *checker) checkDetectors() {
	for _, d := range c.plan.Detectors {
		path := fmt.Sprintf("detectors[%s]", d.ID)
		if d.Mode == "act" && d.Kind != "state" && d.Kind != "match" {
			c.add(Error, "cheap-detector-acts", path+".mode", fmt.Sprintf("The detector %q may act by itself, and outsiders can set it off cheaply.", d.Name),
				fmt.Sprintf("Anybody who can cause a finding of kind %s could make Tocsin pause the protocol whenever they like.", d.Kind),
				"Let it page, or act on a detector of kind state or match.")
		}
		if len(c.plan.IssuesOf(d.ID)) == 0 {
			c.add(Note, "detector-without-issue", path, fmt.Sprintf("No issue names the detector %q.", d.Name),
				"What it finds would belong to nothing that the plan knows how to answer.",
				"Name it under the detection of an issue, or remove it.")
		}
	}
}

func (c *checker) checkProcedures() {
	for _, r := range c.plan.Procedures {
		for _, s := range r.Steps {
			path := fmt.Sprintf("procedures[%s].steps[%s]", r.ID, s.ID)
			if s.Owner == "" {
				c.add(Warning, "step-without-owner", path, fmt.Sprintf("Nobody owns the step %q.", s.Name),
					"Everybody would wait for somebody else to begin.",
					"Name the role that does it under owner.")
			} else if len(c.able(s.Owner)) == 0 {
				c.add(Error, "step-owner-nobody", path+".owner", fmt.Sprintf("Nobody who can be reached can hold the role %q, which owns the step %q.", s.Owner, s.Name),
					"The step would never be done.",
					"Name persons under the role's holders.")
			}
			c.checkStepAction(path, s, plan.StepRef(r.ID, s.ID))
		}
	}
}

func (c *checker) checkStepAction(path string, s plan.Step, ref string) {
	if a, ok := c.plan.Action(s.Action); ok && a.Effect == nil {
		level := Warning
		if onChain(a) {
			level = Error
		}
		c.add(level, "action-without-effect", fmt.Sprintf("actions[%s]", a.ID),
			fmt.Sprintf("Nothing proves that the action %q worked, on which the step %q relies.", a.Name, s.Name),
			"A transaction can land and change nothing; the team would believe that the loss has stopped.",
			"Add effect: a view call and what it must answer, such as paused() returns (bool), want \"true\".")
	}
	d, ok := c.plan.Decision(s.Decision)
	if !ok {
		return
	}
	if s.Action != "" && !slices.Contains(d.Actions, s.Action) {
		c.add(Error, "decision-does-not-cover", path+".decision", fmt.Sprintf("The step %q does the action %q under the decision %q, which does not authorise it.", s.Name, s.Action, d.ID),
			"The approvals would be gathered, and the action would still be refused.",
			fmt.Sprintf("Add %s to the actions of the decision %s.", s.Action, d.ID))
	}
	if s.Action == "" && !slices.Contains(d.Steps, ref) {
		c.add(Error, "decision-does-not-cover", path+".decision", fmt.Sprintf("The step %q needs the decision %q, which does not authorise it.", s.Name, d.ID),
			"The approvals would be gathered, and the step would still be held back.",
			fmt.Sprintf("Add %s to the steps of the decision %s.", ref, d.ID))
	}
}

func onChain(a plan.Action) bool {
	return a.Kind == "call" || a.Kind == "safe" || a.Kind == "signed-transaction"
}
