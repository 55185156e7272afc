package evm

import (
	"fmt"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"
)

// The EIP-2718 types of transactions and receipts that can be rebuilt and therefore verified.
const (
	LegacyType     uint8 = 0
	AccessListType uint8 = 1    // EIP-2930
	DynamicFeeType uint8 = 2    // EIP-1559
	BlobType       uint8 = 3    // EIP-4844
	SetCodeType    uint8 = 4    // EIP-7702
	DepositType    uint8 = 0x7e // of the OP stack: brought over from the chain below, without a signature
)

// known reports whether receipts of a type can be encoded.
func known(typ uint8) bool { return typ <= SetCodeType || typ == DepositType }

// RecoverSender returns who signed a transaction. It costs about 0.1 ms. A deposit is not signed: its content names its sender.
// Without Raw it is ErrUnverifiable.
func (t *Transaction) RecoverSender() (Address, error) {
	if t.Raw == nil {
		return Address{}, fmt.Errorf("recover sender of %s: %w", t.Hash, ErrUnverifiable)
	}
	if t.Type == DepositType {
		return t.From, nil // Raw, and so the hash, was made with it
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
