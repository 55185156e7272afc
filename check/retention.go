package check

import (
	"slices"

	"tocsin/plan"
)

// checkRetention asks how long texts about people are kept. What strangers hand in is the graver part: nobody of the team chose to
// write it, and it may name anybody.
func (c *checker) checkRetention() {
	form := slices.ContainsFunc(c.plan.Detectors, func(d plan.Detector) bool { return d.Kind == "report" })
	switch r := c.plan.Retention; {
	case form && r.Reports == 0:
		c.add(Warning, "reports-kept-forever", "retention", "What strangers write into the public form is kept for ever, with how to reach them.",
			"They may ask that it be removed, the law may want it, and whoever steals the database has all of it.",
			"Write under retention.reports after how long it is removed, such as 90d.")
	case r == (plan.Retention{}):
		c.add(Note, "retention-missing", "retention", "The plan does not say how long texts about people are kept.",
			"Notes, answers and files of every incident are kept for ever.",
			"Write under retention.incidents how long after an incident they are removed, such as 730d.")
	}
}
