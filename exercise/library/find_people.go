package library

import (
	"fmt"
	"slices"
	"time"

	"tocsin/plan"
)

func (b *binder) findDecision(part Part) string {
	ref := b.bound[part.Of]
	procedure, step, _ := plan.SplitStep(ref)
	s, ok := b.plan.Step(procedure, step)
	if !ok {
		return "" // said of the step
	}
	if s.Decision != "" {
		return s.Decision
	}
	for _, d := range b.plan.Decisions {
		if slices.Contains(d.Steps, ref) || s.Action != "" && slices.Contains(d.Actions, s.Action) {
			return d.ID
		}
	}
	b.misfit(Warning, part, fmt.Sprintf("Nothing must be decided before the step %s.", quoted(s.Name)), "Name the decision that it needs under decision of that step.")
	return ""
}

func (b *binder) findUpdate(part Part) string {
	issue, ok := b.issueOf(Part{})
	if !ok {
		return "" // said of the issue
	}
	best, most := "", 0
	for _, c := range b.plan.Communications {
		if c.Audience != part.Audience || c.Postmortem || !owed(c, issue) {
			continue
		}
		score := 1 + word*words(part.Words, c.ID, c.Name)
		if c.Timing.Every > 0 {
			score += near // while it lasts
		}
		if score > most {
			best, most = c.ID, score
		}
	}
	if best == "" {
		b.misfit(Warning, part, fmt.Sprintf("No message to %s is owed for %s.", part.Audience, quoted(issue.Name)), "Add a communication for that audience, with how often it is owed.")
	}
	return best
}

// owed reports whether a message is owed for an issue.
func owed(c plan.Communication, i plan.Issue) bool {
	within := func(limits []string, id string) bool { return len(limits) == 0 || slices.Contains(limits, id) }
	return within(c.Categories, i.Category) && within(c.Severities, i.Severity) && within(c.Issues, i.ID)
}

func (b *binder) findChannel(part Part) string {
	best, most := "", 0
	for _, c := range b.plan.Channels {
		if slices.Contains(b.taken(Channel), c.ID) {
			continue
		}
		if score := words(part.Words, c.ID, c.Kind, c.Name); score > most {
			best, most = c.ID, score
		}
	}
	if best == "" {
		b.misfit(Warning, part, fmt.Sprintf("The plan has no channel such as %s.", either(part.Words)), "Add it to the channels.")
	}
	return best
}

// findPerson finds one of those whose yes a decision needs, and who is not another part already.
func (b *binder) findPerson(part Part) string {
	d, ok := b.plan.Decision(b.bound[part.Of])
	if !ok {
		return "" // said of the decision
	}
	for _, ref := range slices.Concat(d.Required, d.Additional.Who) {
		for _, id := range b.plan.Members(ref, time.Time{}) {
			if !slices.Contains(b.taken(Person), id) {
				return id
			}
		}
	}
	b.misfit(Warning, part, fmt.Sprintf("Nobody more is named who must agree to %s.", quoted(d.Name)), "Name the approvers under required or additional.")
	return ""
}
