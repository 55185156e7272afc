package act

import (
	"context"
	"errors"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/outside"
	"tocsin/plan"
	"tocsin/trial"
)

// Client speaks to one chain.
type Client = chain.Client

// Facts reads what a chain says of the Safe that carries an action out; nil if none does.
func Facts(ctx context.Context, client chain.Client, p *plan.Plan, actionID string) (*safe.Facts, error) {
	pr, err := action.Prepare(p, actionID)
	if err != nil || pr.Safe == nil {
		return nil, err
	}
	f, err := trial.ReadSafe(ctx, client, pr.Safe.Address)
	if err != nil {
		return nil, err
	}
	return &f, nil
}

// Reread reads what a chain says now of the Safe of a request, and which owners approved its transaction there; nothing if no Safe carries
// it out.
func Reread(ctx context.Context, client chain.Client, p *plan.Plan, r outside.Request) (*safe.Facts, safe.Said, error) {
	hash, ok := r.Hash(p)
	if !ok {
		return nil, safe.Said{}, nil
	}
	f, err := trial.ReadSafe(ctx, client, r.Facts.Safe)
	if err != nil {
		return nil, safe.Said{}, err
	}
	approved, err := trial.Approvals(ctx, client, f, hash)
	return &f, safe.Said{Approved: approved}, err
}

// Trial is what would become of an action if it were sent at one block.
type Trial struct {
	Block   uint64   `json:"block"`
	Holds   bool     `json:"in_effect"`         // it is in effect already
	Got     string   `json:"effect,omitempty"`  // what the effect's reading answers
	Tried   bool     `json:"simulated"`         // false: the sender is not known
	Fails   []string `json:"fails,omitempty"`   // why it would fail, each a sentence; empty if it would not
	Lacking string   `json:"lacking,omitempty"` // what could not be asked
}

// Try asks a chain what would become of an action. from is who sends a call; zero if that is not known. What a Safe does is tried as the Safe
// itself, each of its calls alone.
func Try(ctx context.Context, client chain.Client, p *plan.Plan, pr action.Prepared, from evm.Address) (Trial, error) {
	head, err := client.Head(ctx)
	if err != nil {
		return Trial{}, err
	}
	t := Trial{Block: head.Number}
	if e := pr.Effect; e != nil {
		if t.Holds, t.Got, err = holds(ctx, client, *e, head.Number); err != nil {
			return t, err
		}
	}
	if pr.Sender != (evm.Address{}) && pr.Safe == nil {
		from = pr.Sender
	}
	messages := []chain.Message{{From: from, To: &pr.To, Value: pr.Value, Data: pr.Data}}
	if pr.Safe != nil {
		messages = nil
		for _, s := range pr.Safe.Calls {
			messages = append(messages, chain.Message{From: pr.Safe.Address, To: &s.To, Value: s.Value, Data: s.Data})
		}
	} else if from == (evm.Address{}) {
		t.Lacking = "Who sends it is not known."
		return t, nil
	}
	for _, m := range messages {
		_, err := client.Call(ctx, m, &head.Number)
		var r *chain.Revert
		switch {
		case errors.As(err, &r):
			t.Fails = append(t.Fails, "The call would fail: "+reason(p, m, r)+".")
		case fault.Is(err, fault.Unavailable):
			return t, err
		case err != nil:
			t.Fails = append(t.Fails, fault.Sentence(err))
		}
	}
	t.Tried = true
	return t, nil
}

// holds reads an effect at a block. A contract that refuses, or answers something else than declared, has not shown it.
func holds(ctx context.Context, client chain.Client, e action.Effect, block uint64) (yes bool, got string, err error) {
	answer, err := client.Call(ctx, chain.Message{To: &e.To, Data: e.Data}, &block)
	if r := (*chain.Revert)(nil); errors.As(err, &r) {
		return false, r.Error(), nil
	}
	if err != nil {
		return false, "", err
	}
	if yes, got, err = e.Holds(answer); err != nil {
		return false, err.Error(), nil
	}
	return yes, got, nil
}

// waits looks whether transactions of the account that is to send an action wait already: one of them may be this very action, sent from
// another laptop. Where the action is in effect it does not matter, for nothing is sent. Fault: conflict.
func waits(ctx context.Context, client chain.Client, e *action.Effect, from evm.Address) error {
	head, err := client.Head(ctx)
	if err != nil {
		return err
	}
	if e != nil {
		if yes, _, err := holds(ctx, client, *e, head.Number); err != nil || yes {
			return err
		}
	}
	used, err := client.Nonce(ctx, from, false)
	if err != nil {
		return err
	}
	next, err := client.Nonce(ctx, from, true)
	if err != nil || next <= used {
		return err
	}
	return fault.New(fault.Conflict, "A TRANSACTION OF %s WAITS already: the chain holds %d of that account, and knows of %d more that are in no block. One of them may be this action, sent from another laptop; then both could land.",
		from.Hex(), used, next-used).
		Instead("Wait until it has landed and send again: what is in effect then is not sent. Only if you know that it is something else: --also.")
}

// reason says why a contract refused, by its own errors where the plan has its ABI.
func reason(p *plan.Plan, m chain.Message, r *chain.Revert) string {
	for _, a := range p.Assets {
		if a.Address != *m.To {
			continue
		}
		if abi, err := evm.ParseABI(a.ABI); err == nil {
			if s := abi.RevertReason(r.Data); s != "" {
				return "the contract says " + s
			}
		}
	}
	return r.Error()
}
