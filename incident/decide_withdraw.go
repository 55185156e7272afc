package incident

import (
	"slices"

	"tocsin/decision"
	"tocsin/fault"
	"tocsin/journal"
)

func (d *decider) withdraw(op OpWithdraw) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	x := d.s.Decision(op.Decision)
	if x == nil {
		return fault.New(fault.NotFound, "Incident %s has no decision %q.", d.s.ID, op.Decision)
	}
	pd, _ := d.p.Decision(x.Decision)
	if err := d.withdrawable(x); err != nil {
		return err
	}
	if !d.s.MayWithdraw(x, who) {
		return fault.New(fault.Forbidden, "%s may be withdrawn by whoever proposed it, by whoever approved it and by the incident manager.", pd.Name).
			Instead("Ask one of them, or refuse it if you are asked.")
	}
	d.emit(EventWithdrawn{Decision: x.ID, By: who, Why: journal.Personal(why), Calls: d.tell(who, "withdrawn/"+x.ID)})
	return nil
}

// withdrawable says why a decision cannot be taken back any more.
func (d *decider) withdrawable(x *Decision) error {
	pd, _ := d.p.Decision(x.Decision)
	switch {
	case x.State == Open:
		return nil
	case x.State != Met:
		return fault.New(fault.Conflict, "%s is %s already.", pd.Name, x.State)
	case d.s.left(x.ID) && x.Safe != nil:
		return fault.New(fault.Conflict, "The owners' signatures for %s have left the house with a transaction; a Safe's signature cannot be recalled.", pd.Name).
			Instead("Ask the owners to reject it: a transaction of the Safe with the nonce %d that does nothing, carried out first, takes its place.", x.Safe.Tx.Nonce)
	case d.s.left(x.ID):
		return fault.New(fault.Conflict, "A transaction for %s has been signed and may have been sent; it cannot be recalled.", pd.Name)
	case !x.Subject.acts() || d.s.ordered(x.ID):
		return fault.New(fault.Conflict, "%s was decided at %s, and is being carried out.", pd.Name, clock(x.Settled))
	}
	return nil
}

// MayWithdraw reports whether a person may take a decision back, as far as it can be.
func (s *State) MayWithdraw(x *Decision, who string) bool {
	return x.Proposer == who || s.Holder(RoleIncidentManager) == who ||
		slices.ContainsFunc(x.Approvals, func(a Approval) bool { return a.Person == who && a.Choice == decision.Approve && !s.void(a) })
}
