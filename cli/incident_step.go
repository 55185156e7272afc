package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/comms"
	"tocsin/engine"
	"tocsin/incident"
)

func (t *terminal) incidentStep() *cobra.Command {
	var note, from, answer string
	return t.do("step INCIDENT STEP begin|done|skipped|failed", "Begin or end a step of the procedure", []string{"an incident", "a step", "what became of it"}, access.Step,
		func(c *cobra.Command) {
			c.Flags().StringVar(&note, "note", "", "what was found or done")
			c.Flags().StringVar(&answer, "answer", "", "answer to the question of a step that is done, word for word")
			c.Flags().StringVar(&from, "from", "", "the person to take the step over from, if somebody has begun it")
		},
		func(_ *engine.View, args []string) (incident.Op, error) {
			if args[2] == "begin" {
				return incident.OpBeginStep{Step: args[1], From: from}, nil
			}
			return incident.OpEndStep{Step: args[1], State: args[2], Note: note, Answer: answer}, nil
		})
}

func (t *terminal) incidentUpdate() *cobra.Command {
	var asked *cobra.Command
	var text, link string
	var posted, lost []string
	return t.do("update INCIDENT UPDATE", "Post an update that is owed", []string{"an incident", "an update"}, access.Post,
		func(c *cobra.Command) {
			asked = c
			c.Flags().StringVar(&text, "text", "", "the text; - reads it from standard input; the draft if it is not given")
			c.Flags().StringVar(&link, "link", "", "link of the responders' room that it opens; it is pinned")
			c.Flags().StringSliceVar(&lost, "lost", nil, "channels that cannot be used, as an account that was taken over; it goes over the backup instead")
			c.Flags().StringSliceVar(&posted, "posted", nil, "channels of the plan where you have posted it yourself")
		},
		func(v *engine.View, args []string) (incident.Op, error) {
			words := text
			switch text {
			case "-":
				b, err := io.ReadAll(io.LimitReader(t.in, 1<<20))
				if err != nil {
					return nil, fmt.Errorf("read the text: %w", err)
				}
				words = string(b)
			case "":
				u := v.State.Update(args[1])
				if u == nil {
					return nil, incident.NotOwed(v.State, args[1])
				}
				happened, err := v.Happened(asked.Context())
				if err != nil {
					return nil, err
				}
				draft, err := comms.DraftUpdate(v.Plan, v.State, u, happened, v.State.Last)
				if err != nil {
					return nil, err
				}
				words = draft
			}
			return incident.OpPost{Update: args[1], Text: words, ByHand: posted, Lost: lost, Link: link}, nil
		})
}
