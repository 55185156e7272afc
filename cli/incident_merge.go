package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
)

// incidentMerge says that two incidents are one event.
func (t *terminal) incidentMerge() *cobra.Command {
	var d desk
	var why string
	c := &cobra.Command{
		Use: "merge FROM INTO", Short: "Say that an incident is the same event as another one, where everything goes on", Args: exactly("the incident that ends", "the incident that goes on"),
		Long: "Merge ends the first incident: it rings nobody any more and owes nothing. The second goes on, with the findings and the people of both, as severe as the worse of the two; what is found of the first from now on is found of the second. Reopening the first parts them again.",
		RunE: func(c *cobra.Command, args []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			var v *engine.View
			for _, id := range args {
				if v, err = k.Engine.ViewFor(c.Context(), id, d.as); err != nil {
					return err
				}
			}
			actor, err := d.actor(v.Plan, access.Validate)
			if err != nil {
				return err
			}
			if v, err = k.Engine.Merge(c.Context(), actor, args[0], args[1], why); err != nil {
				return err
			}
			return t.show(c.Context(), v, d.as, false)
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&why, "why", "", "how you know that they are one event")
	return c
}

// shownNewer is what a newer plan would change in an incident.
type shownNewer struct {
	Plan    evm.Hash `json:"plan"`
	Version string   `json:"version,omitempty"`
	Changes []string `json:"changes"`
	Not     string   `json:"not,omitempty"` // why it cannot be taken up now
}

// incidentAdopt lets an incident run by the plan in force.
func (t *terminal) incidentAdopt() *cobra.Command {
	var d desk
	var what bool
	c := &cobra.Command{
		Use: "adopt INCIDENT", Short: "Let an incident that runs by an older plan run by the one in force", Args: exactly("an incident"),
		Long: "An incident runs by the plan that was in force when it opened. Adopt lets it run by the newer one: what is done stays done; what is decided otherwise now is asked for anew; new people are called, and what is owed by the newer plan is owed. With --what it only says what would change.",
		RunE: func(c *cobra.Command, args []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			v, err := k.Engine.ViewFor(c.Context(), args[0], d.as)
			if err != nil {
				return err
			}
			n, err := k.Engine.Newer(c.Context(), v)
			if err != nil {
				return err
			}
			if what {
				return t.whatNewer(v, n)
			}
			actor, err := d.actor(v.Plan, access.Respond)
			if err != nil {
				return err
			}
			hash := v.State.Plan
			if n != nil {
				hash = n.Hash
			}
			if v, err = k.Engine.Adopt(c.Context(), actor, args[0], hash); err != nil {
				return err
			}
			return t.show(c.Context(), v, d.as, false)
		},
	}
	d.flags(c, true)
	c.Flags().BoolVar(&what, "what", false, "only say what would change")
	return c
}

// whatNewer prints what a newer plan would change; the verdict is no if there is none, or it cannot be taken up now.
func (t *terminal) whatNewer(v *engine.View, n *engine.Newer) error {
	if n == nil {
		return fault.New(fault.Conflict, "No newer plan is in force than the one that incident %s runs by.", v.State.ID)
	}
	out := shownNewer{Plan: n.Hash, Version: n.Plan.Version, Changes: []string{}}
	if n.Not != nil {
		out.Not = fault.Sentence(n.Not)
	} else {
		out.Changes = n.Change.All()
	}
	err := t.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "A newer plan is in force: version %s, %s. This incident runs by version %s.\n", out.Version, out.Plan.Hex(), v.Plan.Version)
		if out.Not != "" {
			fmt.Fprintln(w, "It cannot be taken up now:", clip(out.Not))
		}
		for _, say := range out.Changes {
			fmt.Fprintln(w, " ", clip(say))
		}
	})
	if err == nil && n.Not != nil {
		err = told(exitNo)
	}
	return err
}
