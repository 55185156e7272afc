package stage

import (
	"context"
	"fmt"
	"slices"

	"tocsin/chain/rpc"
	"tocsin/fault"
	"tocsin/plan"
)

// Admit asks an endpoint that a team gives for an exercise, such as a fork of its own, for the id of its chain, and refuses it if that
// is the id of a chain that is live in one of the plans, or publicly: what is signed for it in an exercise would count there. An endpoint
// that does not answer is unavailable.
func Admit(ctx context.Context, endpoint string, plans ...*plan.Plan) (uint64, error) {
	c, err := rpc.Dial(ctx, rpc.Options{URL: endpoint})
	if err != nil {
		return 0, fmt.Errorf("ask the exercise's endpoint for its chain: %w", err)
	}
	defer c.Close()
	id := c.ChainID()
	if err := Drill(id, plans...); err != nil {
		return 0, err
	}
	return id, nil
}

// Drill refuses the id of a chain that is live in one of the plans, or publicly.
func Drill(id uint64, plans ...*plan.Plan) error {
	own := uint64(ChainID)
	for _, p := range plans {
		own = max(own, DrillChain(p))
	}
	for _, p := range plans {
		if c, ok := p.Chain(id); ok && c.Kind != "drill" {
			return fault.New(fault.Forbidden, "The endpoint serves chain %d, which is live in the plan: what is signed in an exercise would count there.", id).
				Instead("Give the fork an id of its own, for instance anvil --chain-id %d.", own)
		}
	}
	if slices.Contains(public(), id) {
		return fault.New(fault.Forbidden, "The endpoint serves chain %d, which is a public chain with money on it: what is signed in an exercise would count there.", id).
			Instead("Give the fork an id of its own, for instance anvil --chain-id %d.", own)
	}
	return nil
}

// public are the ids of the best known live chains, for a plan that forgets one.
func public() []uint64 {
	return []uint64{
		1, 10, 25, 56, 100, 130, 137, 146, 250, 252, 324, 480, 1101, 1284, 2222, 5000, 8453, 34443, 42161, 42170, 42220, 43114, 57073, 59144, 80094, 81457, 534352,
	}
}
