package chain

import (
	"context"
	"errors"

	"tocsin/evm"
)

// ErrNoTraces is in the chain of errors about endpoints that cannot trace at all: asking again soon is of no use.
var ErrNoTraces = errors.New("no traces are offered")

// Tracer is a Client that can tell which calls the transactions of a block made.
type Tracer interface {
	// Trace returns the calls of a verified block's transactions, one frame for each. They agree with the transactions and
	// their receipts; what was called within them no root proves: it is the word of the endpoints that were asked. A transaction
	// that could not be traced has a frame of type evm.UnknownFrame. Where no endpoint can trace, the error is unavailable, with
	// ErrNoTraces in its chain.
	Trace(ctx context.Context, b *evm.Block) ([]evm.Frame, error)
}
