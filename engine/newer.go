package engine

import (
	"context"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// Newer is the plan in force where an incident runs by an older one.
type Newer struct {
	Plan   *plan.Plan
	Hash   evm.Hash
	Change incident.Change // what it would change in the incident
	Not    error           // why it cannot be taken up now; nil if it can
}

// Newer returns the plan in force if the incident runs by another one and is going on; nil if not.
func (e *Engine) Newer(ctx context.Context, v *View) (*Newer, error) {
	if v.State.Phase.Over() || v.ReadOnly != nil || v.State.Exercise.Staged() { // one as it is played on a chain of its own is no older one
		return nil, nil
	}
	h, err := e.History(ctx, v.State.Protocol)
	if err != nil || h.InForce().Hash == v.State.Plan {
		return nil, err
	}
	n := &Newer{Plan: h.Plan(), Hash: h.InForce().Hash}
	n.Change, n.Not = incident.ChangeBy(v.Plan, n.Plan, v.State, v.Now())
	return n, nil
}

// Adopt lets an incident run by the plan in force from now on. The hash is that of the plan that somebody has looked at; a fault of
// code conflict says that another one is in force by now, that the incident runs by it already, or that something is being carried out
// which it has otherwise.
func (e *Engine) Adopt(ctx context.Context, actor journal.Actor, id string, hash evm.Hash) (*View, error) {
	cmd := incident.Command{Actor: actor}
	e.name(&cmd)
	return e.do(ctx, id, func(v *View) (incident.Command, error) {
		h, err := e.History(ctx, v.State.Protocol)
		if err != nil {
			return cmd, err
		}
		if v.State.Exercise.Staged() {
			return cmd, fault.New(fault.Conflict, "The exercise is played to its end by the plan that it began with.").Instead("Take up the newer one in the next exercise.")
		}
		if h.InForce().Hash != hash {
			return cmd, fault.New(fault.Conflict, "Another plan is in force by now.").Instead("Look at what it changes, and take up that one.")
		}
		cmd.Op = incident.OpAdopt{Plan: h.Plan()}
		return cmd, nil
	})
}
