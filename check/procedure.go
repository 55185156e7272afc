package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tocsin/plan"
)

func (c *checker) checkProcedures() {
	led := map[string]bool{} // procedures that something leads to
	for _, i := range c.plan.Issues {
		led[i.Procedure] = true
	}
	for _, r := range c.plan.Procedures {
		for _, s := range r.Steps {
			for _, to := range branches(&s) {
				led[to] = true
			}
		}
	}
	drilled := c.drilled()
	c.checkHolders()
	for n := range c.plan.Procedures {
		r := &c.plan.Procedures[n]
		path := fmt.Sprintf("procedures[%s]", r.ID)
		c.checkPurposes(path, r)
		c.checkOwners(path, r)
		c.checkDetails(path, r)
		c.checkHalts(path, r)
		c.checkRestores(path, r)
		for k := range r.Steps {
			s := &r.Steps[k]
			c.checkStepAction(fmt.Sprintf("%s.steps[%s]", path, s.ID), s, plan.StepRef(r.ID, s.ID))
		}
		if !led[r.ID] {
			c.add(Note, "procedure-without-issue", path, fmt.Sprintf("No issue leads to the procedure %q.", r.Name),
				"In an emergency nobody would think of it.",
				"Name it under procedure of an issue.")
		}
		if len(c.plan.Exercises.Scenarios) > 0 && r.Scenario == "" && !drilled[r.ID] && !c.undrilledIssue(r.ID) {
			c.add(Note, "procedure-without-scenario", path, fmt.Sprintf("No scenario drills the procedure %q.", r.Name),
				"Its first run would be the real one.",
				"Write a scenario and name it under scenario.")
		}
	}
}

// branches are the procedures that the answers to a step's question lead to.
func branches(s *plan.Step) []string {
	if s.Question == nil {
		return nil
	}
	var ids []string
	for _, b := range s.Question.Branches {
		if b.Procedure != "" {
			ids = append(ids, b.Procedure)
		}
	}
	return ids
}

// The words by which a step that states no purpose is known to halt, to fix or to restore.
var (
	halts    = regexp.MustCompile(`\b(paus\w*|halt\w*|stop\w*|freez\w*|froz\w*|disabl\w*|block\w*|contain\w*|isolat\w*|shut\w*|revok\w*|suspend\w*|lock\w*|mitigat\w*|shield\w*|circuit ?breaker|take down|maintenance page|kill ?switch)\b`)
	fixes    = regexp.MustCompile(`\b(fix\w*|patch\w*|upgrad\w*|repair\w*|remed\w*|rotat\w*|replac\w*|re-?deploy\w*|deploy\w*|roll ?back|rolling back|mend\w*|eradicat\w*|hot-?fix\w*|migrat\w*)\b`)
	restores = regexp.MustCompile(`\b(restor\w*|resum\w*|unpaus\w*|re-?open\w*|recover\w*|refund\w*|reimburs\w*|compensat\w*|clean-?(ing )?up|re-?launch\w*|re-?enabl\w*|back to normal|return\w*|restart\w*|make good|unfreez\w*|bring back)\b`)
)

func serves(s *plan.Step, purpose string, words *regexp.Regexp) bool {
	if s.Purpose != "" {
		return s.Purpose == purpose
	}
	text := s.Name
	if !plan.Open(s.How) {
		text += ". " + s.How
	}
	return words.MatchString(strings.ToLower(text))
}

// checkPurposes asks whether a procedure halts the issue, fixes its cause and restores the service, with those that its
// questions lead to.
func (c *checker) checkPurposes(path string, r *plan.Procedure) {
	var halt, fix, restore bool
	seen := map[string]bool{r.ID: true}
	for todo := []*plan.Procedure{r}; len(todo) > 0; todo = todo[1:] {
		for k := range todo[0].Steps {
			s := &todo[0].Steps[k]
			halt = halt || serves(s, "halt", halts)
			fix = fix || serves(s, "fix", fixes)
			restore = restore || serves(s, "restore", restores)
			for _, id := range branches(s) {
				if next := c.procedures[id]; next != nil && !seen[id] {
					seen[id] = true
					todo = append(todo, next)
				}
			}
		}
	}
	var missing, why []string
	level := Note
	if !halt {
		level = Warning
		missing, why = append(missing, "halts the issue"), append(why, "the loss goes on")
	}
	if !fix {
		missing, why = append(missing, "fixes its cause"), append(why, "it happens again")
	}
	if !restore {
		missing, why = append(missing, "restores the service"), append(why, "users stay locked out")
	}
	if len(missing) == 0 {
		return
	}
	c.add(level, "procedure-incomplete", path, fmt.Sprintf("The procedure %q has no step that %s.", r.Name, strings.Join(missing, ", none that ")),
		fmt.Sprintf("Without it %s.", and(why)),
		"Add the step, or give the step that does it its purpose: halt, fix or restore.")
}

