package trial

import (
	"context"
	"time"

	"tocsin/action"
	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Opener opens a file of a plan that is encrypted: sealed is the file as it lies in the plan's folder, text what is in it. Faults: not_found
// if the plan's files do not hold it; forbidden if it was not encrypted to this reader; invalid if it is damaged.
type Opener func(ctx context.Context, p *plan.Plan, name string) (sealed, text []byte, err error)

// Signed makes ready a transaction that was signed in advance, out of the file of the plan, with its bytes as they are sent. Faults are those
// of the opener and of action.PrepareSigned; invalid if the file is not the one that the plan was adopted with, or nobody can open it.
func Signed(ctx context.Context, open Opener, p *plan.Plan, actionID string) (action.Prepared, []byte, error) {
	pr, err := action.Prepare(p, actionID)
	if err != nil {
		return pr, nil, err
	}
	if pr.Transaction == nil {
		return pr, nil, fault.New(fault.Invalid, "Action %s is of kind %q, and sends no transaction that was signed in advance.", actionID, pr.Kind)
	}
	name := pr.Transaction.File
	if open == nil {
		return pr, nil, fault.New(fault.Invalid, "%q is encrypted, and no key to open it was given.", name)
	}
	sealed, text, err := open(ctx, p, name)
	if err != nil {
		return pr, nil, err
	}
	if evm.Keccak(sealed) != pr.Transaction.FileHash {
		return pr, nil, fault.New(fault.Invalid, "The file %q is not the one that the plan was adopted with.", name).
			Instead("Somebody may have put another in its place; take it from the plan's history.")
	}
	return action.PrepareSigned(p, actionID, text)
}

// StandingOf reads what a chain says at a block of the account that signed a transaction in advance.
func StandingOf(ctx context.Context, client chain.Client, from evm.Address, head evm.Header) (action.Standing, error) {
	nonce, err := client.Nonce(ctx, from, false)
	if err != nil {
		return action.Standing{}, err
	}
	has, err := client.Balance(ctx, from, &head.Number)
	if err != nil {
		return action.Standing{}, err
	}
	return action.Standing{Nonce: nonce, Balance: has, BaseFee: head.BaseFee, At: time.Unix(int64(min(head.Time, 1<<40)), 0).UTC()}, nil
}
