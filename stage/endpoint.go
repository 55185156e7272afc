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
// is the id of a chain that is live: what is signed for it in an exercise would count there. An endpoint that does not answer is
// unavailable.
func Admit(ctx context.Context, endpoint string, p *plan.Plan) (uint64, error) {
	c, err := rpc.Dial(ctx, rpc.Options{URL: endpoint})
	if err != nil {
		return 0, fmt.Errorf("ask the exercise's endpoint for its chain: %w", err)
	}
	defer c.Close()
	id := c.ChainID()
	for _, known := range p.Chains {
		if known.ID == id && known.Kind != "drill" {
			return 0, fault.New(fault.Forbidden, "The endpoint serves chain %d, which is live in the plan: what is signed in an exercise would count there.", id).
				Instead("Give the fork an id of its own, for instance anvil --chain-id %d.", DrillChain(p))
		}
	}
	if slices.Contains(public(), id) {
		return 0, fault.New(fault.Forbidden, "The endpoint serves chain %d, which is a public chain with money on it: what is signed in an exercise would count there.", id).
			Instead("Give the fork an id of its own, for instance anvil --chain-id %d.", DrillChain(p))
	}
	return id, nil
}

// public are the ids of the best known live chains, for a plan that forgets one.
func public() []uint64 {
	return []uint64{
		1, 10, 25, 56, 100, 130, 137, 146, 250, 252, 324, 480, 1101, 1284, 2222, 5000, 8453, 34443, 42161, 42170, 42220, 43114, 57073, 59144, 80094, 81457, 534352,
	}
}
