package check

import (
	"fmt"
	"time"
)

const (
	day = 24 * time.Hour

	// reviewAfter is how old a review may be. Half a year is also the longest time between two exercises.
	reviewAfter = 180 * day
)

func (c *checker) checkCare() {
	p := c.plan
	switch {
	case p.Reviewed.IsZero():
		c.add(Warning, "plan-not-reviewed", "", "Nobody has said when the whole plan was last read.",
			"People, numbers and contracts change; a plan that nobody has read again is about yesterday's team.",
			"Read it together, then write reviewed: and the day.")
	case c.since(p.Reviewed.Time) < -day:
		c.add(Warning, "review-overdue", "reviewed", fmt.Sprintf("The day of the last review, %s, has not come yet.", p.Reviewed.Format(time.DateOnly)),
			"Until that day nobody would be told that the plan is old.",
			"Write the day on which the whole plan was last read.")
	case c.since(p.Reviewed.Time) > reviewAfter:
		c.add(Warning, "review-overdue", "reviewed", fmt.Sprintf("The whole plan was last read %s ago.", count(int(c.since(p.Reviewed.Time)/day), "day")),
			"People, numbers and contracts change; a plan that nobody has read again is about yesterday's team.",
			"Read it together, mend it, then write the day under reviewed.")
	}
	every := p.Exercises.ThenEvery.Or(reviewAfter)
	switch {
	case p.Tested.IsZero():
		c.add(Warning, "plan-not-tested", "", "The plan was never exercised.",
			"What has not been tried does not work at night.",
			"Run one of its scenarios, then write tested: and the day.")
	case c.since(p.Tested.Time) < -day:
		c.add(Warning, "exercise-overdue", "tested", fmt.Sprintf("The day of the last exercise, %s, has not come yet.", p.Tested.Format(time.DateOnly)),
			"Until that day nobody would be told that an exercise is due.",
			"Write the day on which the plan was last exercised.")
	case c.since(p.Tested.Time) > every:
		c.add(Warning, "exercise-overdue", "tested", fmt.Sprintf("The last exercise was %s ago; the longest the plan allows is %s.",
			count(int(c.since(p.Tested.Time)/day), "day"), count(int(every/day), "day")),
			"People forget steps, and new people have never done them.",
			"Run a scenario, then write the day under tested.")
	}
	if len(p.Issues) == 0 {
		c.add(Error, "plan-without-issues", "", "The plan names no issue.",
			"Without issues nothing is watched for, and no procedure is ever started.",
			"Write down what could go wrong under issues:.")
	}
	if p.Owner == "" {
		c.add(Note, "plan-without-owner", "", "Nobody keeps the plan.",
			"What belongs to nobody is not mended when somebody leaves or a contract moves.",
			"Name a person, a group or a role under owner.")
	}
	if len(p.Scope.Incident)+len(p.Scope.Activation) == 0 {
		c.add(Note, "scope-missing", "scope", "The plan does not say what counts as an incident.",
			"People who are not sure whether it counts wait until they are.",
			"Write under scope.incident what is one, under scope.not_incident what is not, under scope.activation what starts the plan.")
	}
	if c.sealed {
		c.add(Note, "contacts-sealed", "contacts", "The contact details are sealed and were not opened for this check.",
			"Whether everybody can be reached stays unknown here.",
			"Check once where the file can be opened.")
	}
	c.checkAdoption()
	c.checkSeverities()
}

// since is how long ago a day was; zero if no date is known.
func (c *checker) since(t time.Time) time.Duration {
	if c.now.IsZero() {
		return 0
	}
	return c.now.Sub(t)
}

func (c *checker) checkAdoption() {
	for _, d := range c.plan.Decisions {
		if d.Adopts {
			return
		}
	}
	c.add(Warning, "adoption-missing", "decisions", "No decision adopts a newer plan.",
		"Once this plan is in force nobody can put a mended one in its place by signing.",
		"Add a decision with adopts: true and those who must sign a new plan.")
}

func (c *checker) checkSeverities() {
	var names []string
	path := ""
	for _, s := range c.plan.Severities {
		if s.RespondWithin == 0 {
			if path == "" {
				path = fmt.Sprintf("severities[%s]", s.ID)
			}
			names = append(names, s.Name)
		}
	}
	for i := 1; i < len(c.plan.Severities); i++ {
		worse, s := c.plan.Severities[i-1], c.plan.Severities[i]
		if s.RespondWithin > 0 && worse.RespondWithin > s.RespondWithin {
			c.add(Warning, "severity-out-of-order", fmt.Sprintf("severities[%s].respond_within", worse.ID),
				fmt.Sprintf("At severity %s somebody must answer within %s, and at %s, which is less, within %s.", worse.Name, worse.RespondWithin, s.Name, s.RespondWithin),
				"What is worse would be answered later.",
				"List severities worst first, and give the worse the shorter time.")
		}
	}
	if len(names) > 0 {
		c.add(Warning, "severity-without-response-time", path, fmt.Sprintf("The plan does not say how soon somebody must answer at severity %s.", list(names)),
			"Nobody can tell whether the team is late.",
			"Write respond_within: and a time, such as 5m.")
	}
}
