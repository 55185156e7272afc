package cli

import (
	"time"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
)

func (t *terminal) incidentTake() *cobra.Command {
	var d desk
	c := &cobra.Command{Use: "take INCIDENT ROLE", Short: "Take a role", Args: exactly("an incident", "a role")}
	c.RunE = func(c *cobra.Command, args []string) error {
		return t.carryOut(c, d, args, access.Respond, func(*engine.View, []string) (incident.Op, error) {
			return incident.OpTakeRole{Role: args[1], Person: d.as}, nil
		})
	}
	d.flags(c, true)
	return c
}

func (t *terminal) incidentHandOver() *cobra.Command {
	var note string
	return t.do("hand-over INCIDENT ROLE PERSON", "Ask somebody to take a role over; whoever holds it keeps it until they accept", []string{"an incident", "a role", "a person"}, access.Respond,
		func(c *cobra.Command) { c.Flags().StringVar(&note, "note", "", "what they have to know") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpHandOver{Role: args[1], To: args[2], Note: note}, nil
		})
}

func (t *terminal) incidentAccept() *cobra.Command {
	return t.do("accept INCIDENT ROLE", "Take a role over that somebody asks you to take", []string{"an incident", "a role"}, access.Answer, nil,
		func(_ *engine.View, args []string) (incident.Op, error) { return incident.OpAccept{Role: args[1]}, nil })
}

func (t *terminal) incidentDecline() *cobra.Command {
	var why string
	return t.do("decline INCIDENT ROLE", "Say that you do not take a role over", []string{"an incident", "a role"}, access.Answer,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpDecline{Role: args[1], Why: why}, nil
		})
}

func (t *terminal) incidentLeave() *cobra.Command {
	var note string
	return t.do("leave INCIDENT", "Say that you leave: your roles go to others, and your backups are called", []string{"an incident"}, access.Answer,
		func(c *cobra.Command) { c.Flags().StringVar(&note, "note", "", "what the others should know") },
		func(*engine.View, []string) (incident.Op, error) { return incident.OpLeave{Note: note}, nil })
}

func (t *terminal) incidentCorrect() *cobra.Command {
	var why string
	return t.do("correct INCIDENT MOMENT TIME", "Correct when something was, as in 2026-11-21T09:41:07Z; what was recorded is kept", []string{"an incident", "a moment", "a time"}, access.Respond,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "how you know") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			at, err := time.Parse(time.RFC3339, args[2])
			if err != nil {
				return nil, fault.New(fault.Invalid, "%q is not a time.", args[2]).Instead("Write it like 2026-11-21T09:41:07Z, in UTC.")
			}
			return incident.OpCorrect{Moment: args[1], At: at, Why: why}, nil
		})
}
