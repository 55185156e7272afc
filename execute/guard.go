package execute

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
)

const (
	guardEvery = 15 * time.Second
	guardFor   = 30 * time.Minute // on chains that make blocks only now and then
	guardDepth = 64               // blocks, where the plan does not say how deep a reorganisation can be
)

// standing looks whether the landing is still part of the chain. One that is not is reported, and the error is errHandedOver. That there is
// no receipt proves nothing, for one of several machines behind an address may lag: the block at its height does.
func (w *work) standing(ctx context.Context) error {
	landed := w.action.Landed
	r, err := w.client.Receipt(ctx, landed.Tx)
	if err == nil && r.BlockHash == landed.BlockHash {
		return nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	b, err := w.client.Block(ctx, landed.Block)
	switch {
	case fault.Is(err, fault.NotFound): // a shorter chain for a moment, or one that lags: it grows
		return nil
	case err != nil:
		return err
	case b.Hash == landed.BlockHash:
		return nil
	}
	why := fmt.Sprintf("Block %d is no longer part of the chain.", landed.Block)
	if err := w.do(ctx, incident.OpUnlanded{Action: w.action.ID, Why: why}); err != nil {
		return err
	}
	return errHandedOver
}

// guard looks again at what was verified, until no reorganisation can take it away: a delivery stays until then, so that it is looked at
// whatever becomes of this process.
func (x *Executor) guard(ctx context.Context, d desk, id string) (engine.Outcome, error) {
	done := engine.Outcome{State: engine.Landed}
	v, err := d.View(ctx)
	if err != nil {
		return engine.Outcome{}, err
	}
	a := v.State.Action(id)
	if a == nil || a.State != incident.Verified || a.Landed == nil || a.Landed.BlockHash == ([32]byte{}) || a.Prepared == nil {
		return done, nil
	}
	w := &work{Executor: x, desk: d, view: v, action: a, client: x.clients[a.Prepared.Chain]}
	if w.client == nil || !v.State.Now(x.now()).Before(a.Verified.Add(guardFor)) {
		return done, nil
	}
	depth := w.chain().Reorg
	if depth == 0 {
		depth = guardDepth
	}
	head, err := w.client.Head(ctx)
	if err != nil {
		return engine.Outcome{}, err
	}
	err = w.standing(ctx)
	switch {
	case errors.Is(err, errHandedOver):
		return handedOver, nil
	case errors.Is(err, errMoved):
		return engine.Outcome{State: engine.Again}, nil
	case err != nil:
		return engine.Outcome{}, err
	case head.Number >= a.Landed.Block+depth:
		return done, nil
	}
	return engine.Outcome{State: engine.Again, Say: "It is looked at again until no reorganisation can take it away.", After: guardEvery}, nil
}

// handedOver is what becomes of a delivery whose landing a reorganisation took away.
var handedOver = engine.Outcome{State: engine.Failed, Say: "The block it had landed in is no longer part of the chain; another delivery sends it again."}
