package execute

import (
	"context"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/incident"
)

// waiting is the transaction that waits to be mined for what this action rejects, if the same account sent it: this action then takes
// its nonce, for it would wait behind it else, and be too late. nil if there is none.
func (w *work) waiting(ctx context.Context, from evm.Address) (*incident.Transaction, error) {
	x := w.view.State.RejectedBy(w.action)
	if x == nil {
		return nil, nil
	}
	for i := range w.view.State.Actions {
		a := &w.view.State.Actions[i]
		n := len(a.Sends)
		if a.Decision != x.ID || a.Landed != nil || n == 0 || a.Sends[n-1].From != from || a.Prepared == nil || a.Prepared.Chain != w.action.Prepared.Chain {
			continue
		}
		used, err := w.spent(ctx, a.Sends[n-1])
		if err != nil {
			return nil, err
		}
		if !used {
			return &a.Sends[n-1], nil
		}
	}
	return nil, nil
}

// over is a fee with which a transaction takes the place of another one that waits under the same nonce.
func over(old *incident.Transaction, fee chain.Fee) (chain.Fee, error) {
	var tx types.Transaction
	if err := tx.UnmarshalBinary(old.Raw); err != nil {
		return fee, refuse("The stored transaction %s cannot be read: %s.", old.Hash.Hex(), err)
	}
	tip, _ := uint256.FromBig(tx.GasTipCap())
	limit, _ := uint256.FromBig(tx.GasFeeCap())
	return chain.Fee{Tip: raised(tip, fee.Tip), Cap: raised(limit, fee.Cap)}, nil
}
