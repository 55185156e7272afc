package chain

import (
	"context"

	"tocsin/evm"
)

// Tracer is a Client that can tell which calls the transactions of a block made.
type Tracer interface {
	// Trace returns the calls of a verified block's transactions, one frame for each. They agree with the transactions and
	// their receipts; what was called within them no root proves: it is the word of the endpoints that were asked. A transaction
	// that could not be traced has a frame of type evm.UnknownFrame. Where no endpoint can trace, the error is unavailable and
	// says so.
	Trace(ctx context.Context, b *evm.Block) ([]evm.Frame, error)
}
