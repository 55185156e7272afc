package execute

import (
	"context"
	"errors"
	"fmt"

	"tocsin/chain"
	"tocsin/evm"
)

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
