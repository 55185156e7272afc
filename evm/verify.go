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
// price. Nil says that the block is verified; a contradiction is ErrLie; else, what is of an unknown kind is *Unverifiable.
//
// A header or a transaction with fields that Ethereum does not know may be hashed with them, so that a hash that differs is
// no contradiction: the rule is that a mismatch is a lie where every field is known, and unverifiable elsewhere. Of a block
// whose header is in doubt, the roots are in doubt as well.
func VerifyBlock(b *Block) error {
	doubt, err := verifyHeader(b)
	if err != nil {
		return err
	}
	if len(b.Receipts) != len(b.Transactions) {
		return lie("block %d has %d transactions and %d receipts", b.Number, len(b.Transactions), len(b.Receipts))
	}
	txs := verifyTransactions(b, doubt)
	if errors.Is(txs, ErrLie) {
		return txs
	}
	if err := verifyDerived(b, doubt != nil); err != nil {
		return err
	}
	unsure := doubt
	if unsure == nil {
		unsure = b.unsigned()
	}
	return first(verifyReceipts(b, unsure), doubt, txs)
}

// VerifyTransactions is the part of VerifyBlock that needs no receipts: header and transactions.
func VerifyTransactions(b *Block) error {
	doubt, err := verifyHeader(b)
	if err != nil {
		return err
	}
	return first(verifyTransactions(b, doubt), doubt)
}

// VerifyReceipts is the part of VerifyBlock that needs no transactions: header, logs, and the content of receipts as far as
// the root covers it. It does not cover hashes of transactions, senders and recipients, and the places of logs.
func VerifyReceipts(b *Block) error {
	doubt, err := verifyHeader(b)
	if err != nil {
		return err
	}
	return first(verifyReceipts(b, doubt), doubt)
}

// first returns what comes first of a lie and then of what is not nil.
func first(errs ...error) error {
	for _, err := range errs {
		if errors.Is(err, ErrLie) {
			return err
		}
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// verifyHeader returns a doubt where the header's hash proves nothing.
func verifyHeader(b *Block) (doubt, err error) {
	got := b.ComputeHash()
	switch {
	case got == b.Hash:
		return nil, nil
	case b.Foreign:
		return &Unverifiable{Header: true, Reason: "its header has fields that Ethereum's does not have, and does not hash as Ethereum's"}, nil
	}
	return nil, lie("the header of block %d hashes to %s, not to %s", b.Number, got, b.Hash)
}

// verifyTransactions returns doubt where a root differs and doubt is not nil.
func verifyTransactions(b *Block, doubt error) error {
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
	switch {
	case err != nil:
		return err
	case root == b.TransactionsRoot:
		return nil
	case doubt != nil:
		return doubt
	}
	return lie("the transactions of block %d have the root %s, its header says %s", b.Number, root, b.TransactionsRoot)
}

// verifyReceipts returns doubt where a root differs and doubt is not nil.
func verifyReceipts(b *Block, doubt error) error {
	var all [256]byte
	blooms := make([][256]byte, len(b.Receipts))
	var m bloomer
	for i := range b.Receipts {
		blooms[i] = m.bloom(&b.Receipts[i])
		for k, x := range blooms[i] {
			all[k] |= x
		}
	}
	if all != b.Bloom {
		if doubt != nil {
			return doubt
		}
		return lie("the logs of block %d are not those of its header's bloom filter", b.Number)
	}
	root, err := receiptsRoot(b.Receipts, blooms)
	switch {
	case err != nil:
		return err
	case root == b.ReceiptsRoot:
		return nil
	case doubt != nil:
		return doubt
	}
	return lie("the receipts of block %d have the root %s, its header says %s", b.Number, root, b.ReceiptsRoot)
}

// verifyDerived checks what endpoints repeat in a receipt although it follows from elsewhere: nothing hashes it. A chain
// that is foreign may count gas, logs and contracts in ways of its own.
func verifyDerived(b *Block, foreign bool) error {
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
		if foreign || t.Raw == nil {
			// So may transactions that a chain adds by itself.
			gas, logs = r.CumulativeGasUsed, logs+uint64(len(r.Logs))
			continue
		}
		if r.CumulativeGasUsed < gas || r.GasUsed != r.CumulativeGasUsed-gas {
			return wrong("amount of gas")
		}
		gas = r.CumulativeGasUsed
		if t.To == nil && r.Status == 1 {
			nonce, told := t.Nonce, true
			if t.Type == DepositType { // it has none of its own
				if told = r.DepositNonce != nil; told {
					nonce = *r.DepositNonce
				}
			}
			if made := crypto.CreateAddress(t.From, nonce); told && (r.ContractAddress == nil || *r.ContractAddress != made) {
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
