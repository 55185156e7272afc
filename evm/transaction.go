package evm

import (
	"fmt"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/holiman/uint256"
)

// The EIP-2718 types of transactions and receipts that can be rebuilt and therefore verified.
const (
	LegacyType     uint8 = 0
	AccessListType uint8 = 1 // EIP-2930
	DynamicFeeType uint8 = 2 // EIP-1559
	BlobType       uint8 = 3 // EIP-4844
	SetCodeType    uint8 = 4 // EIP-7702
)

type transactionJSON struct {
	Hash                hexHash             `json:"hash"`
	Type                hexUint64           `json:"type"`
	From                hexAddress          `json:"from"`
	To                  hexAddress          `json:"to"`
	Nonce               hexUint64           `json:"nonce"`
	Value               hexUint256          `json:"value"`
	Input               hexBytes            `json:"input"`
	Gas                 hexUint64           `json:"gas"`
	GasPrice            hexUint256          `json:"gasPrice"`
	Index               hexUint64           `json:"transactionIndex"`
	ChainID             hexUint256          `json:"chainId"`
	MaxFee              hexUint256          `json:"maxFeePerGas"`
	MaxTip              hexUint256          `json:"maxPriorityFeePerGas"`
	MaxBlobFee          hexUint256          `json:"maxFeePerBlobGas"`
	AccessList          []accessJSON        `json:"accessList"`
	BlobVersionedHashes []hexHash           `json:"blobVersionedHashes"`
	AuthorizationList   []authorizationJSON `json:"authorizationList"`
	V                   hexUint256          `json:"v"`
	YParity             hexUint256          `json:"yParity"`
	R                   hexUint256          `json:"r"`
	S                   hexUint256          `json:"s"`
}

type accessJSON struct {
	Address     hexAddress `json:"address"`
	StorageKeys []hexHash  `json:"storageKeys"`
}

type authorizationJSON struct {
	ChainID hexUint256 `json:"chainId"`
	Address hexAddress `json:"address"`
	Nonce   hexUint64  `json:"nonce"`
	YParity hexUint64  `json:"yParity"`
	R       hexUint256 `json:"r"`
	S       hexUint256 `json:"s"`
}

// transaction checks the shape and rebuilds the encoding where the type is known and the signature complete.
func (j *transactionJSON) transaction() (Transaction, error) {
	if err := require(
		presence{"hash", j.Hash.ok}, presence{"from", j.From.ok}, presence{"nonce", j.Nonce.ok}, presence{"value", j.Value.ok},
		presence{"input", j.Input.ok}, presence{"gas", j.Gas.ok},
	); err != nil {
		return Transaction{}, err
	}
	if j.Type.v > 0xff {
		return Transaction{}, fmt.Errorf("%w: type %d", ErrShape, j.Type.v)
	}
	t := Transaction{
		Hash: j.Hash.v, Type: uint8(j.Type.v), From: j.From.v, To: j.To.pointer(), Nonce: j.Nonce.v, Value: j.Value.pointer(),
		Input: j.Input.v, Gas: j.Gas.v, GasPrice: j.GasPrice.pointer(), Index: j.Index.v,
	}
	if j.rebuildable() {
		t.Raw = j.encode()
	}
	return t, nil
}

func (j *transactionJSON) rebuildable() bool {
	signed := j.R.ok && j.S.ok
	typed := signed && (j.V.ok || j.YParity.ok) && j.ChainID.ok
	dynamic := typed && j.MaxFee.ok && j.MaxTip.ok
	switch uint8(j.Type.v) {
	case LegacyType:
		return signed && j.V.ok && j.GasPrice.ok
	case AccessListType:
		return typed && j.GasPrice.ok
	case DynamicFeeType:
		return dynamic
	case BlobType:
		return dynamic && j.To.ok && j.MaxBlobFee.ok
	case SetCodeType:
		return dynamic && j.To.ok
	}
	return false
}

