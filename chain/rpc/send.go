package rpc

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/evm"
	"tocsin/fault"
)

// Send broadcasts a signed transaction and returns its hash. What the chain knows already is no error. After an error
// that is unavailable it is not known whether the transaction was sent.
func (c *Client) Send(ctx context.Context, raw []byte) (evm.Hash, error) {
	const method = "eth_sendRawTransaction"
	hash := crypto.Keccak256Hash(raw)
	var said evm.Hash
	err := c.ask(ctx, &said, method, hexutil.Bytes(raw))
	if err == nil {
		if said != hash {
			return hash, c.nonsense(method, fmt.Errorf("%w: the transaction is %s, it said %s", evm.ErrLie, hash, said))
		}
		return hash, nil
	}
	var r *refusal
	if !errors.As(err, &r) {
		return hash, err
	}
	if r.says("already known", "known transaction", "already imported", "already exists", "alreadyknown") {
		return hash, nil
	}
	// Whatever it objects to (most often: the nonce is used), it may be this very transaction that used it.
	if known, lookup := c.call(ctx, "eth_getTransactionByHash", hash); lookup == nil && !isNull(known) {
		return hash, nil
	}
	switch {
	case r.says("nonce too low", "nonce is too low", "nonce has already been used", "underpriced", "replacement"):
		return hash, fault.New(fault.Conflict, "Another transaction holds this nonce: %s.", r.message)
	case r.says("insufficient funds"):
		return hash, fault.New(fault.Invalid, "The account cannot pay for the transaction: %s.", r.message).
			Instead("Send the account some of the chain's currency.")
	case r.code == -32602, r.says("intrinsic gas", "exceeds block gas limit", "invalid sender", "invalid chain id", "rlp", "max fee per gas less", "gas limit too high"):
		return hash, fault.New(fault.Invalid, "The chain does not accept the transaction: %s.", r.message)
	}
	return hash, err
}

// Receipt returns the receipt of a mined transaction, not_found if it is not mined.
func (c *Client) Receipt(ctx context.Context, tx evm.Hash) (*evm.Receipt, error) {
	const method = "eth_getTransactionReceipt"
	raw, err := c.call(ctx, method, tx)
	if err != nil {
		return nil, err
	}
	if isNull(raw) {
		return nil, fault.New(fault.NotFound, "Transaction %s is not mined.", tx)
	}
	r, err := evm.DecodeReceipt(raw)
	if err != nil {
		return nil, c.nonsense(method, err)
	}
	if r.TxHash != tx {
		return nil, c.nonsense(method, fmt.Errorf("%w: it is the receipt of %s, asked for was %s", evm.ErrLie, r.TxHash, tx))
	}
	return r, nil
}
