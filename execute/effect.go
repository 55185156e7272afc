package execute

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/incident"
)

// reading is what an effect's reading answered.
type reading struct {
	holds bool
	got   string
	head  evm.Header
}

// read asks the effect's reading at the head. A contract that refuses to answer, or answers something else than declared,
// has not shown the effect: that is an answer, not an error.
func (w *work) read(ctx context.Context) (reading, error) {
	head, err := w.client.Head(ctx)
	if err != nil {
		return reading{}, err
	}
	e := w.action.Prepared.Effect
	answer, err := w.client.Call(ctx, chain.Message{To: &e.To, Data: e.Data}, &head.Number)
	if r := (*chain.Revert)(nil); errors.As(err, &r) {
		return reading{got: r.Error(), head: head}, nil
	}
	if err != nil {
		return reading{}, fmt.Errorf("read the effect: %w", err)
	}
	holds, got, err := e.Holds(answer)
	if err != nil {
		return reading{got: err.Error(), head: head}, nil
	}
	return reading{holds, got, head}, nil
}

// defaultWithin is until when after landing an effect must hold where the plan does not say.
const defaultWithin = time.Minute

// verify reads the effect until it holds, or until its time is over. A landing that a reorganisation took away is sent again.
func (w *work) verify(ctx context.Context) error {
	e, landed := w.action.Prepared.Effect, w.action.Landed
	if e == nil {
		if landed.Status != 1 {
			return w.failed(ctx)
		}
		return w.do(ctx, incident.OpEffect{Action: w.action.ID, Got: "nothing: the plan names no reading", Holds: true, Block: landed.Block})
	}
	within := e.Within
	if within == 0 {
		within = defaultWithin
	}
	until := landed.At.Add(within) // by the chain's clock, which need not be ours
	return w.eachHead(ctx, func(head evm.Header) error {
		if err := w.standing(ctx); err != nil {
			return err
		}
		got, err := w.read(ctx)
		switch {
		case err != nil:
			return err
		case got.head.Number < landed.Block: // a node shows a receipt a moment before its head moves
			return nil
		case !got.holds && landed.Status != 1:
			return w.failed(ctx)
		case !got.holds && blockTime(head.Time).After(until):
			return refuse("The transaction landed in block %d, but %s still reads %s.", landed.Block, e.Reads(), got.got)
		}
		// A transaction that failed because somebody else had just done the same has reached its end, too.
		if err := w.do(ctx, incident.OpEffect{Action: w.action.ID, Got: got.got, Holds: got.holds, Block: got.head.Number, Hash: got.head.Hash}); err != nil {
			return err
		}
		if got.holds {
			return errDone
		}
		return nil
	})
}

// failed says why the transaction failed in its block, by calling again what it called, on the block before.
func (w *work) failed(ctx context.Context) error {
	landed := w.action.Landed
	before := max(landed.Block, 1) - 1
	why := "the contract does not say why"
	_, err := w.client.Call(ctx, w.message(w.action.Sends[0].From), &before)
	if r := (*chain.Revert)(nil); errors.As(err, &r) {
		why = w.reason(ctx, r, &before)
	}
	return refuse("The transaction failed in block %d: %s.", landed.Block, why)
}
