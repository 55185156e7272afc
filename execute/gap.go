package execute

import (
	"context"
	"fmt"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/incident"
	"tocsin/signer"
)

// Nonces know which nonces of an account may still be used by what was signed. Where an action waits behind a nonce that nobody will use any
// more, a transaction that does nothing takes that nonce.
type Nonces interface {
	// Held reports whether an action under way may still land with a nonce of an account on a chain.
	Held(ctx context.Context, chain uint64, from evm.Address, nonce uint64) (bool, error)
}

// idleGas is what a transaction takes that does nothing.
const idleGas = 21_000

// behind looks whether a transaction waits behind a nonce that the chain knows no transaction for. The first time it is only said: whoever
// was to use it may be a moment late. Found again after as long as a fee waits to be raised, the nonce is filled.
func (w *work) behind(ctx context.Context, t incident.Transaction) (bool, error) {
	nonce, err := w.client.Nonce(ctx, t.From, true)
	if err != nil || nonce >= t.Nonce {
		w.gap = nil
		return false, err
	}
	if w.gap == nil || *w.gap != nonce {
		w.gap = &nonce
		return true, w.wait(ctx, fmt.Sprintf("It waits behind the nonce %d of %s, for which the chain knows no transaction.", nonce, t.From.Hex()))
	}
	return true, w.fill(ctx, t.From, nonce)
}

// fill has a transaction that does nothing take a nonce, unless another action may still land with it.
func (w *work) fill(ctx context.Context, from evm.Address, nonce uint64) error {
	if w.held == nil || w.signer == nil || w.signer.Address() != from {
		return nil
	}
	chain := w.action.Prepared.Chain
	done, err := w.turn(ctx, account{chain, from})
	if err != nil {
		return err
	}
	defer done()
	now, err := w.client.Nonce(ctx, from, true) // in its turn: somebody may have used it meanwhile
	if err != nil || now != nonce {
		return err
	}
	if held, err := w.held.Held(ctx, chain, from, nonce); err != nil || held {
		return err
	}
	fee, err := w.fee(ctx)
	if err != nil {
		return err
	}
	if old := w.filled(nonce); old != nil {
		if fee, err = over(old, fee); err != nil {
			return err
		}
	}
	raw, hash, err := w.signer.SignTransaction(ctx, signer.Transaction{
		ChainID: chain, Nonce: nonce, To: &from, Value: new(uint256.Int), Gas: idleGas, Tip: fee.Tip, Cap: fee.Cap,
	})
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	tx := incident.Transaction{Hash: hash, Raw: raw, From: from, Nonce: nonce, At: w.view.State.Now(w.now()).UTC()}
	if err := w.do(ctx, incident.OpFilled{Action: w.action.ID, Tx: tx}); err != nil {
		return err
	}
	w.fills = append(w.fills, tx)
	_, err = w.client.Send(ctx, raw)
	if err != nil {
		w.log.Warn("the chain does not take a transaction that does nothing", "action", w.action.ID, "tx", hash, "err", err)
	}
	return nil
}

// filled is the last transaction that does nothing with a nonce; nil if there is none.
func (w *work) filled(nonce uint64) *incident.Transaction {
	for _, list := range [][]incident.Transaction{w.fills, w.action.Fills} {
		for i := len(list) - 1; i >= 0; i-- {
			if list[i].Nonce == nonce {
				return &list[i]
			}
		}
	}
	return nil
}

// wait records why what was sent does not land.
func (w *work) wait(ctx context.Context, why string) error {
	if w.action.Waits == why || w.told == why {
		return nil
	}
	w.told = why
	return w.do(ctx, incident.OpWaits{Action: w.action.ID, Why: why})
}
