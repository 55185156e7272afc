// Package trial tries actions on a chain without changing anything, and reads what must be known before one is signed: the facts of a Safe,
// and what was signed in advance.
package trial

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Simulation is what an action would do if it were sent now.
type Simulation struct {
	Block   uint64   `json:"block"` // at whose end it was tried
	Hash    evm.Hash `json:"block_hash"`
	Works   bool     `json:"works"`
	Why     string   `json:"why,omitempty"`     // it would not work: the reason, as part of a sentence
	Say     string   `json:"message"`           // a sentence
	Changes []string `json:"changes,omitempty"` // what changes, each in words: "paused(): false → true"
	Partly  bool     `json:"partly,omitzero"`   // the endpoints cannot tell what changes, only whether it would be refused
}

// Try is an action that is to be tried.
type Try struct {
	Client chain.Client
	Plan   *plan.Plan
	Action action.Prepared
	From   evm.Address // who sends a call, where the plan names nobody
	At     *evm.Header // at whose end; nil: the head
	Safe   *safe.Facts // of the Safe that carries it out, to try a batch whole where endpoints cannot; nil if they are not known
}

// Can reports whether an action can be tried: it happens on a chain, and what is sent is known.
func Can(pr action.Prepared) bool { return len(messages(pr, evm.Address{})) > 0 }

// Simulate tries the action without changing anything: a call as its sender would send it, what a Safe does as the Safe does it, whoever
// may sign. Faults: invalid for an action that cannot be tried; unavailable if the chain does not answer.
func (y Try) Simulate(ctx context.Context) (Simulation, error) {
	pr := y.Action
	messages := messages(pr, y.From)
	if len(messages) == 0 {
		return Simulation{}, fault.New(fault.Invalid, "%s is of kind %q, which cannot be tried beforehand.", pr.Words.Title, pr.Kind)
	}
	if y.At == nil {
		head, err := y.Client.Head(ctx)
		if err != nil {
			return Simulation{}, err
		}
		y.At = &head
	}
	s := Simulation{Block: y.At.Number, Hash: y.At.Hash}
	before, err := y.before(ctx)
	if err != nil {
		return s, err
	}
	list := messages
	if pr.Effect != nil {
		list = append(slices.Clone(messages), chain.Message{To: &pr.Effect.To, Data: pr.Effect.Data})
	}
	sim, can := y.Client.(chain.Simulator)
	var results []chain.Simulated
	if can {
		results, err = sim.Simulate(ctx, list, &y.At.Number)
		can = err == nil && len(results) == len(list)
	}
	if !can {
		return y.partly(ctx, s, messages)
	}
	for i := range messages {
		if r := results[i].Failed; r != nil {
			return s.fails(y.why(i, r)), nil
		}
	}
	s.Works, s.Say = true, "It would work."
	if pr.Effect != nil {
		last := results[len(results)-1]
		after := y.answered(last)
		switch holds, got, err := pr.Effect.Holds(last.Return); {
		case last.Failed != nil || err != nil || !holds:
			s.Works, s.Why = false, fmt.Sprintf("it would go through, and %s would read %s, not %s", pr.Effect.Reads(), after, pr.Effect.Want)
			s.Say = "I" + s.Why[1:] + "."
		case before == got:
			s.Say = fmt.Sprintf("It is not needed: %s reads %s already.", pr.Effect.Reads(), got)
		}
		s.Changes = append(s.Changes, fmt.Sprintf("%s: %s → %s", pr.Effect.Reads(), before, after))
	}
	for _, r := range results[:len(messages)] {
		s.Changes = append(s.Changes, y.moves(r.Logs)...)
	}
	return s, nil
}

func (s Simulation) fails(why string) Simulation {
	s.Why, s.Say = why, fmt.Sprintf("It would fail: %s.", why)
	return s
}

