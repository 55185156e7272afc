package engine

import (
	"context"
	"slices"

	"tocsin/fault"
	"tocsin/incident"
)

// TakeIn takes the record of what people did without the server into an incident: cmd.Op is an OpTakeIn, whose plan is the one that the record
// names and that must have been in force here. Faults: forbidden for a record that does not prove itself, and those of Do.
func (e *Engine) TakeIn(ctx context.Context, id string, cmd incident.Command) (*View, error) {
	op, ok := cmd.Op.(incident.OpTakeIn)
	if !ok {
		return nil, fault.New(fault.Internal, "TakeIn takes an OpTakeIn.")
	}
	a, err := e.Adoptions(ctx, op.Record.Message.Protocol)
	if err != nil {
		return nil, err
	}
	h, err := a.Verify()
	if err != nil {
		return nil, err
	}
	hash := op.Record.Message.Plan
	p, ok := a.PlanOf(hash)
	if !ok || !slices.ContainsFunc(h.Reigns, func(g Reign) bool { return g.Hash == hash }) {
		return nil, fault.New(fault.Forbidden, "The record names the plan %s, which was never in force here.", hash.Hex())
	}
	op.Plan = p
	cmd.Op = op
	e.name(&cmd)
	return e.do(ctx, id, func(*View) (incident.Command, error) { return cmd, nil })
}