// checkOwners tells of the steps that nobody owns.
func (c *checker) checkOwners(path string, r *plan.Procedure) {
	var without []*plan.Step
	for k := range r.Steps {
		if r.Steps[k].Owner == "" {
			without = append(without, &r.Steps[k])
		}
	}
	if len(without) > 0 {
		at, which := c.steps(path, r, without)
		c.add(Warning, "step-without-owner", at, fmt.Sprintf("Nobody owns %s.", which),
			"Everybody would wait for somebody else to begin.",
			"Name the role that does it under owner.")
	}
}

// steps says which steps of a procedure are meant, and the path of the first.
func (c *checker) steps(path string, r *plan.Procedure, steps []*plan.Step) (string, string) {
	at := fmt.Sprintf("%s.steps[%s]", path, steps[0].ID)
	names := make([]string, len(steps))
	for k, s := range steps {
		names[k] = s.Name
	}
	switch {
	case len(steps) == 1:
		return at, fmt.Sprintf("the step %s of %q", list(names), r.Name)
	case len(steps) == len(r.Steps):
		return at, fmt.Sprintf("the %d steps of %q", len(steps), r.Name)
	}
	return at, fmt.Sprintf("%d of the %d steps of %q: %s", len(steps), len(r.Steps), r.Name, list(names))
}

// checkDetails tells of steps that do not say how they are done.
func (c *checker) checkDetails(path string, r *plan.Procedure) {
	var placeholder, silent []*plan.Step
	for k := range r.Steps {
		s := &r.Steps[k]
		texts := []string{s.How, s.Why, s.Expect, s.Verify, s.Rollback}
		for _, t := range s.Tools {
			texts = append(texts, t.Name, t.Use, t.Fallback)
		}
		switch {
		case slices.ContainsFunc(texts, plan.Open):
			placeholder = append(placeholder, s)
		case s.How == "" && s.Action == "" && s.Question == nil && len(s.Tools) == 0:
			silent = append(silent, s)
		}
	}
	if len(placeholder) > 0 {
		at, which := c.steps(path, r, placeholder)
		say := fmt.Sprintf("The details of %s are placeholders.", which)
		if t := placeholder[0].How; plan.Open(t) {
			say = strings.TrimSuffix(say, ".") + fmt.Sprintf(", such as %q.", clip(t))
			at += ".how"
		}
		c.add(Warning, "step-details-open", at, say,
			"Whoever is awake would have to find out how while it burns.",
			"Write it so that any member of the team could follow it alone at night.")
	}
	if len(silent) > 0 {
		at, which := c.steps(path, r, silent)
		c.add(Warning, "step-details-open", at, fmt.Sprintf("Nothing says how to do %s.", which),
			"Whoever is awake would have to find out how while it burns.",
			"Write under how what to do, so that any member of the team could follow it alone at night.")
	}
}

// checkHalts tells of steps that halt the issue and of which nobody could say whether they did.
func (c *checker) checkHalts(path string, r *plan.Procedure) {
	var blind []*plan.Step
	for k := range r.Steps {
		s := &r.Steps[k]
		if !serves(s, "halt", halts) || s.Verify != "" || s.Expect != "" {
			continue
		}
		if s.Action == "" { // an action is proved by its effect, or lacks one, which is a gap of its own
			blind = append(blind, s)
		}
	}
	if len(blind) > 0 {
		at, which := c.steps(path, r, blind)
		c.add(Warning, "halt-without-verification", at, fmt.Sprintf("Nothing shows whether the loss has stopped after %s.", which),
			"The team would go on to the next step while the money still leaves.",
			"Write under verify what to read, and what it must say.")
	}
}
