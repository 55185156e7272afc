package evm

import (
	"bytes"
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
			return Hash{}, txs[i].unverifiable()
		}
	}
	return deriveRoot(len(txs), func(i int, b []byte) []byte { return append(b, txs[i].Raw...) }), nil
}

// ReceiptsRoot is the root of the trie of receipts. A receipt of an unknown type makes it ErrUnverifiable.
func ReceiptsRoot(rs []Receipt) (Hash, error) {
	blooms := make([][256]byte, len(rs))
	var m bloomer
	for i := range rs {
		blooms[i] = m.bloom(&rs[i])
	}
	return receiptsRoot(rs, blooms)
}

func receiptsRoot(rs []Receipt, blooms [][256]byte) (Hash, error) {
	for i := range rs {
		if !known(rs[i].Type) {
			return Hash{}, unknownType(rs[i].Type)
		}
	}
	return deriveRoot(len(rs), func(i int, b []byte) []byte { return rs[i].encode(b, &blooms[i]) }), nil
}

// encodings is a list of encodings for the trie.
type encodings struct {
	n      int
	append func(i int, b []byte) []byte
	room   []byte
}

func (e *encodings) Len() int { return e.n }

func (e *encodings) EncodeIndex(i int, w *bytes.Buffer) {
	e.room = e.append(i, e.room[:0])
	w.Write(e.room)
}

func deriveRoot(n int, appendTo func(int, []byte) []byte) Hash {
	return types.DeriveSha(&encodings{n: n, append: appendTo}, trie.NewStackTrie(nil))
}
