package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/incident"
)

func (t *terminal) incidentDistrust() *cobra.Command {
	var why string
	return t.do("distrust INCIDENT KIND WHAT", "Say that something is in wrong hands: a "+strings.Join(incident.Distrusted[:], ", "), []string{"an incident", "what kind of thing it is", "the thing, as the plan writes it"}, access.Respond,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpDistrust{Kind: args[1], Ref: args[2], Why: why}, nil
		})
}

func (t *terminal) incidentTrust() *cobra.Command {
	var why string
	return t.do("trust INCIDENT KIND WHAT", "Trust something again; at a severity that wants it, a second person has to say so too", []string{"an incident", "what kind of thing it is", "the thing"}, access.Respond,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpTrust{Kind: args[1], Ref: args[2], Why: why}, nil
		})
}

func (t *terminal) incidentRestrict() *cobra.Command {
	var why string
	return t.do("restrict INCIDENT PERSONS", "Hide the incident from people, named with commas between; from more than one it takes two", []string{"an incident", "the persons"}, access.Respond,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpRestrict{Hide: strings.Split(args[1], ","), Why: why}, nil
		})
}

func (t *terminal) incidentReveal() *cobra.Command {
	var why string
	return t.do("reveal INCIDENT PERSON", "Show the incident again to somebody from whom it is hidden", []string{"an incident", "a person"}, access.Respond,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpReveal{Person: args[1], Why: why}, nil
		})
}
