package check

import (
	"fmt"

	"tocsin/plan"
)

// checkOpen looks for names and other short texts that only stand in for one that is still to be written. Details of steps
// and contacts are looked at where they belong.
func (c *checker) checkOpen() {
	p := c.plan
	open := func(path, what, text string) {
		if !plan.Open(text) {
			return
		}
		c.add(Warning, "value-open", path, fmt.Sprintf("%s is still to be written: %q stands in its place.", what, clip(text)),
			"In the emergency nobody will have the time to find out.",
			"Find out, and write it down.")
	}
	open("name", "The name of the protocol", p.Name)
	for _, x := range p.Categories {
		open(fmt.Sprintf("categories[%s].name", x.ID), "The name of a category", x.Name)
	}
	for _, x := range p.Issues {
		open(fmt.Sprintf("issues[%s].name", x.ID), "The name of an issue", x.Name)
		open(fmt.Sprintf("issues[%s].summary", x.ID), fmt.Sprintf("The summary of %q", x.Name), x.Summary)
		for i, m := range x.Detection.Manual {
			open(fmt.Sprintf("issues[%s].detection.manual[%d].what", x.ID, i), fmt.Sprintf("How people notice %q", x.Name), m.What)
		}
	}
	for _, x := range p.Procedures {
		for _, s := range x.Steps {
			open(fmt.Sprintf("procedures[%s].steps[%s].name", x.ID, s.ID), fmt.Sprintf("The name of a step of %q", x.Name), s.Name)
		}
	}
	for _, x := range p.CoreTeam {
		open(fmt.Sprintf("core_team[%s].name", x.ID), fmt.Sprintf("The name of %q of the core team", x.ID), x.Name)
	}
	for _, x := range p.ExtendedTeam {
		open(fmt.Sprintf("extended_team[%s].name", x.ID), fmt.Sprintf("The name of %q of the extended team", x.ID), x.Name)
	}
	for _, x := range p.Unlisted {
		open(fmt.Sprintf("unlisted[%s].name", x.ID), "The name of somebody on no list", x.Name)
	}
	for _, x := range p.Assets {
		open(fmt.Sprintf("assets[%s].location", x.ID), fmt.Sprintf("The place of %q", x.Name), x.Location)
		open(fmt.Sprintf("assets[%s].recovery", x.ID), fmt.Sprintf("Whom to ask to get %q back", x.Name), x.Recovery)
		open(fmt.Sprintf("assets[%s].secret_at", x.ID), fmt.Sprintf("Where the secret of %q lies", x.Name), x.SecretAt)
	}
	for _, x := range p.Channels {
		open(fmt.Sprintf("channels[%s].to", x.ID), fmt.Sprintf("The address of the channel %q", x.Name), x.To)
	}
	for _, x := range p.Decisions {
		open(fmt.Sprintf("decisions[%s].question", x.ID), fmt.Sprintf("What %q asks of its approvers", x.Name), x.Question)
	}
	for _, x := range p.Actions {
		open(fmt.Sprintf("actions[%s].changes", x.ID), fmt.Sprintf("What the action %q changes", x.Name), x.Changes)
		open(fmt.Sprintf("actions[%s].harms", x.ID), fmt.Sprintf("Whom the action %q harms", x.Name), x.Harms)
		open(fmt.Sprintf("actions[%s].not_when", x.ID), fmt.Sprintf("When not to use the action %q", x.Name), x.NotWhen)
	}
	for _, x := range p.Exercises.Scenarios {
		open(fmt.Sprintf("exercises.scenarios[%s].opening", x.ID), fmt.Sprintf("The opening of the scenario %q", x.Name), x.Opening)
	}
}
