package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/engine"
)

func (t *terminal) findingsRedact() *cobra.Command {
	var d desk
	var why string
	c := &cobra.Command{
		Use: "redact FINDING", Short: "Remove what somebody wrote from a finding for good; its record still verifies", Args: exactly("the id of a finding"),
		Long: `Redact removes what somebody wrote into the public form, and how to reach them, from a finding that led to no incident. The record
says that it was done, by whom and why, and still verifies. What a finding brought to an incident stands in that incident: see
tocsin incident redact.

It cannot be undone. Backups and exports that were made before still hold what is removed.`,
		RunE: func(c *cobra.Command, args []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			p, err := planOf(c.Context(), k.Engine, d.protocol)
			if err != nil {
				return err
			}
			actor, err := d.actor(p, access.Close)
			if err != nil {
				return err
			}
			n, err := k.Engine.RedactFinding(c.Context(), engine.RedactFindingOrder{Protocol: p.Protocol, Finding: args[0], Why: why, Actor: actor})
			if err != nil {
				return err
			}
			return t.print(map[string]any{"finding": args[0], "texts": n}, func(w io.Writer) {
				if n == 0 {
					fmt.Fprintln(w, "There is nothing to be removed.")
					return
				}
				fmt.Fprintf(w, "%s removed from the finding %s.\n", count(n, "text"), args[0])
			})
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	c.Flags().StringVar(&why, "why", "", "the reason")
	return c
}
