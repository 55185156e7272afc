package execute

import (
	"context"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/signer"
)

// The patience with a transaction that does not land, in blocks.
const (
	resendAfter = 2  // it is sent again
	raiseAfter  = 10 // it is signed anew with a higher fee and the same nonce
	maxRaises   = 20 // each by an eighth: in all about ten times the first fee
)

// land sends what is stored, as often as it takes, until one of the action's transactions has landed deep enough.
func (w *work) land(ctx context.Context) error {
	last := w.action.Sends[len(w.action.Sends)-1]
	if err := w.send(ctx, last); err != nil {
		return err
	}
	if w.action.State == incident.Signed {
		if err := w.do(ctx, incident.OpSent{Action: w.action.ID, Tx: last.Hash}); err != nil {
			return err
		}
	}
	var first, sent uint64
	var lost *evm.Header // head at which the nonce was first seen used by somebody else
	return w.eachHead(ctx, func(head evm.Header) error {
		if first == 0 {
			first, sent = head.Number, head.Number
		}
		r, err := w.receipt(ctx)
		switch {
		case err != nil:
			return err
		case r != nil && head.Number < r.BlockNumber+w.chain().Confirmations:
			return nil // landed, not yet deep enough
		case r != nil:
			return w.landed(ctx, r, head)
		}
		spent, err := w.spent(ctx, last)
		switch {
		case err != nil:
			return err
		case !spent:
			lost = nil
		case lost == nil || head.Number < lost.Number:
			lost = &head
		}
		switch {
		case lost != nil && head.Number >= lost.Number+w.chain().Confirmations:
			// Looked at the receipts again after the nonce: one of ours may have landed between the two looks.
			if r, err := w.receipt(ctx); err != nil || r != nil {
				return err
			}
			return w.begin(ctx, fmt.Sprintf("nonce %d was used by another transaction of %s, by block %d", last.Nonce, last.From.Hex(), lost.Number))
		case lost != nil:
		case head.Number >= first+raiseAfter && len(w.action.Sends) <= maxRaises && w.signer != nil && w.signer.Address() == last.From:
			return w.raise(ctx, last)
		case head.Number >= sent+resendAfter:
			sent = head.Number
			return w.send(ctx, last)
		}
		return nil
	})
}

// send broadcasts a stored transaction. That the chain holds another of the same nonce is no error: which of them lands is
// seen from the receipts.
func (w *work) send(ctx context.Context, t incident.Transaction) error {
	_, err := w.client.Send(ctx, t.Raw)
	if err != nil && !fault.Is(err, fault.Conflict) {
		return fmt.Errorf("send: %w", err)
	}
	return nil
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

func (w *work) landed(ctx context.Context, r *evm.Receipt, head evm.Header) error {
	landing := incident.Landing{Tx: r.TxHash, Block: r.BlockNumber, BlockHash: r.BlockHash, Status: r.Status, At: blockTime(head.Time)}
	if b, err := w.client.Block(ctx, r.BlockNumber); err == nil && b.Hash == r.BlockHash {
		landing.At = blockTime(b.Time)
	}
	if err := w.do(ctx, incident.OpLanded{Action: w.action.ID, Landing: landing}); err != nil {
		return err
	}
	return errMoved
}

func blockTime(seconds uint64) time.Time { return time.Unix(int64(min(seconds, 1<<40)), 0).UTC() }

// raise signs the same call anew with the same nonce and a higher fee, so that at most one of both can land.
func (w *work) raise(ctx context.Context, old incident.Transaction) error {
	var tx types.Transaction
	if err := tx.UnmarshalBinary(old.Raw); err != nil {
		return refuse("The stored transaction %s cannot be read: %s.", old.Hash.Hex(), err)
	}
	fee, err := w.client.Fee(ctx)
	if err != nil {
		return err
	}
	tip, _ := uint256.FromBig(tx.GasTipCap())
	limit, _ := uint256.FromBig(tx.GasFeeCap())
	pr := w.action.Prepared
	return w.sign(ctx, signer.Transaction{
		ChainID: pr.Chain, Nonce: old.Nonce, To: &pr.To, Value: pr.Value, Data: pr.Data, Gas: tx.Gas(),
		Tip: raised(tip, fee.Tip), Cap: raised(limit, fee.Cap),
	}, "")
}