// messages are the calls that an action makes; none if they are not known.
func messages(pr action.Prepared, from evm.Address) []chain.Message {
	switch {
	case pr.Kind == action.Call:
		if pr.Sender != (evm.Address{}) {
			from = pr.Sender
		}
		return []chain.Message{{From: from, To: &pr.To, Value: pr.Value, Data: pr.Data}}
	case pr.Transaction != nil && pr.Transaction.From != (evm.Address{}):
		return []chain.Message{{From: pr.Transaction.From, To: &pr.To, Value: pr.Value, Data: pr.Data, Gas: pr.Transaction.Gas}}
	case pr.Safe != nil:
		var list []chain.Message
		for i := range pr.Safe.Calls {
			c := &pr.Safe.Calls[i]
			list = append(list, chain.Message{From: pr.Safe.Address, To: &c.To, Value: c.Value, Data: c.Data})
		}
		return list
	}
	return nil
}

// before is what the effect's reading answers now; empty without an effect.
func (y Try) before(ctx context.Context) (string, error) {
	e := y.Action.Effect
	if e == nil {
		return "", nil
	}
	answer, err := y.Client.Call(ctx, chain.Message{To: &e.To, Data: e.Data}, &y.At.Number)
	if r := (*chain.Revert)(nil); errors.As(err, &r) {
		return "nothing", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the effect: %w", err)
	}
	return y.answered(chain.Simulated{Return: answer}), nil
}

func (y Try) answered(r chain.Simulated) string {
	if r.Failed != nil {
		return "nothing"
	}
	_, got, err := y.Action.Effect.Holds(r.Return)
	if err != nil {
		return "nothing that can be read"
	}
	return got
}

// partly tries it where the endpoints cannot tell what changes: a batch by the Safe's own simulation if its facts are known, else each call
// by itself.
func (y Try) partly(ctx context.Context, s Simulation, messages []chain.Message) (Simulation, error) {
	s.Partly = true
	if len(messages) > 1 && y.Safe != nil {
		return y.whole(ctx, s)
	}
	for i, m := range messages {
		_, err := y.Client.Call(ctx, m, &y.At.Number)
		if r := (*chain.Revert)(nil); errors.As(err, &r) {
			return s.fails(y.why(i, r)), nil
		}
		if err != nil {
			return s, err
		}
	}
	s.Works, s.Say = true, "It would work. The endpoints cannot tell what would change."
	if len(messages) > 1 {
		s.Say = "Each of its calls alone would work. The endpoints cannot try them together, or tell what would change."
	}
	return s, nil
}

// whole has the Safe simulate its batch.
func (y Try) whole(ctx context.Context, s Simulation) (Simulation, error) {
	full, err := action.PrepareSafe(y.Plan, y.Action.Action, *y.Safe, y.Safe.Nonce)
	if err != nil {
		return s.fails(fault.Sentence(err)), nil
	}
	tx := full.Safe.Transaction
	data, err := evm.EncodeCall("simulateAndRevert(address,bytes)", []string{tx.To.Hex(), fmt.Sprintf("0x%x", []byte(tx.Data))})
	if err != nil {
		return s, fmt.Errorf("encode simulation: %w", err)
	}
	_, err = y.Client.Call(ctx, chain.Message{From: y.Safe.Safe, To: &y.Safe.Safe, Data: data}, &y.At.Number)
	r := (*chain.Revert)(nil)
	switch {
	case err != nil && !errors.As(err, &r):
		return s, err
	case r == nil || len(r.Data) < 64:
		return s, fault.New(fault.Unavailable, "The Safe does not simulate.")
	case r.Data[31] != 1:
		return s.fails("one of its calls is refused"), nil
	}
	s.Works, s.Say = true, "All its calls together would work. The endpoints cannot tell what would change."
	return s, nil
}

// why says why one of the calls would fail.
func (y Try) why(i int, r *chain.Revert) string {
	if y.Action.Safe == nil {
		return Reason(y.Plan, y.Action.Chain, y.Action.To, r)
	}
	c := y.Action.Safe.Calls[i]
	return fmt.Sprintf("%s: %s", c.Words, Reason(y.Plan, y.Action.Chain, c.To, r))
}
