package chain

import (
	"context"

	"tocsin/evm"
)

// Simulator is a Client that can run several messages one after the other, without changing anything.
type Simulator interface {
	// Simulate runs messages in order in one block after the one at a height (nil: the head), each on what those before it changed. It
	// answers with one result for each. Where no endpoint can, the error is unavailable.
	Simulate(ctx context.Context, list []Message, at *uint64) ([]Simulated, error)
}

// Simulated is what became of one message. Moves of the chain's own currency stand among the logs as transfers of Currency.
type Simulated struct {
	Return []byte
	Gas    uint64
	Failed *Revert // nil if it succeeded
	Logs   []evm.Log
}

// Currency stands in simulated logs for the chain's own currency, as if it were a token.
var Currency = evm.Address{
	0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee,
}
