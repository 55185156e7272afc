package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/engine"
)

func (t *terminal) exerciseRedact() *cobra.Command {
	var d desk
	var containing, why string
	c := &cobra.Command{
		Use: "redact EXERCISE", Short: "Remove texts about people from an exercise for good; its record still verifies", Args: exactly("an exercise"),
		Long: `Redact removes what the record of an exercise that is over says about people: what was marked, answered, learned and promised, and the
questions that were put. Its scenario stays, unless --containing names something in it. The record says that it was done, by whom and why, and
still verifies. What was sent for the exercise is removed with it. The incidents of the exercise have records of their own: see tocsin
incident redact.

It is for the moderator and for whoever planned the exercise. It cannot be undone. Backups and exports that were made before still hold what is
removed.`,
		RunE: func(c *cobra.Command, args []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			v, err := exerciseOf(c.Context(), k.Engine, args[0])
			if err != nil {
				return err
			}
			actor, err := d.actor(v.Plan, access.Drill)
			if err != nil {
				return err
			}
			n, err := k.Engine.RedactExercise(c.Context(), engine.ExerciseRedactOrder{Exercise: args[0], Containing: containing, Why: why, Actor: actor})
			if err != nil {
				return err
			}
			return t.print(map[string]any{"exercise": args[0], "texts": n}, func(w io.Writer) {
				if n == 0 {
					fmt.Fprintln(w, "There is nothing to be removed.")
					return
				}
				fmt.Fprintf(w, "%s removed from the exercise %s.\n", count(n, "text"), args[0])
			})
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&containing, "containing", "", "only texts that contain this, such as a name or an address")
	c.Flags().StringVar(&why, "why", "", "the reason")
	return c
}
