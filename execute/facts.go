package execute

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"tocsin/action/safe"
	"tocsin/chain"
	"tocsin/evm"
)

// ReadSafe reads what the chain says of a Safe at its head, at one block on which the endpoints agree. Faults: invalid if the account is no
// Safe, or one of a version that is not known; unavailable if the endpoints do not answer, or not alike.
func ReadSafe(ctx context.Context, client chain.Client, address evm.Address) (safe.Facts, error) {
	head, err := client.Head(ctx)
	if err != nil {
		return safe.Facts{}, err
	}
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

// contractMagic is what a contract answers that vouches for a signature (ERC-1271).
var contractMagic = [4]byte{0x16, 0x26, 0xba, 0x7e}

// Vouches asks a contract at the head whether a signature of a digest is its own (ERC-1271), and says at which block it answered. A
// contract that refuses to answer, or is none, does not vouch.
func Vouches(ctx context.Context, client chain.Client, account evm.Address, digest evm.Hash, signature []byte) (vouches bool, at evm.Header, err error) {
	head, err := client.Head(ctx)
	if err != nil {
		return false, head, err
	}
	data, err := evm.EncodeCall("isValidSignature(bytes32,bytes)", []string{digest.Hex(), fmt.Sprintf("0x%x", signature)})
	if err != nil {
		return false, head, err
	}
	answer, err := client.Call(ctx, chain.Message{To: &account, Data: data}, &head.Number)
	if r := (*chain.Revert)(nil); errors.As(err, &r) {
		return false, head, nil
	}
	if err != nil {
		return false, head, fmt.Errorf("ask %s whether it vouches: %w", account.Hex(), err)
	}
	return len(answer) == 32 && [4]byte(answer[:4]) == contractMagic && [28]byte(answer[4:]) == [28]byte{}, head, nil
}
