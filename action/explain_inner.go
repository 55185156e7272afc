package action

import (
	"fmt"

	"github.com/holiman/uint256"

	"tocsin/action/safe"
	"tocsin/evm"
)

// look explains what a function holds.
func (x *explainer) look(n nested, e *Explanation, v []evm.Value, depth int) {
	const all = "UNLIMITED APPROVAL: everything of the token can be taken, now and later."
	switch n.kind {
	case allowance:
		if amount, ok := v[1].Go.(*uint256.Int); ok && amount.BitLen() >= 128 { // more than anybody would use up
			e.Dangers = append(e.Dangers, all)
		}
	case operator:
		if yes, _ := v[1].Go.(bool); yes {
			e.Dangers = append(e.Dangers, all)
		}
	case oneCall:
		to := e.To
		if n.on >= 0 {
			to, _ = v[n.on].Go.(evm.Address)
		}
		if b, _ := v[n.data].Go.([]byte); len(b) > 0 {
			e.Inner = append(e.Inner, x.call(to, nil, b, depth+1))
		}
	case operation:
		x.scheduled(e, []any{v[0].Go}, []any{v[1].Go}, []any{v[2].Go}, depth)
	case operations:
		targets, _ := v[0].Go.([]any)
		values, _ := v[1].Go.([]any)
		payloads, _ := v[2].Go.([]any)
		x.scheduled(e, targets, values, payloads, depth)
	case batch:
		x.batched(e, v, depth)
	case execution:
		x.executed(e, v, depth)
	}
}

// scheduled explains the calls of a timelock.
func (x *explainer) scheduled(e *Explanation, targets, values, payloads []any, depth int) {
	if len(targets) != len(values) || len(targets) != len(payloads) {
		e.Dangers = append(e.Dangers, "Its lists are not of one length: the timelock refuses it.")
		return
	}
	for i := range targets {
		to, _ := targets[i].(evm.Address)
		value, _ := values[i].(*uint256.Int)
		data, _ := payloads[i].([]byte)
		e.Inner = append(e.Inner, x.call(to, value, data, depth+1))
		if x.left < 0 { // which the last one says
			break
		}
	}
}

// batched explains the calls of a MultiSend.
func (x *explainer) batched(e *Explanation, v []evm.Value, depth int) {
	packed, _ := v[0].Go.([]byte)
	calls, err := safe.Unpack(packed)
	if err != nil {
		e.Dangers = append(e.Dangers, "Its calls cannot be read: "+err.Error()+".")
	}
	for _, c := range calls {
		e.Inner = append(e.Inner, x.operation(c.Operation, c.To, c.Value, c.Data, depth+1))
		if x.left < 0 { // which the last one says
			break
		}
	}
	e.Sentence = fmt.Sprintf("Makes %d calls, all or none.", len(calls))
}

// executed explains the transaction that a Safe carries out.
func (x *explainer) executed(e *Explanation, v []evm.Value, depth int) {
	to, _ := v[0].Go.(evm.Address)
	value, _ := v[1].Go.(*uint256.Int)
	data, _ := v[2].Go.([]byte)
	op, _ := v[3].Go.(*uint256.Int)
	n := safe.Call
	if op != nil && !op.IsZero() {
		n = safe.DelegateCall
	}
	e.Inner = append(e.Inner, x.operation(n, to, value, data, depth+1))
	if price, _ := v[6].Go.(*uint256.Int); price != nil && !price.IsZero() {
		e.Dangers = append(e.Dangers, "THE SAFE PAYS for the execution, at a price that the transaction names.")
	}
}
