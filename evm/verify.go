package evm

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/crypto"
)

var (
	// ErrUnverifiable is in the chain of errors about what cannot be rebuilt: nothing contradicts it, nothing proves it.
	ErrUnverifiable = errors.New("cannot be verified")
	// ErrLie is in the chain of errors about what contradicts itself: whoever gave it is broken or lies.
	ErrLie = errors.New("does not add up")
)

func lie(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrLie, fmt.Sprintf(format, args...))
}

// VerifyBlock checks that a block is what its hash names: header, transactions, receipts with their logs, and what
// follows from these. What a root cannot prove is the sender of a transaction (see VerifySenders) and its effective gas
// price. A contradiction is ErrLie; else, what is of an unknown kind is ErrUnverifiable.
func VerifyBlock(b *Block) error {
	if got := b.ComputeHash(); got != b.Hash {
		return lie("the header of block %d hashes to %s, not to %s", b.Number, got, b.Hash)
	}
	errTxs := verifyTransactions(b)
	if errors.Is(errTxs, ErrLie) {
		return errTxs
	}
	errReceipts := verifyReceipts(b)
	if errors.Is(errReceipts, ErrLie) {
		return errReceipts
	}
	return errors.Join(errTxs, errReceipts)
}

func verifyTransactions(b *Block) error {
	for i := range b.Transactions {
		t := &b.Transactions[i]
		if t.Index != uint64(i) {
			return lie("transaction %s of block %d says it stands at %d, not at %d", t.Hash, b.Number, t.Index, i)
		}
		if t.Raw != nil && crypto.Keccak256Hash(t.Raw) != t.Hash {
			return lie("the content of transaction %d of block %d does not hash to %s", i, b.Number, t.Hash)
		}
	}
	root, err := TransactionsRoot(b.Transactions)
	if err != nil {
		return fmt.Errorf("verify transactions of block %d: %w", b.Number, err)
	}
	if root != b.TransactionsRoot {
		return lie("the transactions of block %d have the root %s, its header says %s", b.Number, root, b.TransactionsRoot)
	}
	return nil
}

func verifyReceipts(b *Block) error {
	if len(b.Receipts) != len(b.Transactions) {
		return lie("block %d has %d transactions and %d receipts", b.Number, len(b.Transactions), len(b.Receipts))
	}
	var all [256]byte
	blooms := make([][256]byte, len(b.Receipts))
	for i := range b.Receipts {
		blooms[i] = b.Receipts[i].Bloom()
		for k, x := range blooms[i] {
			all[k] |= x
		}
	}
	if all != b.Bloom {
		return lie("the logs of block %d are not those of its header's bloom filter", b.Number)
	}
	if err := verifyDerived(b); err != nil {
		return err
	}
	root, err := receiptsRoot(b.Receipts, blooms)
	if err != nil {
		return fmt.Errorf("verify receipts of block %d: %w", b.Number, err)
	}
	if root != b.ReceiptsRoot {
		return lie("the receipts of block %d have the root %s, its header says %s", b.Number, root, b.ReceiptsRoot)
	}
	return nil
}

// verifyDerived checks what endpoints repeat in a receipt although it follows from elsewhere: nothing hashes it.
func verifyDerived(b *Block) error {
	var gas, logs uint64
	for i := range b.Receipts {
		r, t := &b.Receipts[i], &b.Transactions[i]
		wrong := func(what string) error {
			return lie("the receipt of %s in block %d names another %s", t.Hash, b.Number, what)
		}
		switch {
		case r.TxHash != t.Hash || r.TxIndex != t.Index:
			return wrong("transaction")
		case r.BlockHash != b.Hash || r.BlockNumber != b.Number:
			return wrong("block")
		case r.Type != t.Type:
			return wrong("type")
		case r.From != t.From:
			return wrong("sender")
		case !equal(r.To, t.To):
			return wrong("recipient")
		}
		if t.Raw == nil {
			// Transactions that a chain adds by itself may count gas, logs and contracts in ways of their own.
			gas, logs = r.CumulativeGasUsed, logs+uint64(len(r.Logs))
			continue
		}
		if r.CumulativeGasUsed < gas || r.GasUsed != r.CumulativeGasUsed-gas {
			return wrong("amount of gas")
		}
		gas = r.CumulativeGasUsed
		if t.To == nil && r.Status == 1 {
			if made := crypto.CreateAddress(t.From, t.Nonce); r.ContractAddress == nil || *r.ContractAddress != made {
				return wrong("contract")
			}
		}
		for k := range r.Logs {
			if l := &r.Logs[k]; l.Index != logs || l.TxHash != t.Hash || l.TxIndex != t.Index {
				return wrong(fmt.Sprintf("place of log %d", k))
			}
			logs++
		}
	}
	return nil
}

// VerifySenders recovers the sender of every transaction from its signature, about 0.1 ms each, and compares it with the
// one given. Transactions without Raw are passed over: VerifyBlock has called them unverifiable.
func VerifySenders(b *Block) error {
	for i := range b.Transactions {
		t := &b.Transactions[i]
		if t.Raw == nil {
			continue
		}
		from, err := t.RecoverSender()
		if err != nil {
			return lie("transaction %d of block %d has no sender: %v", i, b.Number, err)
		}
		if from != t.From {
			return lie("transaction %s of block %d was sent by %s, not by %s", t.Hash, b.Number, from, t.From)
		}
	}
	return nil
}

func equal(a, b *Address) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
