package signer

import (
	"bytes"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
)

// Transaction is a transaction to be signed (EIP-1559).
type Transaction struct {
	ChainID uint64 // EIP-155 id; never 0, for such a transaction would count on every chain
	Nonce   uint64
	To      *evm.Address // nil creates a contract
	Value   *uint256.Int // wei; nil is none
	Data    []byte
	Gas     uint64       // limit; never 0
	Tip     *uint256.Int // wei per gas for the block's proposer
	Cap     *uint256.Int // most wei per gas in all; at least Tip
}

// complete says what is missing before a transaction can be signed.
func (t Transaction) complete() error {
	switch {
	case t.ChainID == 0:
		return fault.New(fault.Invalid, "The transaction names no chain, so that it would count on every one.")
	case t.Gas == 0:
		return fault.New(fault.Invalid, "The transaction has no gas limit.")
	case t.Tip == nil || t.Cap == nil:
		return fault.New(fault.Invalid, "The transaction offers no fee.")
	case t.Cap.Lt(t.Tip):
		return fault.New(fault.Invalid, "The transaction offers a tip of %s wei per gas, but at most %s in all.", t.Tip.Dec(), t.Cap.Dec())
	}
	return nil
}

// value is what goes with it, in wei.
func (t Transaction) value() *big.Int {
	if t.Value == nil {
		return new(big.Int)
	}
	return t.Value.ToBig()
}

// signedAs compares a signed transaction with what was to be signed by an account, and names the first thing that differs;
// empty if nothing does.
func (t Transaction) signedAs(raw []byte, by evm.Address) (hash evm.Hash, differs string, err error) {
	var x types.Transaction
	if err := x.UnmarshalBinary(raw); err != nil {
		return evm.Hash{}, "", fmt.Errorf("decode transaction: %w", err)
	}
	from, err := types.Sender(types.LatestSignerForChainID(x.ChainId()), &x)
	if err != nil {
		return evm.Hash{}, "", fmt.Errorf("recover sender: %w", err)
	}
	to := x.To()
	switch {
	case x.Type() != types.DynamicFeeTxType:
		differs = "form"
	case x.ChainId().Cmp(new(big.Int).SetUint64(t.ChainID)) != 0:
		differs = "chain"
	case from != by:
		differs = "sender"
	case (to == nil) != (t.To == nil) || to != nil && *to != *t.To:
		differs = "recipient"
	case x.Value().Cmp(t.value()) != 0:
		differs = "value"
	case !bytes.Equal(x.Data(), t.Data):
		differs = "calldata"
	case x.Nonce() != t.Nonce:
		differs = "nonce"
	case x.Gas() != t.Gas || x.GasTipCap().Cmp(t.Tip.ToBig()) != 0 || x.GasFeeCap().Cmp(t.Cap.ToBig()) != 0:
		differs = "fee"
	case len(x.AccessList()) > 0:
		differs = "access list"
	}
	return evm.Hash(x.Hash()), differs, nil
}
