package evm

import (
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
)

// Bloom is the bloom filter over the addresses and topics of a receipt's logs.
func (r *Receipt) Bloom() [256]byte {
	var b types.Bloom
	for i := range r.Logs {
		b.Add(r.Logs[i].Address[:])
		for k := range r.Logs[i].Topics {
			b.Add(r.Logs[i].Topics[k][:])
		}
	}
	return b
}

// encode writes the EIP-2718 encoding. It is right for the types up to SetCodeType only.
func (r *Receipt) encode(bloom *[256]byte) []byte {
	w := rlp.NewEncoderBuffer(nil)
	list := w.List()
	if r.PostState != nil {
		w.WriteBytes(r.PostState)
	} else {
		w.WriteUint64(r.Status)
	}
	w.WriteUint64(r.CumulativeGasUsed)
	w.WriteBytes(bloom[:])
	logs := w.List()
	for i := range r.Logs {
		l := &r.Logs[i]
		one := w.List()
		w.WriteBytes(l.Address[:])
		topics := w.List()
		for k := range l.Topics {
			w.WriteBytes(l.Topics[k][:])
		}
		w.ListEnd(topics)
		w.WriteBytes(l.Data)
		w.ListEnd(one)
	}
	w.ListEnd(logs)
	w.ListEnd(list)
	return withType(r.Type, w)
}
