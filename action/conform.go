package action

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/holiman/uint256"

	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Conform proves that a Safe transaction is exactly what an action of the plan has the Safe do, at whatever nonce. Otherwise it is
// refused: a fault of code forbidden says everything that differs. The nonce is for whoever knows the chain to judge.
func Conform(p *plan.Plan, actionID string, tx safe.Transaction) error {
	x, err := Prepare(p, actionID)
	if err != nil {
		return err
	}
	if x.Safe == nil {
		return fault.New(fault.Forbidden, "THIS IS NOT WHAT THE PLAN SAYS: action %s is of kind %q, and this is a transaction of a Safe.", actionID, x.Kind).Instead("Do not sign it.")
	}
	if err := tx.Check(); err != nil {
		return err
	}
	if differs := differences(x, tx); len(differs) > 0 {
		return fault.New(fault.Forbidden, "THIS IS NOT WHAT THE PLAN SAYS for action %s: %s.", actionID, strings.Join(differs, "; ")).
			Instead("Do not sign it; tell the others over a channel you trust.")
	}
	return nil
}

// Declared finds the action of the plan that a Safe transaction carries out. If there is none it is refused: a fault of code forbidden says
// what is wrong with it, or, where only one action of that Safe comes near, what differs.
func Declared(p *plan.Plan, tx safe.Transaction) (string, error) {
	if err := tx.Check(); err != nil {
		return "", err
	}
	if p == nil {
		return "", fault.New(fault.Forbidden, "Without a plan nothing says what may be signed.").Instead("Give the plan.")
	}
	near := ""
	for _, a := range p.Actions {
		if a.Kind != Safe {
			continue
		}
		x, err := Prepare(p, a.ID)
		if err != nil || x.Safe.Address != tx.Safe || x.Chain != tx.Chain {
			continue
		}
		if len(differences(x, tx)) == 0 {
			return a.ID, nil
		}
		if near != "" {
			near = "several"
		} else {
			near = a.ID
		}
	}
	if say := undeclarable(p, tx); say != "" {
		return "", fault.New(fault.Forbidden, "THIS MUST NOT BE SIGNED: %s.", say).Instead("Tell the others over a channel you trust.")
	}
	if near != "" && near != "several" {
		return "", Conform(p, near, tx)
	}
	return "", fault.New(fault.Forbidden, "THE PLAN DECLARES NO ACTION THAT HAS THIS SAFE DO THIS.").Instead("Do not sign it. What the team has not agreed to in its plan is not signed in an emergency.")
}

// undeclarable says what no action of any plan could be.
func undeclarable(p *plan.Plan, tx safe.Transaction) string {
	if tx.Refunds() {
		return "the Safe would pay for its execution, at a price and to a receiver that the transaction names"
	}
	if tx.Operation == safe.DelegateCall {
		if _, ok := safe.IsMultiSend(tx.Version, tx.To); !ok {
			return fmt.Sprintf("it is a delegatecall to %s, whose code would act as the Safe itself and can replace its owners", tx.To.Hex())
		}
		calls, err := safe.DecodeBatch(tx.Data)
		if err != nil {
			return "its batch cannot be read: " + err.Error()
		}
		for i, c := range calls {
			if c.Operation != safe.Call {
				return fmt.Sprintf("call %d of its batch is a delegatecall to %s", i+1, c.To.Hex())
			}
			if !known(p, tx.Chain, c.To) {
				return fmt.Sprintf("call %d of its batch goes to %s, which is no contract of the plan", i+1, c.To.Hex())
			}
		}
		return ""
	}
	if !known(p, tx.Chain, tx.To) && !tx.Rejects() {
		return fmt.Sprintf("it goes to %s, which is no contract of the plan", tx.To.Hex())
	}
	return ""
}

// known reports whether an address is that of an asset of the plan.
func known(p *plan.Plan, chain uint64, a evm.Address) bool {
	_, ok := assetAt(p, chain, a)
	return ok
}

func assetAt(p *plan.Plan, chain uint64, a evm.Address) (plan.Asset, bool) {
	if p == nil || a == (evm.Address{}) {
		return plan.Asset{}, false
	}
	for _, x := range p.Assets {
		if x.Address == a && (x.Chain == chain || chain == 0) {
			return x, true
		}
	}
	return plan.Asset{}, false
}

// differences lists what differs between what the plan declares and a transaction.
func differences(x Prepared, tx safe.Transaction) []string {
	var list []string
	differ := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	if tx.Chain != x.Chain {
		differ("it is for chain %d where the plan says %d", tx.Chain, x.Chain)
	}
	if tx.Safe != x.Safe.Address {
		differ("it is of the Safe %s where the plan says %s", tx.Safe.Hex(), x.Safe.Address.Hex())
	}
	if tx.Refunds() {
		differ("the Safe would pay for its execution, which the plan never does")
	}
	value := new(uint256.Int)
	if tx.Value != nil {
		value = tx.Value
	}
	if !value.Eq(x.Value) {
		differ("it sends %s wei where the plan says %s", value.Dec(), x.Value.Dec())
	}
	if len(x.Safe.Calls) == 1 {
		if tx.Operation != safe.Call {
			differ("it is a %s where the plan says a call", tx.Operation)
		}
		if tx.To != x.To {
			differ("it goes to %s where the plan says %s", tx.To.Hex(), x.Words.Target)
		}
	} else {
		if tx.Operation != safe.DelegateCall {
			differ("it is a %s where a batch is made by delegatecall to MultiSendCallOnly", tx.Operation)
		}
		if _, ok := safe.IsMultiSend(tx.Version, tx.To); !ok {
			differ("its batch goes through %s, which is no MultiSendCallOnly", tx.To.Hex())
		}
	}
	if !bytes.Equal(tx.Data, x.Data) {
		differ("%s", dataDifference(x, tx.Data))
	}
	return list
}

// dataDifference says how calldata differ, call by call where they are a batch.
func dataDifference(x Prepared, data []byte) string {
	if len(x.Safe.Calls) < 2 {
		return fmt.Sprintf("its calldata are %s where the plan says %s (%s)", brief(data), brief(x.Data), x.Words.Function)
	}
	calls, err := safe.DecodeBatch(data)
	if err != nil {
		return "its batch cannot be read: " + err.Error()
	}
	if len(calls) != len(x.Safe.Calls) {
		return fmt.Sprintf("its batch has %d calls where the plan says %d", len(calls), len(x.Safe.Calls))
	}
	for i, c := range calls {
		want := x.Safe.Calls[i]
		if c.Operation != safe.Call || c.To != want.To || !c.Value.Eq(want.Value) || !bytes.Equal(c.Data, want.Data) {
			return fmt.Sprintf("call %d of its batch is a %s of %s with %s wei and %s where the plan says %s", i+1, c.Operation, c.To.Hex(), c.Value.Dec(), brief(c.Data), want.Words)
		}
	}
	return "its batch is encoded otherwise than a batch is"
}

// brief is calldata as they fit into a sentence.
func brief(data []byte) string {
	if len(data) == 0 {
		return "empty"
	}
	if len(data) > 36 {
		return fmt.Sprintf("0x%x… (%d bytes, hash %s)", data[:36], len(data), evm.Keccak(data).Hex())
	}
	return fmt.Sprintf("0x%x", data)
}
