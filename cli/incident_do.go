package cli

import (
	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/incident"
)

// do makes a command that does one thing to an incident.
func (t *terminal) do(use, short string, names []string, right access.Right, more func(*cobra.Command), op func(v *engine.View, args []string) (incident.Op, error)) *cobra.Command {
	var d desk
	c := &cobra.Command{
		Use: use, Short: short, Args: exactly(names...),
		RunE: func(c *cobra.Command, args []string) error { return t.carryOut(c, d, args, right, op) },
	}
	d.flags(c, true)
	if more != nil {
		more(c)
	}
	return c
}

// carryOut does one thing to the incident that the first argument names, and shows how it stands then.
func (t *terminal) carryOut(c *cobra.Command, d desk, args []string, right access.Right, op func(v *engine.View, args []string) (incident.Op, error)) error {
	k, err := t.open(c.Context(), d)
	if err != nil {
		return err
	}
	defer k.Close()
	v, err := k.Engine.ViewFor(c.Context(), args[0], d.as) // whoever can read the data folder could name somebody else
	if err != nil {
		return err
	}
	actor, err := d.actor(v.Plan, right)
	if err != nil {
		return err
	}
	o, err := op(v, args)
	if err != nil {
		return err
	}
	if v, err = k.Engine.Do(c.Context(), args[0], incident.Command{Actor: actor, Op: o}); err != nil {
		return err
	}
	return t.show(c.Context(), v, d.as, false)
}
