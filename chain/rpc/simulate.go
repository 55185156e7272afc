package rpc

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

var (
	_ chain.Simulator = (*Client)(nil)
	_ chain.Simulator = (*Pool)(nil)
)

// simulation is what eth_simulateV1 is asked.
type simulation struct {
	Blocks    []simulatedBlock `json:"blockStateCalls"`
	Transfers bool             `json:"traceTransfers"`
}

type simulatedBlock struct {
	Calls []message `json:"calls"`
}

// simulatedCall is what it answers for one call.
type simulatedCall struct {
	Return hexutil.Bytes  `json:"returnData"`
	Gas    hexutil.Uint64 `json:"gasUsed"`
	Status hexutil.Uint64 `json:"status"`
	Error  *struct {
		Message string `json:"message"`
		Data    any    `json:"data"`
	} `json:"error"`
	Logs []struct {
		Address evm.Address   `json:"address"`
		Topics  []evm.Hash    `json:"topics"`
		Data    hexutil.Bytes `json:"data"`
	} `json:"logs"`
}

// Simulate runs messages one after the other without changing anything. Fault: unavailable where the endpoint cannot.
func (c *Client) Simulate(ctx context.Context, list []chain.Message, at *uint64) ([]chain.Simulated, error) {
	const method = "eth_simulateV1"
	var calls []message
	for _, m := range list {
		calls = append(calls, wire(m))
	}
	var blocks []struct {
		Calls []simulatedCall `json:"calls"`
	}
	err := c.ask(ctx, &blocks, method, simulation{Blocks: []simulatedBlock{{calls}}, Transfers: true}, height(at))
	if r := (*refusal)(nil); errors.As(err, &r) {
		return nil, fault.New(fault.Unavailable, "The endpoint %s cannot simulate: %s.", c.endpoint.name, r.message)
	}
	if err != nil {
		return nil, err
	}
	if len(blocks) != 1 || len(blocks[0].Calls) != len(list) {
		return nil, c.nonsense(method, fmt.Errorf("%w: %d blocks for %d calls", evm.ErrLie, len(blocks), len(list)))
	}
	var out []chain.Simulated
	for _, x := range blocks[0].Calls {
		s := chain.Simulated{Return: x.Return, Gas: uint64(x.Gas)}
		if x.Status != 1 {
			data := []byte(x.Return)
			s.Failed = &chain.Revert{}
			if x.Error != nil {
				if d := revertData(x.Error.Data); len(d) > 0 {
					data = d
				}
				s.Failed.Reason = x.Error.Message
			}
			s.Failed.Data = data
			if reason, err := abi.UnpackRevert(data); err == nil {
				s.Failed.Reason = reason
			} else if len(data) > 0 {
				s.Failed.Reason = "" // what it says by an error of its own, its data say better
			}
		}
		for _, l := range x.Logs {
			s.Logs = append(s.Logs, evm.Log{Address: l.Address, Topics: l.Topics, Data: l.Data})
		}
		out = append(out, s)
	}
	return out, nil
}

// Simulate runs messages one after the other without changing anything.
func (p *Pool) Simulate(ctx context.Context, list []chain.Message, at *uint64) ([]chain.Simulated, error) {
	return ask(ctx, p, p.standing(), func(ctx context.Context, m *member) ([]chain.Simulated, error) { return m.c.Simulate(ctx, list, at) })
}
