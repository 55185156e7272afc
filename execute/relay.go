package execute

import (
	"context"

	"tocsin/evm"
)

// Relay hands transactions to block builders without showing them to everybody, so that nobody can get ahead of them.
type Relay interface {
	Send(ctx context.Context, raw []byte) (evm.Hash, error)
}

// privateFor is for how many blocks only the relay knows of a transaction. Then everybody gets it: that it lands counts for more.
const privateFor = 3

// relay is where the action's transactions go first; nil if they go to everybody.
func (w *work) relay() Relay {
	if w.public || !w.planned().Private {
		return nil
	}
	return w.relays[w.action.Prepared.Chain]
}
