package trial

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"tocsin/action/safe"
	"tocsin/chain"
	"tocsin/evm"
)

// ReadSafe reads what the chain says of a Safe at its head, at one block on which the endpoints agree. Faults are those of ReadSafeAt.
func ReadSafe(ctx context.Context, client chain.Client, address evm.Address) (safe.Facts, error) {
	head, err := client.Head(ctx)
	if err != nil {
		return safe.Facts{}, err
	}
	return ReadSafeAt(ctx, client, address, head)
}

// ReadSafeAt reads what the chain says of a Safe at the end of a block. Faults: invalid if the account is no Safe, or one of a version that
// is not known; unavailable if the endpoints do not answer, or not alike.
func ReadSafeAt(ctx context.Context, client chain.Client, address evm.Address, head evm.Header) (safe.Facts, error) {
	questions := safe.Questions(address)
	answers := make([][]byte, len(questions))
	errs := make([]error, len(questions))
	var wg sync.WaitGroup
	for i, q := range questions {
		wg.Go(func() {
			answer, err := client.Call(ctx, chain.Message{To: &q.To, Data: q.Data}, &head.Number)
			if r := (*chain.Revert)(nil); errors.As(err, &r) {
				return // no Safe: it answers nothing
			}
			if err != nil {
				errs[i] = fmt.Errorf("ask the Safe for its %s: %w", q.Name, err)
			}
			answers[i] = answer
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return safe.Facts{}, err
	}
	f, err := safe.FactsOf(client.ChainID(), address, head.Number, head.Hash, answers)
	if err != nil {
		return safe.Facts{}, err
	}
	for _, d := range safe.MultiSends(f.Version) {
		code, err := client.Code(ctx, d.Address)
		if err != nil {
			return safe.Facts{}, fmt.Errorf("look for the Safe's MultiSendCallOnly: %w", err)
		}
		if evm.Keccak(code) == d.Code {
			f.MultiSend = d.Address
			break
		}
	}
	return f, nil
}

// Approvals reads which of a Safe's owners approved a hash by approveHash, at the block of its facts.
func Approvals(ctx context.Context, client chain.Client, f safe.Facts, hash evm.Hash) ([]evm.Address, error) {
	var list []evm.Address
	for _, o := range f.Owners {
		q := safe.ApprovedQuestion(f.Safe, o, hash)
		answer, err := client.Call(ctx, chain.Message{To: &q.To, Data: q.Data}, &f.Block)
		if err != nil {
			return nil, fmt.Errorf("ask the Safe whether %s approved: %w", o.Hex(), err)
		}
		for _, b := range answer {
			if b != 0 {
				list = append(list, o)
				break
			}
		}
	}
	return list, nil
}
