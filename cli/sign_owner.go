package cli

import (
	"github.com/spf13/cobra"

	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/fault"
	"tocsin/incident"
)

// owned finds the Safe's transaction that whoever signs a stored decision signs as an owner; false if they sign the message.
func (t *terminal) owned(c *cobra.Command, d desk, from *signSource, args []string) (safe.Document, bool, error) {
	if from.file != "" || from.adoption != "" || len(args) != 2 {
		return safe.Document{}, false, nil
	}
	k, err := t.open(c.Context(), d)
	if err != nil {
		return safe.Document{}, false, err
	}
	defer k.Close()
	v, err := k.Engine.ViewFor(c.Context(), args[0], d.as)
	if err != nil {
		return safe.Document{}, false, err
	}
	x := v.State.Decision(args[1])
	if x == nil || x.Prepared == nil || x.Prepared.Safe == nil || x.State != incident.Open {
		return safe.Document{}, false, nil
	}
	if d.as == "" {
		return safe.Document{}, false, fault.New(fault.Invalid, "This is about a Safe, whose owners sign its transaction, and others the message.").Instead("Say who signs: --as PERSON.")
	}
	g := incident.SigningOf(v.Plan, v.State, x, d.as, decision.Approve)
	switch {
	case g.Wait != "":
		return safe.Document{}, false, fault.New(fault.Conflict, "%s", g.Wait)
	case !g.Safe:
		return safe.Document{}, false, nil
	}
	return safe.Document{Transaction: x.Safe.Tx}, true, from.gather(c.Context(), k.Engine, v.State.Protocol)
}
