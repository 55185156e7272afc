package execute

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/action/safe"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/trial"
)

// lookEvery is how often a Safe is read while its owners are asked: another transaction of it, or a change of its owners, makes what they
// signed worthless, and they must hear of it.
const lookEvery = 8 * time.Second

// look reads the Safe of a decision and reports what differs from what is known, until the decision is over or what it wants has been done.
func (x *Executor) look(ctx context.Context, d desk, id string) (engine.Outcome, error) {
	done := engine.Outcome{State: engine.Landed}
	again := engine.Outcome{State: engine.Again, Say: "The Safe is read again while its owners are asked.", After: lookEvery}
	v, err := d.View(ctx)
	if err != nil {
		return engine.Outcome{}, err
	}
	a := v.State.Decision(id)
	if a == nil || a.Prepared == nil || a.Prepared.Safe == nil || a.State != incident.Open && a.State != incident.Met || v.State.Phase.Over() {
		return done, nil
	}
	for i := range v.State.Actions {
		switch y := &v.State.Actions[i]; {
		case y.Decision != id:
		case y.State == incident.Verified || y.State == incident.Unneeded:
			return done, nil
		case len(y.Sends) > 0 && y.State != incident.Gone:
			return again, nil // on its way; who carries it looks at the Safe
		}
	}
	facts, approved, err := x.lookAt(ctx, v, a)
	if err == nil && a.Safe != nil && !differs(a.Safe.Facts, facts) && !heardOf(a, approved) {
		return again, nil
	}
	if err == nil {
		_, err = d.Do(ctx, incident.OpSafeFacts{Decision: id, Facts: facts, Approved: approved})
	}
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
		return again, nil // it moved on meanwhile
	}
	if err != nil && a.Safe == nil {
		_, err = d.Do(ctx, incident.OpSafeUnread{Decision: id, Why: fault.Sentence(err)})
	}
	if err != nil {
		return engine.Outcome{}, err
	}
	return again, nil
}

// lookAt reads the Safe of a decision, and who approved on the chain what its owners were asked last.
func (x *Executor) lookAt(ctx context.Context, v *engine.View, d *incident.Decision) (safe.Facts, []evm.Address, error) {
	pr := d.Prepared
	if c, _ := v.Plan.Chain(pr.Chain); v.State.Exercise != nil && c.Kind != "drill" {
		return safe.Facts{}, nil, fault.New(fault.Invalid, "This is an exercise, and chain %d is no drill chain: what is signed for its Safe would count.", pr.Chain)
	}
	client := x.clients[pr.Chain]
	if client == nil {
		return safe.Facts{}, nil, fault.New(fault.Unavailable, "No endpoint for chain %d was given to this server.", pr.Chain)
	}
	facts, err := trial.ReadSafe(ctx, client, pr.Safe.Address)
	if err != nil || d.Safe == nil || d.State != incident.Open {
		return facts, nil, err
	}
	approved, err := trial.Approvals(ctx, client, facts, d.Safe.Hashes.Hash)
	return facts, approved, err
}

// heardOf reports whether one of the owners who approved on the chain has not been counted yet.
func heardOf(d *incident.Decision, approved []evm.Address) bool {
	return slices.ContainsFunc(approved, func(o evm.Address) bool {
		return !slices.ContainsFunc(d.Approvals, func(a incident.Approval) bool {
			return a.Form == incident.FormSafe && a.Signer == o && a.Void == "" && a.Hash == d.Safe.Hashes.Hash
		})
	})
}

// differs reports whether a Safe has changed in anything that matters to its owners.
func differs(old, now safe.Facts) bool {
	return old.Nonce != now.Nonce || changed(old, now) || old.Guard != now.Guard || !slices.Equal(old.Modules, now.Modules) || old.Version != now.Version
}

// changed reports whether signatures that sufficed may no longer.
func changed(old, now safe.Facts) bool {
	return old.Threshold != now.Threshold || len(old.Owners) != len(now.Owners) ||
		slices.ContainsFunc(old.Owners, func(o evm.Address) bool { return !now.Owner(o) })
}

// unchanged reads the Safe of an action anew, right before its transaction is signed. Where it is not as it was when its owners signed, the
// incident hears of it: it asks them again, and this action is not sent.
func (w *work) unchanged(ctx context.Context) error {
	d := w.view.State.Decision(w.action.Decision)
	if d == nil || d.Safe == nil {
		return refuse("What its Safe's owners signed is not known.")
	}
	facts, err := trial.ReadSafe(ctx, w.client, w.action.Prepared.Safe.Address)
	if err != nil {
		return err
	}
	if !changed(d.Safe.Facts, facts) && facts.Nonce == d.Safe.Tx.Nonce {
		return nil
	}
	if len(w.action.Sends) == 0 {
		err := w.do(ctx, incident.OpSafeFacts{Decision: d.ID, Facts: facts})
		if v, look := w.desk.View(ctx); err == nil && look == nil {
			if a := v.State.Action(w.action.ID); a == nil || a.State == incident.Ordered {
				return refuse("%s", unlike(d.Safe, facts)) // it is not asked anew, so nobody else ends it
			}
		}
		if err != nil {
			return err
		}
		return errMoved
	}
	return refuse("%s", unlike(d.Safe, facts))
}

// unlike says what is otherwise with the Safe than its owners signed.
func unlike(a *incident.Asking, now safe.Facts) string {
	switch {
	case now.Nonce > a.Tx.Nonce:
		return fmt.Sprintf("The Safe has used the nonce %d, which its owners signed, for another transaction; its next is %d.", a.Tx.Nonce, now.Nonce)
	case now.Nonce < a.Tx.Nonce:
		return fmt.Sprintf("It waits: the Safe's next nonce is %d, and its owners signed for %d.", now.Nonce, a.Tx.Nonce)
	}
	return "The Safe has other owners, or wants another number of them, than when it was signed."
}
