package execute

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/signer"
)

// The patience with a transaction that does not land, in blocks.
const (
	resendAfter = 2  // it is sent again
	raiseAfter  = 10 // it is signed anew with a higher fee and the same nonce
)

// land sends what is stored, as often as it takes, until one of the action's transactions has landed deep enough.
func (w *work) land(ctx context.Context) error {
	sends := w.action.Sends
	last := sends[len(sends)-1]
	if _, err := w.client.Send(ctx, last.Raw); err != nil && !w.spent(ctx, last) {
		return fmt.Errorf("send: %w", err)
	}
	if w.action.State == incident.Signed {
		if err := w.do(ctx, incident.OpSent{Action: w.action.ID, Tx: last.Hash}); err != nil {
			return err
		}
	}
	var first, sent uint64
	return w.eachHead(ctx, func(head evm.Header) error {
		if first == 0 {
			first, sent = head.Number, head.Number
		}
		r, err := w.receipt(ctx)
		if err != nil {
			return err
		}
		switch {
		case r != nil && head.Number < r.BlockNumber+w.chain().Confirmations:
			return nil // landed, not yet deep enough
		case r != nil:
			return w.landed(ctx, r, head)
		case w.spent(ctx, last):
			// The receipt may be younger than the look at it: only a nonce that is still spent without one is somebody else's.
			if r, err := w.receipt(ctx); err != nil || r != nil {
				return err
			}
			if err := w.begin(ctx, fmt.Sprintf("nonce %d was used by another transaction of %s before block %d", last.Nonce, last.From.Hex(), head.Number)); err != nil {
				return err
			}
			return errChanged
		case head.Number >= first+raiseAfter:
			if err := w.raise(ctx, last); err != nil {
				return err
			}
			return errChanged
		case head.Number >= sent+resendAfter:
			sent = head.Number
			if _, err := w.client.Send(ctx, last.Raw); err != nil {
				w.log.Debug("send again", "tx", last.Hash, "err", err)
			}
		}
		return nil
	})
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
func (w *work) spent(ctx context.Context, t incident.Transaction) bool {
	n, err := w.client.Nonce(ctx, t.From, false)
	return err == nil && n > t.Nonce
}

func (w *work) landed(ctx context.Context, r *evm.Receipt, head evm.Header) error {
	landing := incident.Landing{Tx: r.TxHash, Block: r.BlockNumber, BlockHash: r.BlockHash, Status: r.Status, At: time.Unix(int64(head.Time), 0).UTC()}
	if b, err := w.client.Block(ctx, r.BlockNumber); err == nil && b.Hash == r.BlockHash {
		landing.At = time.Unix(int64(b.Time), 0).UTC()
	}
	if err := w.do(ctx, incident.OpLanded{Action: w.action.ID, Landing: landing}); err != nil {
		return err
	}
	if r.Status != 1 {
		pr, before := w.action.Prepared, r.BlockNumber-1
		why := "the contract does not say why"
		if _, err := w.client.Call(ctx, chain.Message{From: w.action.Sends[0].From, To: &pr.To, Value: pr.Value, Data: pr.Data}, &before); err != nil {
			why = fault.Sentence(err)
			if rev := (*chain.Revert)(nil); errors.As(err, &rev) {
				why = w.reason(rev)
			}
		}
		return refuse("The transaction failed in block %d: %s.", r.BlockNumber, why)
	}
	return errDone
}

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

// defaultWithin is until when after landing an effect must hold where the plan does not say.
const defaultWithin = time.Minute

// verify reads the effect until it holds, or until its time is over. A landing that a reorganisation took away is sent again.
func (w *work) verify(ctx context.Context) error {
	if w.action.Prepared.Effect == nil {
		return w.do(ctx, incident.OpEffect{Action: w.action.ID, Got: "nothing: the plan names no reading", Holds: true, Block: w.action.Landed.Block})
	}
	until := w.action.Landed.At
	if now := w.now(); now.After(until) {
		until = now
	}
	within := w.action.Prepared.Effect.Within
	if within == 0 {
		within = defaultWithin
	}
	until = until.Add(within)
	return w.eachHead(ctx, func(evm.Header) error {
		r, err := w.client.Receipt(ctx, w.action.Landed.Tx)
		if fault.Is(err, fault.NotFound) || err == nil && r.BlockHash != w.action.Landed.BlockHash {
			if err := w.do(ctx, incident.OpUnlanded{Action: w.action.ID, Why: fmt.Sprintf("Block %d is no longer part of the chain.", w.action.Landed.Block)}); err != nil {
				return err
			}
			return errChanged
		}
		if err != nil {
			return err
		}
		got, err := w.read(ctx)
		if err != nil {
			return err
		}
		if !got.holds && w.now().After(until) {
			return refuse("The transaction landed in block %d, but %s still reads %s.", w.action.Landed.Block, w.action.Prepared.Effect.Function, got.got)
		}
		if err := w.do(ctx, incident.OpEffect{Action: w.action.ID, Got: got.got, Holds: got.holds, Block: got.head.Number, Hash: got.head.Hash}); err != nil {
			return err
		}
		if got.holds {
			return errDone
		}
		return nil
	})
}
