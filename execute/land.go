package execute

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
)

// land sends what is stored, as often as it takes, until one of the action's transactions has landed deep enough.
func (w *work) land(ctx context.Context) error {
	last := w.action.Sends[len(w.action.Sends)-1]
	taken, err := w.send(ctx, last)
	if err != nil {
		return err
	}
	if taken && w.action.State == incident.Signed {
		if err := w.do(ctx, incident.OpSent{Action: w.action.ID, Tx: last.Hash}); err != nil {
			return err
		}
	}
	patience := patienceOf(w.urgency())
	var first, begun evm.Header // heads at which the last fee was offered, and at which this began
	var sent uint64
	var lost *evm.Header // head at which the nonce was first seen used, with no receipt of ours
	var searched uint64  // blocks up to this one do not say by whom
	return w.eachHead(ctx, func(head evm.Header) error {
		if begun.Hash == (evm.Hash{}) {
			first, begun, sent = head, head, head.Number
		}
		if w.relay() != nil && head.Number >= begun.Number+privateFor {
			w.public, sent = true, 0 // the relay had its chance
		}
		r, err := w.receipt(ctx)
		switch {
		case err != nil:
			return err
		case r != nil && head.Number < r.BlockNumber+w.chain().Confirmations:
			return nil // landed, not yet deep enough
		case r != nil:
			return w.landed(ctx, r)
		}
		spent, err := w.spent(ctx, last)
		switch {
		case err != nil:
			return err
		case !spent:
			lost, searched = nil, 0
		case lost == nil || head.Number < lost.Number:
			lost, searched = &head, 0
		}
		switch {
		case lost != nil && head.Number >= lost.Number+w.chain().Confirmations:
			by, err := w.user(ctx, last, head.Number, searched)
			if err != nil {
				return err
			}
			if by == nil {
				// Used, and not seen by whom: it may have been ours. Another machine may answer the next time.
				searched = head.Number - min(head.Number, w.chain().Confirmations+overlap)
				return nil
			}
			if slices.ContainsFunc(w.action.Sends, func(t incident.Transaction) bool { return t.Hash == by.Hash }) {
				return nil // ours has landed; its receipt will come
			}
			return w.begin(ctx, fmt.Sprintf("nonce %d was used by another transaction of %s, %s", last.Nonce, last.From.Hex(), by.Hash.Hex()))
		case lost != nil:
		case patience.over(first, head) || !taken && head.Number >= first.Number+patience.resend:
			first = head
			if behind, err := w.behind(ctx, last); behind || err != nil {
				return err
			}
			return w.raise(ctx, last)
		case head.Number >= sent+patience.resend:
			sent = head.Number
			_, err := w.send(ctx, last)
			return err
		}
		return nil
	})
}

// send broadcasts a stored transaction. That the chain holds another of the same nonce is no error: which of them lands is
// seen from the receipts. Nor is it one that the chain does not take it as it is, with too low a fee, say: then taken is
// false.
func (w *work) send(ctx context.Context, t incident.Transaction) (taken bool, err error) {
	if r := w.relay(); r != nil {
		if _, err = r.Send(ctx, t.Raw); err == nil {
			return true, nil
		}
		w.log.Warn("the private relay does not take a transaction, everybody gets it", "action", w.action.ID, "tx", t.Hash, "err", err)
		w.public = true
	}
	_, err = w.client.Send(ctx, t.Raw)
	switch {
	case err == nil || fault.Is(err, fault.Conflict):
		return true, nil
	case fault.Is(err, fault.Invalid):
		w.log.Warn("the chain does not take a transaction", "action", w.action.ID, "tx", t.Hash, "err", err)
		return false, nil
	}
	return false, fmt.Errorf("send: %w", err)
}

const (
	overlap  = 16              // blocks that are looked at again, for they may have been replaced
	lookBack = 5 * time.Minute // before it was signed; the endpoint that named the nonce may have lagged so far behind
)

// user finds the transaction that used a nonce, going back from a block to one already looked at, or to the time the nonce
// was chosen; nil if none of them did. That there is no receipt of ours is no proof that another used it: of several
// machines behind one address one may know of the nonce and another not yet of the receipt.
func (w *work) user(ctx context.Context, t incident.Transaction, from, searched uint64) (*evm.Transaction, error) {
	chosen := t.At
	for _, x := range w.action.Sends {
		if x.Nonce == t.Nonce && x.At.Before(chosen) {
			chosen = x.At
		}
	}
	for n := from; n > searched; n-- {
		b, err := w.client.Block(ctx, n)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(b.Transactions, func(x evm.Transaction) bool { return x.From == t.From && x.Nonce == t.Nonce }); i >= 0 {
			return &b.Transactions[i], nil
		}
		if blockTime(b.Time).Before(chosen.Add(-lookBack)) {
			break
		}
	}
	return nil, nil
}

// receipt returns the receipt of whichever of the action's transactions was mined, nil if none was.
func (w *work) receipt(ctx context.Context) (*evm.Receipt, error) {
	for i := len(w.action.Sends) - 1; i >= 0; i-- {
		r, err := w.client.Receipt(ctx, w.action.Sends[i].Hash)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		return r, err
	}
	return nil, nil
}

// spent reports whether the transaction's nonce has been used on chain.
func (w *work) spent(ctx context.Context, t incident.Transaction) (bool, error) {
	n, err := w.client.Nonce(ctx, t.From, false)
	return n > t.Nonce, err
}

// landed reports a landing that the block itself shows. A receipt alone is one endpoint's word: the block that it names is verified by its
// roots, and what it holds counts. One that does not hold the transaction is waited out; another endpoint may answer the next time.
func (w *work) landed(ctx context.Context, r *evm.Receipt) error {
	b, err := w.client.Block(ctx, r.BlockNumber)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	i := slices.IndexFunc(b.Transactions, func(x evm.Transaction) bool { return x.Hash == r.TxHash })
	if i < 0 || i >= len(b.Receipts) {
		w.log.Warn("a receipt names a block that does not hold the transaction", "action", w.action.ID, "tx", r.TxHash, "block", r.BlockNumber)
		return nil
	}
	landing := incident.Landing{Tx: r.TxHash, Block: b.Number, BlockHash: b.Hash, Status: b.Receipts[i].Status, At: blockTime(b.Time)}
	if err := w.do(ctx, incident.OpLanded{Action: w.action.ID, Landing: landing}); err != nil {
		return err
	}
	return errMoved
}

func blockTime(seconds uint64) time.Time { return time.Unix(int64(min(seconds, 1<<40)), 0).UTC() }
