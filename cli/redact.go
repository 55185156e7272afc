package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/engine"
)

func (t *terminal) incidentRedact() *cobra.Command {
	var d desk
	var containing, why string
	c := &cobra.Command{
		Use: "redact INCIDENT", Short: "Remove texts about people from an incident for good; its record still verifies", Args: exactly("an incident"),
		Long: `Redact removes what an incident's record says about people: notes, reasons, what they answered, how they were called, what they wrote
into the public form. All of it, once the incident is over; or at any time only the texts that contain something, such as a name. The
record says that it was done, by whom and why, and still verifies. What was sent for the incident is removed with it.

It cannot be undone. Backups and exports that were made before still hold what is removed.`,
		RunE: func(c *cobra.Command, args []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			v, err := k.Engine.View(c.Context(), args[0])
			if err != nil {
				return err
			}
			actor, err := d.actor(v.Plan, access.Close)
			if err != nil {
				return err
			}
			n, err := k.Engine.Redact(c.Context(), engine.RedactOrder{Incident: args[0], Containing: containing, Why: why, Actor: actor})
			if err != nil {
				return err
			}
			return t.print(map[string]any{"incident": args[0], "texts": n}, func(w io.Writer) {
				if n == 0 {
					fmt.Fprintln(w, "There is nothing to be removed.")
					return
				}
				fmt.Fprintf(w, "%s removed from incident %s.\n", count(n, "text"), args[0])
			})
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&containing, "containing", "", "only texts that contain this, such as a name or an address")
	c.Flags().StringVar(&why, "why", "", "the reason")
	return c
}
