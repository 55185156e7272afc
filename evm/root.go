package evm

import (
	"bytes"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/trie"
)

// ComputeHash is the hash that the header's content gives: Keccak-256 of its RLP.
func (h *Header) ComputeHash() Hash {
	g := types.Header{
		ParentHash: h.ParentHash, UncleHash: h.UncleHash, Coinbase: h.Coinbase, Root: h.StateRoot, TxHash: h.TransactionsRoot,
		ReceiptHash: h.ReceiptsRoot, Bloom: h.Bloom, Difficulty: value(h.Difficulty).ToBig(),
		Number: new(big.Int).SetUint64(h.Number), GasLimit: h.GasLimit, GasUsed: h.GasUsed, Time: h.Time, Extra: h.Extra,
		MixDigest: h.MixDigest, Nonce: h.Nonce, WithdrawalsHash: h.WithdrawalsRoot, BlobGasUsed: h.BlobGasUsed,
		ExcessBlobGas: h.ExcessBlobGas, ParentBeaconRoot: h.ParentBeaconRoot, RequestsHash: h.RequestsHash,
		BlockAccessListHash: h.AccessListHash, SlotNumber: h.SlotNumber,
	}
	if h.BaseFee != nil {
		g.BaseFee = h.BaseFee.ToBig()
	}
	return g.Hash()
}

// TransactionsRoot is the root of the trie of transactions. A transaction whose encoding is unknown makes it
// ErrUnverifiable.
func TransactionsRoot(txs []Transaction) (Hash, error) {
	for i := range txs {
		if txs[i].Raw == nil {
			return Hash{}, fmt.Errorf("%w: transaction %d has type 0x%x or lacks its signature", ErrUnverifiable, i, txs[i].Type)
		}
	}
	return deriveRoot(len(txs), func(i int) []byte { return txs[i].Raw }), nil
}

// ReceiptsRoot is the root of the trie of receipts. A receipt of an unknown type makes it ErrUnverifiable.
func ReceiptsRoot(rs []Receipt) (Hash, error) {
	blooms := make([][256]byte, len(rs))
	for i := range rs {
		blooms[i] = rs[i].Bloom()
	}
	return receiptsRoot(rs, blooms)
}

func receiptsRoot(rs []Receipt, blooms [][256]byte) (Hash, error) {
	for i := range rs {
		if rs[i].Type > SetCodeType {
			return Hash{}, fmt.Errorf("%w: receipt %d has type 0x%x", ErrUnverifiable, i, rs[i].Type)
		}
	}
	return deriveRoot(len(rs), func(i int) []byte { return rs[i].encode(&blooms[i]) }), nil
}

// encodings is a list of encodings for the trie.
type encodings struct {
	n  int
	at func(int) []byte
}

func (e encodings) Len() int                           { return e.n }
func (e encodings) EncodeIndex(i int, w *bytes.Buffer) { w.Write(e.at(i)) }

func deriveRoot(n int, at func(int) []byte) Hash {
	return types.DeriveSha(encodings{n, at}, trie.NewStackTrie(nil))
}
