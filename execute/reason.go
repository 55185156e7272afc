package execute

import (
	"context"
	"errors"
	"fmt"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/trial"
)

// reverted tells a call that the contract refuses from an endpoint that failed.
func (w *work) reverted(ctx context.Context, err error, at *uint64) error {
	var r *chain.Revert
	if !errors.As(err, &r) {
		return err
	}
	return refuse("%s would fail: %s.", w.action.Prepared.Words.Title, w.reason(ctx, r, at))
}

// reason says why a contract refused, by its own custom errors where its ABI in the plan names them.
func (w *work) reason(ctx context.Context, r *chain.Revert, at *uint64) string {
	pr := w.action.Prepared
	if pr.Safe == nil {
		return w.said(pr.To, r)
	}
	if r.Reason == safeInner {
		for _, c := range pr.Safe.Calls {
			_, err := w.client.Call(ctx, chain.Message{From: pr.Safe.Address, To: &c.To, Value: c.Value, Data: c.Data}, at)
			if inner := (*chain.Revert)(nil); errors.As(err, &inner) {
				return fmt.Sprintf("%s fails: %s", c.Words, w.said(c.To, inner))
			}
		}
	}
	if say, ok := safeErrors[r.Reason]; ok {
		return fmt.Sprintf("%s (%s)", say, r.Reason)
	}
	return w.said(pr.Safe.Address, r)
}

// said is what a contract says of its refusal.
func (w *work) said(by evm.Address, r *chain.Revert) string {
	return trial.Reason(w.view.Plan, w.action.Prepared.Chain, by, r)
}

// safeInner is what a Safe says when what it calls fails.
const safeInner = "GS013"

// safeErrors say what a Safe means.
var safeErrors = map[string]string{
	safeInner: "what the Safe calls fails",
	"GS010":   "too little gas was given to the Safe",
	"GS020":   "too few owners have signed",
	"GS021":   "the Safe cannot read a contract's signature",
	"GS022":   "the Safe cannot read a contract's signature",
	"GS023":   "the Safe cannot read a contract's signature",
	"GS024":   "a contract that is an owner does not vouch for its signature",
	"GS025":   "an owner who is said to have approved on the chain has not",
	"GS026":   "a signature is not by an owner, or of another transaction or nonce",
}
