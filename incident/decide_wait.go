package incident

import (
	"slices"

	"tocsin/evm"
	"tocsin/fault"
)

// waits records why what was sent does not land, once for each reason.
func (d *decider) waits(op OpWaits) error {
	a, err := d.onItsWay(op.Action)
	if err != nil {
		return err
	}
	if why := clean(op.Why); why != a.Waits {
		d.emit(EventActionWaits{ID: a.ID, Why: why})
	}
	return nil
}

// filled stores a transaction for a nonce that another one left unused.
func (d *decider) filled(op OpFilled) error {
	a, err := d.onItsWay(op.Action)
	if err != nil {
		return err
	}
	last := a.Sends[len(a.Sends)-1]
	switch {
	case op.Tx.From != last.From || op.Tx.Nonce >= last.Nonce:
		return fault.New(fault.Invalid, "The nonce %d of %s does not stand before that of action %s, which is %d of %s.", op.Tx.Nonce, op.Tx.From.Hex(), a.ID, last.Nonce, last.From.Hex())
	case slices.ContainsFunc(a.Fills, func(t Transaction) bool { return t.Hash == op.Tx.Hash }):
		return nil
	}
	if b := d.s.holding(op.Tx.From, op.Tx.Nonce, a.Prepared.Chain); b != nil {
		return fault.New(fault.Conflict, "The nonce %d is that of %s, which may still land.", op.Tx.Nonce, b.title())
	}
	d.emit(EventNonceFilled{ID: a.ID, Tx: op.Tx})
	return nil
}

// holding is the action under way that may still land with a nonce of an account; nil if there is none.
func (s *State) holding(from evm.Address, nonce, chain uint64) *Action {
	return find(s.Actions, func(a *Action) bool {
		return a.underWay() && a.Prepared != nil && a.Prepared.Chain == chain && slices.ContainsFunc(a.Sends, func(t Transaction) bool { return t.From == from && t.Nonce == nonce })
	})
}

// Holding reports whether an action under way may still land with a nonce of an account.
func (s *State) Holding(from evm.Address, nonce, chain uint64) bool {
	return s.holding(from, nonce, chain) != nil
}

// onItsWay is an action of which something has been signed and nothing has landed.
func (d *decider) onItsWay(id string) (*Action, error) {
	a := d.s.Action(id)
	switch {
	case a == nil:
		return nil, fault.New(fault.NotFound, "Incident %s has no action %q.", d.s.ID, id)
	case a.State != Signed && a.State != Sent || len(a.Sends) == 0:
		return nil, fault.New(fault.Conflict, "Action %s is %s.", id, a.State)
	}
	return a, nil
}
