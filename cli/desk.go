package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/app"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// desk is the flags of commands that work on a data folder.
type desk struct {
	data     string
	as       string
	protocol string
}

func (d *desk) flags(c *cobra.Command, acting bool) {
	c.Flags().StringVar(&d.data, "data", "", "data folder of the server")
	if acting {
		c.Flags().StringVar(&d.as, "as", "", "id of the person who acts, as in the plan")
	}
}

// looks is flags for commands that only show: as somebody, what is hidden from them is left out.
func (d *desk) looks(c *cobra.Command) {
	d.flags(c, false)
	c.Flags().StringVar(&d.as, "as", "", "id of the person who looks, as in the plan: what is hidden from them is left out")
}

// ofProtocol is the flag that says which protocol is meant, where the data folder holds several.
func (d *desk) ofProtocol(c *cobra.Command) {
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
}

// open opens the data folder.
func (t *terminal) open(ctx context.Context, d desk) (*app.Desk, error) {
	log, err := t.logger(ctx)
	if err != nil {
		return nil, err
	}
	return app.Open(ctx, d.data, false, log)
}

// actor is who acts. Whoever can write the data folder may act as anybody in it; the record says that they came this way.
func (d desk) actor(p *plan.Plan, right access.Right) (journal.Actor, error) {
	if d.as == "" {
		return journal.Actor{}, fault.New(fault.Invalid, "Nobody is named who does this.").Instead("Give --as PERSON; the plan names: %s.", people(p))
	}
	if _, ok := p.Person(d.as); !ok {
		return journal.Actor{}, fault.New(fault.Invalid, "The plan names no person %q.", d.as).Instead("It names: %s.", people(p))
	}
	if err := access.May(p, d.as, right); err != nil {
		return journal.Actor{}, err
	}
	return journal.Actor{Kind: journal.Person, ID: d.as, Via: "data-folder"}, nil
}

func people(p *plan.Plan) string {
	var ids []string
	for _, x := range append(append([]plan.Person{}, p.CoreTeam...), p.ExtendedTeam...) {
		ids = append(ids, x.ID)
	}
	return strings.Join(ids, ", ")
}

// planOf is the plan in force of a protocol: of the only one, if none is named.
func planOf(ctx context.Context, e *engine.Engine, protocol string) (*plan.Plan, error) {
	ids, err := e.Protocols(ctx)
	if err != nil {
		return nil, err
	}
	if protocol == "" && len(ids) == 1 {
		protocol = ids[0]
	}
	switch {
	case len(ids) == 0:
		return nil, fault.New(fault.NotFound, "The data folder holds no plan yet.").Instead("Start tocsin serve with one first.")
	case protocol == "":
		return nil, fault.New(fault.Invalid, "The data folder holds %s.", count(len(ids), "plan")).Instead("Name one by --protocol: %s.", strings.Join(ids, ", "))
	case !slices.Contains(ids, protocol):
		return nil, fault.New(fault.NotFound, "The data folder holds no plan of a protocol %q.", protocol).Instead("Name one of these by --protocol: %s.", strings.Join(ids, ", "))
	}
	return e.InForce(ctx, protocol)
}
