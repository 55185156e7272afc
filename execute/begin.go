package execute

import (
	"context"
	"fmt"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/signer"
)

// begin reads whether the action is needed at all, simulates it, signs it and stores what is signed. void says why no
// earlier transaction of the action can land any more, if there is one.
func (w *work) begin(ctx context.Context, void string) error {
	pr := w.action.Prepared
	if c := w.chain(); w.view.State.Exercise != nil && c.Kind != "drill" {
		return refuse("This is an exercise, and chain %d is no drill chain: nothing is sent there.", pr.Chain)
	}
	if w.view.State.Rejected(w.action.Decision) != nil {
		return refuse("It is being rejected: another transaction of the Safe, which does nothing, takes its nonce.")
	}
	if pr.Effect != nil {
		r, err := w.read(ctx)
		switch {
		case err != nil:
			return err
		case r.holds && void == "":
			return w.do(ctx, incident.OpEffect{Action: w.action.ID, Got: r.got, Holds: true, Block: r.head.Number, Hash: r.head.Hash, Before: true})
		case r.holds:
			return refuse("It was not sent: %s, and %s reads %s already.", void, pr.Effect.Reads(), r.got)
		}
	}
	if err := w.vouched(ctx); err != nil {
		return err
	}
	if pr.Safe != nil {
		if err := w.unchanged(ctx); err != nil {
			return err
		}
	}
	if pr.Transaction != nil {
		return w.prepared(ctx, void)
	}
	if w.signer == nil {
		return refuse("This server was started without a key file, so it cannot send.")
	}
	from := w.signer.Address()
	if pr.Sender != from && pr.Sender != (evm.Address{}) {
		return refuse("The plan has %s send this, and the key file is that of %s.", pr.Sender.Hex(), from.Hex())
	}
	m := w.message(from)
	if m.To == nil {
		return refuse("What was authorised is no longer on record: it was removed.")
	}
	if _, err := w.client.Call(ctx, m, nil); err != nil {
		return w.reverted(ctx, err, nil)
	}
	gas, err := w.client.EstimateGas(ctx, m)
	if err != nil {
		return w.reverted(ctx, err, nil)
	}
	gas += gas / 4
	fee, err := w.fee(ctx)
	if err != nil {
		return err
	}
	behind, err := w.waiting(ctx, from)
	if err != nil {
		return err
	}
	if behind != nil {
		if fee, err = over(behind, fee); err != nil {
			return err
		}
	}
	if fee, err = w.afford(ctx, from, gas, fee); err != nil {
		return err
	}
	a := account{pr.Chain, from}
	done, err := w.turn(ctx, a)
	if err != nil {
		return err
	}
	defer done()
	nonce, err := w.client.Nonce(ctx, from, true)
	if err != nil {
		return err
	}
	nonce = w.Executor.next(a, nonce)
	if behind != nil {
		nonce = behind.Nonce
	}
	err = w.sign(ctx, signer.Transaction{
		ChainID: pr.Chain, Nonce: nonce, To: m.To, Value: m.Value, Data: m.Data, Gas: gas, Tip: fee.Tip, Cap: fee.Cap,
	}, void)
	if w.taken && behind == nil {
		w.spend(a, nonce)
	}
	return err
}

// message is what the executor's transaction does, exactly as it was authorised; To is nil if that is not known any more.
func (w *work) message(from evm.Address) chain.Message {
	if n := len(w.action.Sends); w.action.Prepared.Transaction != nil && n > 0 {
		return sentAs(w.action.Sends[n-1])
	}
	send := w.action.Send
	if send == nil || w.action.Prepared.Safe != nil && len(send.Calldata()) == 0 {
		return chain.Message{From: from}
	}
	return chain.Message{From: from, To: &send.To, Value: send.Value, Data: send.Calldata()}
}

// sign signs and stores a transaction, and sends it.
func (w *work) sign(ctx context.Context, t signer.Transaction, void string) error {
	raw, hash, err := w.signer.SignTransaction(ctx, t)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	return w.store(ctx, incident.Transaction{Hash: hash, Raw: raw, From: w.signer.Address(), Nonce: t.Nonce, At: w.view.State.Now(w.now()).UTC()}, void)
}

// store stores a signed transaction and sends it. The store may refuse it because another node was first; then nothing was sent. Once it is
// stored, sending is tried until it lands.
func (w *work) store(ctx context.Context, tx incident.Transaction, void string) error {
	if err := w.do(ctx, incident.OpSigned{Action: w.action.ID, Tx: tx, Void: void, Known: len(w.action.Sends)}); err != nil {
		return err
	}
	taken, err := w.send(ctx, tx)
	if err != nil {
		return err
	}
	if taken {
		w.taken = true
		if err := w.do(ctx, incident.OpSent{Action: w.action.ID, Tx: tx.Hash}); err != nil {
			return err
		}
	}
	return errMoved
}
