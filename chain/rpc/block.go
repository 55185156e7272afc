package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common/hexutil"
	gethrpc "github.com/ethereum/go-ethereum/rpc"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

// receiptsPerBatch bounds one batch of requests where receipts must be asked for one by one.
const receiptsPerBatch = 50

// Head returns the header of the newest block, on the endpoint's word.
func (c *Client) Head(ctx context.Context) (evm.Header, error) {
	return c.header(ctx, "eth_getBlockByNumber", "latest")
}

// header returns one header; not_found if the endpoint has none.
func (c *Client) header(ctx context.Context, method, which string) (evm.Header, error) {
	raw, err := c.call(ctx, method, which, false)
	if err != nil {
		return evm.Header{}, err
	}
	if isNull(raw) {
		return evm.Header{}, fault.New(fault.NotFound, "The endpoint %s has no block %s.", c.endpoint.name, which)
	}
	h, err := evm.DecodeHeader(raw)
	if err != nil {
		return evm.Header{}, c.nonsense(method, err)
	}
	return h, nil
}

// headerAt returns the canonical header at a height.
func (c *Client) headerAt(ctx context.Context, number uint64) (evm.Header, error) {
	return c.header(ctx, "eth_getBlockByNumber", hexutil.EncodeUint64(number))
}

// headerOf returns the header with a hash, canonical or not.
func (c *Client) headerOf(ctx context.Context, hash evm.Hash) (evm.Header, error) {
	return c.header(ctx, "eth_getBlockByHash", hash.Hex())
}

// Finality returns the newest block that counts as safe and the newest that counts as finalized, on the endpoint's word.
func (c *Client) Finality(ctx context.Context) (safe, finalized chain.Ref, err error) {
	for tag, into := range map[string]*chain.Ref{"safe": &safe, "finalized": &finalized} {
		h, err := c.header(ctx, "eth_getBlockByNumber", tag)
		if r := (*refusal)(nil); errors.As(err, &r) && !r.limits() {
			err = fault.New(fault.NotFound, "The endpoint %s knows no %s block: %s.", c.endpoint.name, tag, r.message)
		}
		if err != nil {
			return chain.Ref{}, chain.Ref{}, err
		}
		*into = chain.Ref{Number: h.Number, Hash: h.Hash}
	}
	return safe, finalized, nil
}

// Block returns the canonical block at a height with its receipts. A block that contradicts itself is unavailable, with
// evm.ErrLie in the error's chain; what could not be verified is said in its Unverified.
func (c *Client) Block(ctx context.Context, number uint64) (*evm.Block, error) {
	return c.block(ctx, "eth_getBlockByNumber", hexutil.EncodeUint64(number), func(b *evm.Block) error {
		if b.Number != number {
			return fmt.Errorf("%w: it is block %d, asked for was %d", evm.ErrLie, b.Number, number)
		}
		return nil
	})
}

// blockOf returns the block with a hash, canonical or not.
func (c *Client) blockOf(ctx context.Context, ref chain.Ref) (*evm.Block, error) {
	return c.block(ctx, "eth_getBlockByHash", ref.Hash.Hex(), func(b *evm.Block) error {
		if b.Hash != ref.Hash || b.Number != ref.Number {
			return fmt.Errorf("%w: it is block %d %s, asked for was %d %s", evm.ErrLie, b.Number, b.Hash, ref.Number, ref.Hash)
		}
		return nil
	})
}

// block returns one block that passes a check of what it says it is, and is that.
func (c *Client) block(ctx context.Context, method, which string, check func(*evm.Block) error) (*evm.Block, error) {
	raw, err := c.call(ctx, method, which, true)
	if err != nil {
		return nil, err
	}
	if isNull(raw) {
		return nil, fault.New(fault.NotFound, "The endpoint %s has no block %s.", c.endpoint.name, which)
	}
	b, err := evm.DecodeBlock(raw)
	if err != nil {
		return nil, c.nonsense(method, err)
	}
	if err := check(b); err != nil {
		return nil, c.nonsense(method, err)
	}
	if b.Receipts, err = c.receipts(ctx, b); err != nil {
		return nil, err
	}
	var doubt *evm.Unverifiable
	err = evm.VerifyBlock(b)
	switch {
	case errors.Is(err, evm.ErrLie):
		if what, ok := truncated(b); ok {
			err = &truncation{what, err}
		}
		return nil, c.nonsense(method, err)
	case errors.As(err, &doubt):
		b.Unverified = doubt.Reason
	case err != nil:
		return nil, c.nonsense(method, err)
	}
	if !c.opts.TrustSenders {
		if err := evm.VerifySenders(b); err != nil {
			return nil, c.nonsense(method, err)
		}
	}
	return b, nil
}

