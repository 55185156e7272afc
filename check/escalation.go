package check

import (
	"fmt"
	"slices"

	"tocsin/plan"
)

// atDetection is the moment at which somebody must be told, or nobody could validate.
const atDetection = "detection"

// checkEscalation asks of every category that has issues whether somebody is told when one is detected.
func (c *checker) checkEscalation() {
	var order []string
	severities := map[string][]string{} // category → severities of its issues
	first := map[string]*plan.Issue{}
	for n := range c.plan.Issues {
		i := &c.plan.Issues[n]
		if severities[i.Category] == nil {
			order = append(order, i.Category)
			first[i.Category] = i
		}
		if s := c.severityOf(i); !slices.Contains(severities[i.Category], s) {
			severities[i.Category] = append(severities[i.Category], s)
		}
	}
	for _, category := range order {
		if !slices.ContainsFunc(severities[category], func(s string) bool { return !c.toldOnDetection(category, s) }) {
			continue
		}
		path, say := fmt.Sprintf("categories[%s]", category), fmt.Sprintf("Nobody is told when an issue of the category %q is detected", c.categoryName(category))
		if category == "" {
			path, say = fmt.Sprintf("issues[%s]", first[category].ID), fmt.Sprintf("Nobody is told when %q is detected", first[category].Name)
		}
		if later := c.toldLater(category); later != "" {
			say += fmt.Sprintf(": the core team is told at %s", later)
		}
		c.add(Error, "nobody-told-on-detection", path, say+".",
			"Somebody has to be told before anybody can validate it. Tocsin calls the core team all the same; a team that follows the paper waits.",
			"In the escalation rule of the category, tell somebody at detection: core: detection, or who: with when: detection.")
	}
}

// severityOf is the severity with which an issue opens: the worst where it has none.
func (c *checker) severityOf(i *plan.Issue) string {
	if i.Severity == "" && len(c.plan.Severities) > 0 {
		return c.plan.Severities[0].ID
	}
	return i.Severity
}

func (c *checker) categoryName(id string) string {
	for i := range c.plan.Categories {
		if c.plan.Categories[i].ID == id {
			return c.plan.Categories[i].Name
		}
	}
	return id
}

// toldOnDetection reports whether somebody is told at once of an issue of a category and a severity. Whether the team that
// is told has somebody for the category is a question of its own.
func (c *checker) toldOnDetection(category, severity string) bool {
	if at, ok := c.severities[severity]; ok {
		for _, ref := range c.plan.Severities[at].Page {
			if len(c.able(ref)) > 0 {
				return true
			}
		}
	}
	for _, r := range c.plan.Escalation.Rules {
		if !lets(r.Categories, category) || !lets(r.Severities, severity) {
			continue
		}
		if r.Core == atDetection && len(c.plan.CoreTeam) > 0 || r.Extended == atDetection && c.answering(c.plan.ExtendedTeam, category) {
			return true
		}
		if r.When == atDetection && slices.ContainsFunc(r.Who, func(ref string) bool { return len(c.able(ref)) > 0 }) {
			return true
		}
	}
	return false
}

// toldLater is the first moment after detection at which the core team is told of a category; empty if never.
func (c *checker) toldLater(category string) string {
	for _, moment := range []string{"validation", "containment", "resolution"} {
		for _, r := range c.plan.Escalation.Rules {
			if lets(r.Categories, category) && r.Core == moment {
				return moment
			}
		}
	}
	return ""
}

// lets reports whether a filter of an escalation rule lets a value through. An unknown value passes every filter.
func lets(filter []string, value string) bool {
	return len(filter) == 0 || value == "" || slices.Contains(filter, value)
}

// answering reports whether somebody of a team answers for a category.
func (c *checker) answering(team []plan.Person, category string) bool {
	for i := range team {
		if !team[i].Body && (category == "" || len(team[i].Categories) == 0 || slices.Contains(team[i].Categories, category)) {
			return true
		}
	}
	return false
}

// checkCategories asks whether each category has issues, and somebody of the core team who answers for it.
func (c *checker) checkCategories() {
	issues, told := map[string]bool{}, map[string]bool{}
	for _, i := range c.plan.Issues {
		issues[i.Category] = true
	}
	for _, k := range c.plan.Categories {
		for _, r := range c.plan.Escalation.Rules {
			told[k.ID] = told[k.ID] || r.Core != "" && lets(r.Categories, k.ID)
		}
	}
	answer := map[string][]string{} // category → those of both teams who name it
	for _, team := range [][]plan.Person{c.plan.CoreTeam, c.plan.ExtendedTeam} {
		for i := range team {
			for _, k := range team[i].Categories {
				answer[k] = append(answer[k], team[i].Name)
			}
		}
	}
	mentioned := map[string]bool{}
	for _, k := range c.plan.Categories {
		if !issues[k.ID] || !told[k.ID] || len(c.plan.CoreTeam) == 0 || c.answering(c.plan.CoreTeam, k.ID) {
			continue
		}
		say, mend := fmt.Sprintf("Nobody of the core team answers for %q.", k.Name), fmt.Sprintf("Add %s to the categories of those who answer for it.", k.ID)
		for _, other := range c.plan.Categories {
			if other.ID != k.ID && !issues[other.ID] && len(answer[other.ID]) > 0 && akin(k.Name, other.Name) {
				mentioned[other.ID] = true
				who := answer[other.ID]
				say += fmt.Sprintf(" %s %s %q, which is the category of no issue. Is it the same?", plain(who), verb(len(who), "answers for", "answer for"), other.Name)
				mend = fmt.Sprintf("If it is the same, write %s in place of %s everywhere.", k.ID, other.ID)
				break
			}
		}
		c.add(Error, "category-without-responder", fmt.Sprintf("categories[%s]", k.ID), say,
			"The rule that tells the core team would find nobody to tell.", mend)
	}
	for _, k := range c.plan.Categories {
		if issues[k.ID] || mentioned[k.ID] || len(c.plan.Issues) == 0 {
			continue
		}
		say := fmt.Sprintf("No issue is of the category %q.", k.Name)
		if who := answer[k.ID]; len(who) > 0 {
			say += fmt.Sprintf(" %s %s for it.", plain(who), verb(len(who), "answers", "answer"))
		}
		c.add(Note, "category-without-issue", fmt.Sprintf("categories[%s]", k.ID), say,
			"Either an issue is missing, or the same thing has two names.",
			"Add the issue, or write the other category's name wherever this one stands.")
	}
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