// encode writes the EIP-2718 encoding of a rebuildable transaction.
func (j *transactionJSON) encode() []byte {
	w := rlp.NewEncoderBuffer(nil)
	typ := uint8(j.Type.v)
	list := w.List()
	if typ != LegacyType {
		w.WriteUint256(&j.ChainID.v)
	}
	w.WriteUint64(j.Nonce.v)
	if typ >= DynamicFeeType {
		w.WriteUint256(&j.MaxTip.v)
		w.WriteUint256(&j.MaxFee.v)
	} else {
		w.WriteUint256(&j.GasPrice.v)
	}
	w.WriteUint64(j.Gas.v)
	if j.To.ok {
		w.WriteBytes(j.To.v[:])
	} else {
		w.WriteBytes(nil)
	}
	w.WriteUint256(&j.Value.v)
	w.WriteBytes(j.Input.v)
	if typ != LegacyType {
		j.encodeAccessList(w)
	}
	switch typ {
	case BlobType:
		w.WriteUint256(&j.MaxBlobFee.v)
		hashes := w.List()
		for i := range j.BlobVersionedHashes {
			w.WriteBytes(j.BlobVersionedHashes[i].v[:])
		}
		w.ListEnd(hashes)
	case SetCodeType:
		j.encodeAuthorizations(w)
	}
	v := &j.V.v
	if typ != LegacyType && j.YParity.ok {
		v = &j.YParity.v
	}
	w.WriteUint256(v)
	w.WriteUint256(&j.R.v)
	w.WriteUint256(&j.S.v)
	w.ListEnd(list)
	return withType(typ, w)
}

func (j *transactionJSON) encodeAccessList(w rlp.EncoderBuffer) {
	all := w.List()
	for i := range j.AccessList {
		a := &j.AccessList[i]
		one := w.List()
		w.WriteBytes(a.Address.v[:])
		keys := w.List()
		for k := range a.StorageKeys {
			w.WriteBytes(a.StorageKeys[k].v[:])
		}
		w.ListEnd(keys)
		w.ListEnd(one)
	}
	w.ListEnd(all)
}

func (j *transactionJSON) encodeAuthorizations(w rlp.EncoderBuffer) {
	all := w.List()
	for i := range j.AuthorizationList {
		a := &j.AuthorizationList[i]
		one := w.List()
		w.WriteUint256(&a.ChainID.v)
		w.WriteBytes(a.Address.v[:])
		w.WriteUint64(a.Nonce.v)
		w.WriteUint64(a.YParity.v)
		w.WriteUint256(&a.R.v)
		w.WriteUint256(&a.S.v)
		w.ListEnd(one)
	}
	w.ListEnd(all)
}

// withType puts the type before what w holds, as EIP-2718 wants it for all but the legacy type.
func withType(typ uint8, w rlp.EncoderBuffer) []byte {
	if typ == LegacyType {
		return w.ToBytes()
	}
	return w.AppendToBytes([]byte{typ})
}

// RecoverSender returns who signed a transaction. It costs about 0.1 ms. Without Raw it is ErrUnverifiable.
func (t *Transaction) RecoverSender() (Address, error) {
	if t.Raw == nil {
		return Address{}, fmt.Errorf("recover sender of %s: %w", t.Hash, ErrUnverifiable)
	}
	var tx types.Transaction
	if err := tx.UnmarshalBinary(t.Raw); err != nil {
		return Address{}, fmt.Errorf("recover sender of %s: %w", t.Hash, err)
	}
	from, err := types.Sender(types.LatestSignerForChainID(tx.ChainId()), &tx)
	if err != nil {
		return Address{}, fmt.Errorf("recover sender of %s: %w", t.Hash, err)
	}
	return from, nil
}

// value returns v, zero for nil.
func value(v *uint256.Int) *uint256.Int {
	if v == nil {
		return new(uint256.Int)
	}
	return v
}
