package action

import (
	"fmt"
	"strings"

	"github.com/holiman/uint256"

	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// SafeCall is what an action has a Safe do.
type SafeCall struct {
	Address     evm.Address       `json:"address"`               // of the Safe
	Name        string            `json:"name"`                  // "Council (0x…)"
	Calls       []Step            `json:"calls"`                 // in order; more than one are made all or none
	Transaction *safe.Transaction `json:"transaction,omitempty"` // nil until PrepareSafe knows the Safe's facts
	Hashes      safe.Hashes       `json:"hashes,omitzero"`       // what the owners sign; zero without a transaction
	Facts       *safe.Facts       `json:"facts,omitempty"`       // what the transaction was made for
	Warnings    []string          `json:"warnings,omitempty"`    // what the owners should know of their Safe, each one sentence
}

// safe prepares what a Safe would do, as far as the plan says it.
func (r resolver) safe(a plan.Action) (Prepared, error) {
	from, err := r.contract(a.Safe)
	if err != nil {
		return Prepared{}, err
	}
	x := Prepared{Chain: from.Chain, Sender: a.Sender, Value: new(uint256.Int), Safe: &SafeCall{Address: from.Address, Name: assetText(from)}}
	place, full := r.chainText(from.Chain)
	batch := a.Batch
	if len(batch) == 0 {
		batch = []plan.BatchCall{{Asset: a.Asset, Function: a.Function, Args: a.Args, Value: a.Value}}
	}
	sum := new(uint256.Int)
	var targets, says []string
	for _, b := range batch {
		s, target, err := r.step(b.Asset, b.Function, b.Args, b.Value)
		if err != nil {
			return Prepared{}, err
		}
		if target.Chain != from.Chain {
			return Prepared{}, r.invalid("calls %s on chain %d, but its Safe is on chain %d.", target.ID, target.Chain, from.Chain)
		}
		if _, over := sum.AddOverflow(sum, s.Value); over {
			return Prepared{}, r.invalid("sends more than there can be.")
		}
		x.Safe.Calls = append(x.Safe.Calls, s)
		targets, says = append(targets, assetText(target)), append(says, s.Words)
	}
	first := x.Safe.Calls[0]
	x.Words = Words{Chain: full, Target: strings.Join(targets, ", "), Function: callText(methodName(first.Function), first.Args)}
	if !sum.IsZero() {
		x.Words.Value = etherText(sum)
	}
	if len(x.Safe.Calls) == 1 {
		x.To, x.Value, x.Data, x.Function, x.Args = first.To, first.Value, first.Data, first.Function, first.Args
		x.Words.Sentence = fmt.Sprintf("Has the Safe %s call %s on %s.", x.Safe.Name, first.Words, place)
		return x, nil
	}
	if x.Data, err = safe.EncodeBatch(x.Safe.inner()); err != nil {
		return Prepared{}, r.invalid("has a batch that cannot be encoded.").Because(err)
	}
	x.Function = "multiSend(bytes)"
	x.Words.Function = fmt.Sprintf("%d calls", len(says))
	x.Words.Sentence = fmt.Sprintf("Has the Safe %s make %d calls on %s, all or none: %s.", x.Safe.Name, len(says), place, strings.Join(says, "; "))
	return x, nil
}

func (c *SafeCall) inner() []safe.Inner {
	list := make([]safe.Inner, len(c.Calls))
	for i, s := range c.Calls {
		list[i] = safe.Inner{To: s.To, Value: s.Value, Data: s.Data}
	}
	return list
}

// PrepareSafe makes a Safe's action ready to be signed, by what the chain says of the Safe. The nonce is that of the facts, or a later one
// where other transactions wait before it. Faults as for Prepare; conflict if the nonce is used already; invalid if the facts are of
// another Safe, or of one that cannot do it.
func PrepareSafe(p *plan.Plan, actionID string, f safe.Facts, nonce uint64) (Prepared, error) {
	x, err := Prepare(p, actionID)
	if err != nil {
		return Prepared{}, err
	}
	if x.Safe == nil {
		return Prepared{}, fault.New(fault.Invalid, "Action %s is of kind %q, which no Safe carries out.", actionID, x.Kind)
	}
	return x.signable(f, nonce)
}

// signable makes what the plan says of a Safe's action into the transaction that its owners sign.
func (p Prepared) signable(f safe.Facts, nonce uint64) (Prepared, error) {
	x := p
	own := *p.Safe
	x.Safe = &own
	actionID := x.Action
	if err := f.Check(); err != nil {
		return Prepared{}, err
	}
	switch {
	case f.Safe != x.Safe.Address || f.Chain != x.Chain:
		return Prepared{}, fault.New(fault.Invalid, "Action %s is of the Safe %s on chain %d; what was read is about %s on chain %d.", actionID, x.Safe.Name, x.Chain, f.Safe.Hex(), f.Chain)
	case nonce < f.Nonce:
		return Prepared{}, fault.New(fault.Conflict, "The Safe %s has used the nonce %d already; its next is %d.", x.Safe.Name, nonce, f.Nonce).Instead("Sign it with the nonce %d.", f.Nonce)
	}
	tx, err := x.transaction(f, nonce)
	if err != nil {
		return Prepared{}, err
	}
	if x.Safe.Hashes, err = tx.Hashes(); err != nil {
		return Prepared{}, err
	}
	x.Safe.Transaction, x.Safe.Facts = &tx, &f
	x.Safe.Warnings = warnings(f, nonce)
	return x, nil
}

// transaction is what the Safe's owners sign.
func (p Prepared) transaction(f safe.Facts, nonce uint64) (safe.Transaction, error) {
	tx := safe.Transaction{Chain: p.Chain, Safe: p.Safe.Address, Version: f.Version, To: p.To, Value: p.Value, Data: p.Data, Nonce: nonce}
	if len(p.Safe.Calls) > 1 {
		d, err := f.Batcher()
		if err != nil {
			return safe.Transaction{}, err
		}
		tx.To, tx.Operation = d.Address, safe.DelegateCall
	}
	return tx, nil
}

// warnings are what the owners should know before they sign.
func warnings(f safe.Facts, nonce uint64) []string {
	var list []string
	if n := nonce - f.Nonce; n > 0 {
		list = append(list, fmt.Sprintf("It waits behind nonce %d: %d of the Safe's transactions must be executed before it.", f.Nonce, n))
	}
	if f.Guard != (evm.Address{}) {
		list = append(list, fmt.Sprintf("The Safe has a guard (%s), which can refuse it.", f.Guard.Hex()))
	}
	if n := len(f.Modules); n > 0 {
		names := make([]string, n)
		for i, m := range f.Modules {
			names[i] = m.Hex()
		}
		list = append(list, "The Safe has modules, which act for it without any signature: "+strings.Join(names, ", ")+".")
	}
	return list
}
