package incident

import (
	"fmt"
	"slices"

	"tocsin/fault"
)

// act takes the reports of the executor.
func (d *decider) act(op Op) error {
	get := func(id string, states ...string) (*Action, error) {
		a := d.s.Action(id)
		if a == nil {
			return nil, fault.New(fault.NotFound, "Incident %s has no action %q.", d.s.ID, id)
		}
		if !slices.Contains(states, a.State) {
			return nil, fault.New(fault.Conflict, "Action %s is %s already.", id, a.State)
		}
		return a, nil
	}
	switch op := op.(type) {
	case OpSigned:
		a, err := get(op.Action, Ordered, Signed, Sent)
		if err != nil {
			return err
		}
		if len(a.Sends) == 0 || op.Void != "" {
			if err := d.stands(a); err != nil {
				return err
			}
		}
		if d.s.Rejected(a.Decision) != nil {
			return fault.New(fault.Expired, "%s is being rejected; nothing more is signed for it.", a.title())
		}
		if slices.ContainsFunc(a.Sends, func(t Transaction) bool { return t.Hash == op.Tx.Hash }) {
			return nil
		}
		// Of all nonces only the last can still be used: each before it was void when it was left. A reason counts for what
		// its giver knew; whoever was stopped in between may not know that another has taken the place already.
		if n := len(a.Sends); n > 0 {
			last := a.Sends[n-1]
			if (last.Nonce != op.Tx.Nonce || last.From != op.Tx.From) && (op.Void == "" || op.Known != n) {
				return fault.New(fault.Conflict, "Action %s has a transaction with nonce %d; another one could land beside it.", a.ID, last.Nonce)
			}
		}
		d.emit(EventActionSigned{ID: a.ID, Tx: op.Tx, Void: op.Void})
	case OpSent:
		states := []string{Signed, Sent}
		if a := d.s.Action(op.Action); a != nil && a.asks() {
			states = append(states, Ordered) // there is nothing to sign
		}
		a, err := get(op.Action, states...)
		if err != nil {
			return err
		}
		switch a.State {
		case Ordered:
			if err := d.stands(a); err != nil {
				return err
			}
			d.emit(EventActionSent{ID: a.ID})
		case Signed:
			d.emit(EventActionSent{ID: a.ID, Tx: op.Tx})
		}
	case OpLanded:
		a, err := get(op.Action, Signed, Sent, LandedOnce, Gone) // also one that was given up and landed after all
		if err != nil {
			return err
		}
		if a.Landed != nil && a.Landed.BlockHash == op.Landing.BlockHash {
			return nil
		}
		if !a.asks() && !slices.ContainsFunc(a.Sends, func(t Transaction) bool { return t.Hash == op.Landing.Tx }) {
			return fault.New(fault.Invalid, "Transaction %s is not one of action %s.", op.Landing.Tx, a.ID)
		}
		d.emit(EventActionLanded{ID: a.ID, Landing: op.Landing})
	case OpUnlanded:
		a, err := get(op.Action, LandedOnce, Verified)
		if err != nil {
			return err
		}
		d.emit(EventActionUnlanded{ID: a.ID, Why: clean(op.Why), Delivery: d.nextDelivery(a.ID)})
		d.unlanded(a.Step)
	case OpEffect:
		states := []string{LandedOnce}
		if op.Before {
			states = []string{Ordered}
		}
		a, err := get(op.Action, states...)
		if err != nil {
			return err
		}
		e := EventEffect{ID: a.ID, Got: clean(op.Got), Holds: op.Holds, State: a.State, Block: op.Block}
		switch {
		case op.Holds && op.Before:
			e.State = Unneeded
		case op.Holds:
			e.State = Verified
		case op.Before || a.Got == op.Got && a.Block != 0:
			return nil // nothing new
		}
		d.emit(e)
	case OpFailed:
		a, err := get(op.Action, Ordered, Signed, Sent, LandedOnce)
		if err != nil {
			return err
		}
		// Whoever was stopped in between takes for a failure what another has done meanwhile.
		if n := len(a.Sends); n != op.Known {
			return fault.New(fault.Conflict, "Action %s has %d signed transactions, not %d.", a.ID, n, op.Known)
		}
		d.emit(EventActionFailed{ID: a.ID, Why: clean(op.Why)})
	case OpRetry:
		if _, err := d.responder(); err != nil {
			return err
		}
		a, err := get(op.Action, Gone)
		if err != nil {
			return err
		}
		if st := d.s.Step(a.Step).State; st == Done || st == Skipped {
			return fault.New(fault.Conflict, "Its step is %s.", st)
		}
		if a.Landed == nil && len(a.Sends) > 0 {
			return fault.New(fault.Conflict, "A transaction of %s was sent and may still land.", a.title()).Instead("Ask for the decision again once its nonce is used.")
		}
		if x := d.s.Decision(a.Decision); x != nil && a.Round != x.Round {
			return fault.New(fault.Conflict, "%s was decided anew since this was ordered.", a.title()).Instead("Nothing more is needed: once it is decided, it is carried out.")
		}
		if r := d.s.rejection(a.Decision); r != nil {
			return fault.New(fault.Conflict, "%s is being rejected since %s.", a.title(), clock(r.Opened)).Instead("Withdraw the rejection first, if it is wanted after all.")
		}
		if x := d.s.Decision(a.Decision); x != nil && d.s.undermined(d.p, x, d.now) {
			return fault.New(fault.Expired, "Approvals for %s no longer count.", a.title()).Instead("Ask for the decision again.")
		}
		if !d.s.retryable(d.p, a, d.now) {
			return fault.New(fault.Expired, "The approvals for %s have expired.", a.title()).Instead("Ask for the decision again.")
		}
		d.emit(EventActionRetried{ID: a.ID, Delivery: d.nextDelivery(a.ID)})
		if a.Step != "" {
			d.emit(EventStepBegun{Step: a.Step, By: "Tocsin"})
		}
	}
	return nil
}

// stands refuses what the approvals of an action no longer cover.
func (d *decider) stands(a *Action) error {
	if x := d.s.Decision(a.Decision); x == nil || !d.now.Before(x.Expires) {
		return fault.New(fault.Expired, "The approvals for %s have expired.", a.title()).Instead("Ask for the decision again.")
	} else if d.s.undermined(d.p, x, d.now) {
		return fault.New(fault.Expired, "Approvals for %s no longer count.", a.title()).Instead("Ask for the decision again.")
	} else if x.Armed != nil && !d.s.grounded(d.p, x) {
		return fault.New(fault.Expired, "What %s was ordered for no longer counts.", a.title()).Instead("Ask for the decision again.")
	}
	return nil
}

// asks reports whether the action is a request over HTTP or the status file: nothing of it lands in a block.
func (a *Action) asks() bool { return a.Prepared != nil && a.Prepared.Outward() }

// unlanded takes back what followed from an action's effect: the step is not done, and what it halted is not contained.
func (d *decider) unlanded(step string) {
	if step == "" {
		return
	}
	if d.s.Step(step).State == Done {
		d.emit(EventStepBegun{Step: step, By: "Tocsin"})
	}
	if st, ok := d.p.Step(d.s.Procedure, step); ok && st.Purpose == purposeHalt && d.s.Phase.AtLeast(Contained) {
		d.goBack(Validated, "What had stopped it is no longer part of the chain.")
	}
}

// nextDelivery names a further delivery of an action; its number grows with the incident's version.
func (d *decider) nextDelivery(id string) string {
	return fmt.Sprintf("%s/%s/%d", d.s.ID, id, d.s.Version+1)
}
