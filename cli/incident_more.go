package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/incident"
)

func (t *terminal) incidentWaive() *cobra.Command {
	var why string
	return t.do("waive INCIDENT COMMUNICATION", "Say that a message of the plan is not owed here; where the severity wants it, a second person has to say so too",
		[]string{"an incident", "a communication"}, access.Post,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpWaive{Communication: args[1], Why: why}, nil
		})
}

func (t *terminal) incidentReinstate() *cobra.Command {
	var why string
	return t.do("reinstate INCIDENT COMMUNICATION", "Say that a message that was waived is owed after all", []string{"an incident", "a communication"}, access.Post,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpReinstate{Communication: args[1], Why: why}, nil
		})
}

func (t *terminal) incidentPin() *cobra.Command {
	var name string
	return t.do("pin INCIDENT LINK", "Show a link to everybody who is called from now on: the responders' room", []string{"an incident", "a link"}, access.Respond,
		func(c *cobra.Command) {
			c.Flags().StringVar(&name, "name", "", "what it is, if it is not the responders' room")
		},
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpPin{Name: name, Link: args[1]}, nil
		})
}

func (t *terminal) incidentReply() *cobra.Command {
	var why string
	return t.do("reply INCIDENT STEP ANSWER", "Change the answer to the question of a step that is done", []string{"an incident", "a step", "an answer"}, access.Step,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpAnswerStep{Step: args[1], Answer: args[2], Why: why}, nil
		})
}

func (t *terminal) incidentUndo() *cobra.Command {
	var why string
	return t.do("undo INCIDENT STEP", "Take back that a step was done or skipped", []string{"an incident", "a step"}, access.Step,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpUndoStep{Step: args[1], Why: why}, nil
		})
}

func (t *terminal) incidentAdd() *cobra.Command {
	var op incident.OpAddStep
	return t.do("add INCIDENT NAME", "Add a step that the plan does not have", []string{"an incident", "the name of a step"}, access.Step,
		func(c *cobra.Command) {
			c.Flags().StringVar(&op.How, "how", "", "how it is done")
			c.Flags().StringVar(&op.Owner, "owner", "", "role that does it; whoever leads if it is not given")
			c.Flags().StringVar(&op.After, "after", "", "step that must be done first")
		},
		func(_ *engine.View, args []string) (incident.Op, error) {
			op.Name = args[1]
			return op, nil
		})
}

// shownLesson is a lesson with its time in words.
type shownLesson struct {
	incident.Lesson
	Longest string `json:"longest"`
}

func (t *terminal) incidentLessons() *cobra.Command {
	var d desk
	c := &cobra.Command{
		Use: "lessons", Short: "List what past incidents propose for the plan: detectors, actions, steps", Args: exactly(),
		Long: "Lessons reads every incident and exercise that is over. A step that people did by hand in two of them is proposed as a detector or an action, and one that was added on the spot as a step of the plan.",
		RunE: func(c *cobra.Command, _ []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			past, err := k.Engine.Past(c.Context(), d.protocol, d.as, 0)
			if err != nil {
				return err
			}
			list := []shownLesson{}
			for _, l := range incident.Lessons(past) {
				list = append(list, shownLesson{l, l.Longest.Round(time.Second).String()})
			}
			return t.print(map[string]any{"lessons": list}, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintf(w, "No lessons: of %s over, none had a step done by hand twice or added on the spot.\n", count(len(past), "incident"))
				}
				for _, l := range list {
					fmt.Fprintf(w, "%-8s  %s (%s)\n          %s\n          In %s; it took up to %s.\n", l.Propose, clip(l.Name), l.Step, l.Say, strings.Join(l.Incidents, ", "), l.Longest)
					for line := range strings.Lines(l.Write) {
						fmt.Fprintf(w, "          %s", line)
					}
				}
			})
		},
	}
	d.looks(c)
	c.Flags().StringVar(&d.protocol, "protocol", "", "only of this protocol, if the server holds several plans")
	return c
}
