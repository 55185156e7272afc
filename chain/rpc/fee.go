package rpc

import (
	"context"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

var (
	_ chain.History = (*Client)(nil)
	_ chain.History = (*Pool)(nil)
)

// feeBlocks is how many blocks the fee is learnt from.
const feeBlocks = 20

// feeHistory is what eth_feeHistory answers.
type feeHistory struct {
	BaseFee []*hexutil.Big   `json:"baseFeePerGas"` // one more than blocks: the last is that of the next block
	Used    []float64        `json:"gasUsedRatio"`
	Reward  [][]*hexutil.Big `json:"reward"`
}

// UrgentFee is what a transaction should offer by what the last blocks took: the middle of the tips that reached the percentile of the
// urgency in each block, above the next block's base fee with room to grow. Fault: unavailable where the endpoint has no history.
func (c *Client) UrgentFee(ctx context.Context, u chain.Urgency) (chain.Fee, error) {
	const method = "eth_feeHistory"
	var h feeHistory
	if err := c.ask(ctx, &h, method, hexutil.Uint64(feeBlocks), "latest", []float64{u.Percentile()}); err != nil {
		return chain.Fee{}, err
	}
	var tips []*uint256.Int
	for i, r := range h.Reward {
		if len(r) != 1 || r[0] == nil || i < len(h.Used) && h.Used[i] == 0 { // an empty block took nothing, and says so with zero
			continue
		}
		tip, over := uint256.FromBig((*big.Int)(r[0]))
		if over || (*big.Int)(r[0]).Sign() < 0 {
			return chain.Fee{}, c.nonsense(method, fmt.Errorf("%w: a tip of %s", evm.ErrLie, r[0]))
		}
		tips = append(tips, tip)
	}
	if len(h.BaseFee) == 0 || h.BaseFee[len(h.BaseFee)-1] == nil || len(tips) == 0 {
		return chain.Fee{}, fault.New(fault.Unavailable, "The endpoint %s does not know what was offered lately.", c.endpoint.name)
	}
	slices.SortFunc(tips, (*uint256.Int).Cmp)
	tip := tips[len(tips)/2]
	base, over := uint256.FromBig((*big.Int)(h.BaseFee[len(h.BaseFee)-1]))
	limit, over2 := new(uint256.Int).MulOverflow(base, uint256.NewInt(u.Room()))
	if over = over || over2; !over {
		_, over = limit.AddOverflow(limit, tip)
	}
	if over {
		return chain.Fee{}, c.nonsense(method, fmt.Errorf("a base fee of %s and a tip of %s", base, tip))
	}
	return chain.Fee{Tip: tip, Cap: limit}, nil
}

// UrgentFee is what a transaction should offer by what the last blocks took.
func (p *Pool) UrgentFee(ctx context.Context, u chain.Urgency) (chain.Fee, error) {
	return ask(ctx, p, p.standing(), func(ctx context.Context, m *member) (chain.Fee, error) { return m.c.UrgentFee(ctx, u) })
}
