package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common/hexutil"
	gethrpc "github.com/ethereum/go-ethereum/rpc"

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

// Block returns the canonical block at a height with its receipts. A block that contradicts itself is unavailable, with
// evm.ErrLie in the error's chain; what could not be verified is said in its Unverified.
func (c *Client) Block(ctx context.Context, number uint64) (*evm.Block, error) {
	const method = "eth_getBlockByNumber"
	raw, err := c.call(ctx, method, hexutil.EncodeUint64(number), true)
	if err != nil {
		return nil, err
	}
	if isNull(raw) {
		return nil, fault.New(fault.NotFound, "The endpoint %s has no block %d.", c.endpoint.name, number)
	}
	b, err := evm.DecodeBlock(raw)
	if err != nil {
		return nil, c.nonsense(method, err)
	}
	if b.Number != number {
		return nil, c.nonsense(method, fmt.Errorf("%w: it is block %d, asked for was %d", evm.ErrLie, b.Number, number))
	}
	if b.Receipts, err = c.receipts(ctx, b); err != nil {
		return nil, err
	}
	var doubt *evm.Unverifiable
	err = evm.VerifyBlock(b)
	switch {
	case errors.Is(err, evm.ErrLie):
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
