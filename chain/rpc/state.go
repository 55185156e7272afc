package rpc

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

// message is the wire form of chain.Message.
type message struct {
	From  *evm.Address    `json:"from,omitempty"`
	To    *evm.Address    `json:"to,omitempty"`
	Value *hexutil.Big    `json:"value,omitempty"`
	Input hexutil.Bytes   `json:"input,omitempty"`
	Gas   *hexutil.Uint64 `json:"gas,omitempty"`
}

func wire(m chain.Message) message {
	w := message{To: m.To, Input: m.Data}
	if m.From != (evm.Address{}) {
		w.From = &m.From
	}
	if m.Value != nil {
		w.Value = (*hexutil.Big)(m.Value.ToBig())
	}
	if m.Gas != 0 {
		w.Gas = new(hexutil.Uint64(m.Gas))
	}
	return w
}

func height(at *uint64) string {
	if at == nil {
		return "latest"
	}
	return hexutil.EncodeUint64(*at)
}

// Call runs a message at a height (nil: the head). A message that reverts returns a *chain.Revert.
func (c *Client) Call(ctx context.Context, m chain.Message, at *uint64) ([]byte, error) {
	var out hexutil.Bytes
	if err := c.ask(ctx, &out, "eth_call", wire(m), height(at)); err != nil {
		return nil, refused(err)
	}
	return out, nil
}

// EstimateGas returns the gas that a transaction would need at the head. One that reverts returns a *chain.Revert.
func (c *Client) EstimateGas(ctx context.Context, m chain.Message) (uint64, error) {
	var gas hexutil.Uint64
	if err := c.ask(ctx, &gas, "eth_estimateGas", wire(m)); err != nil {
		return 0, refused(err)
	}
	return uint64(gas), nil
}

// brokenCode is how endpoints tell that a contract's code ended in another way than by reverting.
var brokenCode = []string{"invalid opcode", "invalid jump", "stack underflow", "stack limit", "write protection", "return data out of bounds", "max call depth", "gas uint64 overflow", "evm error"}

// refused turns a refusal to run a message into a *chain.Revert or a fault that says why it cannot run.
func refused(err error) error {
	var r *refusal
	if !errors.As(err, &r) {
		return err
	}
	data := revertData(r.data)
	if r.code == 3 || len(data) > 0 || r.says("revert") {
		rev := &chain.Revert{Data: data}
		if reason, err := abi.UnpackRevert(data); err == nil {
			rev.Reason = reason
		} else if _, reason, ok := strings.Cut(r.message, "execution reverted: "); ok && len(data) == 0 {
			rev.Reason = reason
		}
		return rev
	}
	switch {
	case r.says("insufficient funds", "gas required exceeds", "intrinsic gas", "out of gas", "exceeds block gas limit"):
		return fault.New(fault.Invalid, "The chain would not run this: %s.", r.message)
	case r.says(brokenCode...):
		return fault.New(fault.Invalid, "The chain ran this, and the contract's code broke off: %s.", r.message)
	case r.says("header not found", "unknown block", "block not found"):
		return fault.New(fault.NotFound, "The endpoint does not have that block: %s.", r.message)
	}
	return err
}

// revertData finds the data of a revert: a string, or an object that holds one, depending on the endpoint's software.
func revertData(data any) []byte {
	switch d := data.(type) {
	case string:
		if i := strings.Index(d, "0x"); i >= 0 { // some write "Reverted 0x…"
			if b, err := hexutil.Decode(d[i:]); err == nil {
				return b
			}
		}
	case map[string]any:
		return revertData(d["data"])
	}
	return nil
}

// Balance returns an account's balance in wei at a height (nil: the head).
func (c *Client) Balance(ctx context.Context, a evm.Address, at *uint64) (*uint256.Int, error) {
	return c.quantity(ctx, "eth_getBalance", a, height(at))
}

// Code returns an account's code at the head; empty if it has none.
func (c *Client) Code(ctx context.Context, a evm.Address) ([]byte, error) {
	var code hexutil.Bytes
	if err := c.ask(ctx, &code, "eth_getCode", a, "latest"); err != nil {
		return nil, err
	}
	return code, nil
}

// Storage returns a slot of a contract's storage at a height (nil: the head); zero where nothing was ever stored.
func (c *Client) Storage(ctx context.Context, a evm.Address, slot evm.Hash, at *uint64) (evm.Hash, error) {
	const method = "eth_getStorageAt"
	var word string
	if err := c.ask(ctx, &word, method, a, slot, height(at)); err != nil {
		return evm.Hash{}, err
	}
	var h evm.Hash
	digits, ok := strings.CutPrefix(word, "0x")
	if !ok || len(digits) > 2*len(h) {
		return h, c.nonsense(method, fmt.Errorf("%.80q, where a slot of 32 bytes is wanted", word))
	}
	digits = strings.Repeat("0", 2*len(h)-len(digits)) + digits // some leave zeros in front out
	if _, err := hex.Decode(h[:], []byte(digits)); err != nil {
		return evm.Hash{}, c.nonsense(method, err)
	}
	return h, nil
}

// Nonce returns an account's next nonce, counting what is pending if so wanted.
func (c *Client) Nonce(ctx context.Context, a evm.Address, pending bool) (uint64, error) {
	tag := "latest"
	if pending {
		tag = "pending"
	}
	var n hexutil.Uint64
	if err := c.ask(ctx, &n, "eth_getTransactionCount", a, tag); err != nil {
		return 0, err
	}
	return uint64(n), nil
}

// Fee returns what a transaction should offer to be mined soon: the endpoint's tip, and twice the present base fee above it.
func (c *Client) Fee(ctx context.Context) (chain.Fee, error) {
	h, err := c.Head(ctx)
	if err != nil {
		return chain.Fee{}, err
	}
	if h.BaseFee == nil {
		p, err := c.quantity(ctx, "eth_gasPrice")
		if err != nil {
			return chain.Fee{}, err
		}
		return chain.Fee{Tip: p, Cap: p}, nil
	}
	tip, err := c.quantity(ctx, "eth_maxPriorityFeePerGas")
	if r := (*refusal)(nil); errors.As(err, &r) && r.lacksMethod() {
		if tip, err = c.quantity(ctx, "eth_gasPrice"); err == nil {
			if tip.Lt(h.BaseFee) {
				tip.Clear()
			} else {
				tip.Sub(tip, h.BaseFee)
			}
		}
	}
	if err != nil {
		return chain.Fee{}, err
	}
	limit, over := new(uint256.Int).MulOverflow(h.BaseFee, uint256.NewInt(2))
	if !over {
		_, over = limit.AddOverflow(limit, tip)
	}
	if over {
		return chain.Fee{}, c.nonsense("eth_maxPriorityFeePerGas", fmt.Errorf("a base fee of %s and a tip of %s", h.BaseFee, tip))
	}
	return chain.Fee{Tip: tip, Cap: limit}, nil
}

func (c *Client) quantity(ctx context.Context, method string, args ...any) (*uint256.Int, error) {
	var v hexutil.Big
	if err := c.ask(ctx, &v, method, args...); err != nil {
		return nil, err
	}
	n, over := uint256.FromBig((*big.Int)(&v))
	if over {
		return nil, c.nonsense(method, fmt.Errorf("%s does not fit 256 bits", v.String()))
	}
	return n, nil
}
