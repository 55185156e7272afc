package trial

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/action/safe"
	"tocsin/chain"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
)

// contractGas is what a contract may spend on its answer: enough for many owners and for proofs over other curves, and no more than an
// endpoint lets a call have.
const contractGas = 10_000_000

// What a contract answers that vouches for a signature: of a digest (ERC-1271), and of bytes, as a Safe before 1.5.0 asks its owners.
var (
	digestMagic = [32]byte{0x16, 0x26, 0xba, 0x7e}
	bytesMagic  = [32]byte{0x20, 0xc1, 0x3b, 0x0b}
)

// Question is what a contract is asked: whether a signature of a digest is its own.
type Question struct {
	Account   evm.Address
	Digest    evm.Hash
	Signature []byte
	Said      []byte // what the digest is of, where the contract is asked for that, as an owner of a Safe before 1.5.0 is; else nil
}

// SafeQuestion is what a Safe asks an owner of it that is a contract, before it carries a transaction out.
func SafeQuestion(tx safe.Transaction, account evm.Address, signature []byte) (Question, error) {
	h, err := tx.Hashes()
	if err != nil {
		return Question{}, err
	}
	q := Question{Account: account, Digest: h.Hash, Signature: signature}
	if tx.Version != safe.V150 {
		q.Said = append(append([]byte{0x19, 0x01}, h.Domain[:]...), h.Message[:]...)
	}
	return q, nil
}

// Vouch asks a contract at the head whether a signature is its own. A contract that is not there, reverts, runs out of gas or answers with
// something else does not vouch; nor does one that says yes to what nobody signed. An error says that nobody knows: the endpoints
// did not answer, or not alike.
func Vouch(ctx context.Context, client chain.Client, q Question, now time.Time) (decision.ContractFact, error) {
	head, err := client.Head(ctx)
	if err != nil {
		return decision.ContractFact{}, err
	}
	f := decision.ContractFact{
		Chain: client.ChainID(), Account: q.Account, Digest: q.Digest, Signature: evm.Keccak(q.Signature), Block: head.Number, BlockHash: head.Hash, At: now.UTC(),
	}
	if f.Why, err = q.ask(ctx, client, head.Number); err != nil || f.Why != "" {
		return f, err
	}
	other := q
	other.Digest = evm.Keccak(append([]byte("tocsin: nobody signed this"), q.Digest[:]...))
	if q.Said != nil {
		other.Said = append([]byte("tocsin: nobody signed this"), q.Said...)
	}
	why, err := other.ask(ctx, client, head.Number)
	if err != nil {
		return f, err
	}
	if why == "" {
		f.Why = "It says yes to what nobody signed, too, so that its yes is worth nothing."
		return f, nil
	}
	f.Valid = true
	return f, nil
}

// ask says why the contract does not vouch at a height; empty if it does.
func (q Question) ask(ctx context.Context, client chain.Client, at uint64) (why string, err error) {
	signature, args, magic := "isValidSignature(bytes32,bytes)", q.Digest.Hex(), digestMagic
	if q.Said != nil {
		signature, args, magic = "isValidSignature(bytes,bytes)", fmt.Sprintf("0x%x", q.Said), bytesMagic
	}
	data, err := evm.EncodeCall(signature, []string{args, fmt.Sprintf("0x%x", q.Signature)})
	if err != nil {
		return "", fmt.Errorf("ask %s whether it vouches: %w", q.Account.Hex(), err)
	}
	answer, err := client.Call(ctx, chain.Message{To: &q.Account, Data: data, Gas: contractGas}, &at)
	revert := (*chain.Revert)(nil)
	switch {
	case errors.As(err, &revert) && revert.Reason != "":
		return fmt.Sprintf("It refuses: %s.", revert.Reason), nil
	case errors.As(err, &revert):
		return "It refuses.", nil
	case fault.Is(err, fault.Invalid):
		return "It finds no end, or breaks off: it cannot be asked.", nil
	case err != nil:
		return "", fmt.Errorf("ask %s whether it vouches: %w", q.Account.Hex(), err)
	case len(answer) == 0:
		return "It does not answer: there is no contract, or none that vouches for signatures (ERC-1271).", nil
	case len(answer) < 32 || [32]byte(answer[:32]) != magic:
		return "It answers with something else than a yes.", nil
	}
	return "", nil
}