// truncation is in the chain of errors about blocks of which a part was left out.
type truncation struct {
	what string // with what the block came
	err  error
}

func (t *truncation) Error() string { return fmt.Sprintf("it came with %s: %v", t.what, t.err) }
func (t *truncation) Unwrap() error { return t.err }

// truncated reports whether a block that does not add up merely lacks receipts or logs, and with what it came: what is there,
// its header knows.
func truncated(b *evm.Block) (what string, ok bool) {
	if b.ComputeHash() != b.Hash {
		return "", false
	}
	var all [256]byte
	for i := range b.Receipts {
		for k, x := range b.Receipts[i].Bloom() {
			if all[k] |= x; all[k]&^b.Bloom[k] != 0 {
				return "", false
			}
		}
	}
	if n := len(b.Receipts); n < len(b.Transactions) {
		return fmt.Sprintf("receipts of %d of its %d transactions", n, len(b.Transactions)), true
	}
	return "fewer logs than its header tells of", all != b.Bloom
}

// receipts returns the receipts of a block, named by its hash so that a reorganisation in between cannot mix two blocks.
func (c *Client) receipts(ctx context.Context, b *evm.Block) ([]evm.Receipt, error) {
	if len(b.Transactions) == 0 {
		return nil, nil
	}
	if c.noBlockReceipts.Load() {
		return c.receiptsOneByOne(ctx, b)
	}
	const method = "eth_getBlockReceipts"
	raw, err := c.call(ctx, method, b.Hash)
	if r := (*refusal)(nil); errors.As(err, &r) && r.lacksMethod() {
		c.noBlockReceipts.Store(true)
		c.opts.Logger.Info("the endpoint gives no receipts of whole blocks, each will be asked for", "endpoint", c.endpoint.name)
		return c.receiptsOneByOne(ctx, b)
	}
	if err != nil {
		return nil, err
	}
	if isNull(raw) {
		// It had the block a moment ago: reorganised away, or another machine behind the same address.
		return nil, fault.New(fault.Unavailable, "The endpoint %s has block %d but not its receipts.", c.endpoint.name, b.Number)
	}
	rs, err := evm.DecodeReceipts(raw)
	if err != nil {
		return nil, c.nonsense(method, err)
	}
	return rs, nil
}

func (c *Client) receiptsOneByOne(ctx context.Context, b *evm.Block) ([]evm.Receipt, error) {
	const method = "eth_getTransactionReceipt"
	geth, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	rs := make([]evm.Receipt, 0, len(b.Transactions))
	for len(rs) < len(b.Transactions) {
		some := b.Transactions[len(rs):min(len(rs)+receiptsPerBatch, len(b.Transactions))]
		answers := make([]json.RawMessage, len(some))
		batch := make([]gethrpc.BatchElem, len(some))
		for i := range some {
			batch[i] = gethrpc.BatchElem{Method: method, Args: []any{some[i].Hash}, Result: &answers[i]}
		}
		within, cancel := context.WithTimeout(ctx, c.opts.Timeout)
		if err = c.wait(within, ctx, method, len(batch)); err != nil {
			cancel()
			return nil, err
		}
		err = geth.BatchCallContext(within, batch)
		cancel()
		if err != nil {
			return nil, c.explain(ctx, method, err)
		}
		for i := range batch {
			if batch[i].Error != nil {
				return nil, c.explain(ctx, method, batch[i].Error)
			}
			if isNull(answers[i]) {
				return nil, fault.New(fault.Unavailable, "The endpoint %s has block %d but not the receipt of %s.", c.endpoint.name, b.Number, some[i].Hash)
			}
			r, err := evm.DecodeReceipt(answers[i])
			if err != nil {
				return nil, c.nonsense(method, err)
			}
			rs = append(rs, *r)
		}
	}
	return rs, nil
}
