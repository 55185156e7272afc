package sim

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
)

// Carry carries an action on by one step of its life, and comes again until it is over and final.
func (c *chain) Carry(ctx context.Context, p engine.Parcel) engine.Outcome {
	if p.Dispatch.Kind == incident.DispatchLook {
		return c.look(ctx, p)
	}
	again := engine.Outcome{State: engine.Again, After: time.Second}
	v, err := p.View(ctx)
	if err != nil {
		return again
	}
	a := v.State.Action(p.Dispatch.Action)
	if a == nil {
		return engine.Outcome{State: engine.Failed, Say: "There is no such action."}
	}
	var op incident.Op
	switch a.State {
	case incident.Unneeded:
		return engine.Outcome{State: engine.Landed}
	case incident.Gone:
		return engine.Outcome{State: engine.Failed}
	case incident.Verified:
		at := c.receipt(a.Landed.Tx)
		if at != nil && c.final(at.number) {
			return engine.Outcome{State: engine.Landed}
		}
		if at != nil {
			return again
		}
		op = incident.OpUnlanded{Action: a.ID, Why: "Its block was forgotten."}
	case incident.Ordered:
		op = c.begin(v, p.Incident, a)
	case incident.Signed, incident.Sent:
		op = c.press(v, p.Incident, a)
	case incident.LandedOnce:
		op = incident.OpEffect{Action: a.ID, Got: strconv.FormatBool(c.head().paused), Holds: c.holds(a), Block: c.head().number}
		switch at := c.receipt(a.Landed.Tx); {
		case at == nil:
			op = incident.OpUnlanded{Action: a.ID, Why: "Its block was forgotten."}
		case a.Prepared.Effect == nil && a.Landed.Status == 1:
			op = incident.OpEffect{Action: a.ID, Got: "nothing", Holds: true, Block: a.Landed.Block}
		case !c.holds(a) && (c.final(at.number) || a.Landed.Status != 1): // somebody has undone it, or it reverted
			op = incident.OpFailed{Action: a.ID, Why: "It has no effect.", Known: len(a.Sends)}
		}
	}
	if op == nil {
		return again
	}
	c.world.say("executor: %T of %s", op, a.ID)
	if _, err := p.Do(ctx, op); fault.Is(err, fault.Expired) {
		_, _ = p.Do(ctx, incident.OpFailed{Action: a.ID, Why: fault.Sentence(err), Known: len(a.Sends)})
	} else if _, asked := op.(incident.OpSafeFacts); asked && err == nil {
		if v, err := p.View(ctx); err == nil && v.State.Action(a.ID).State == incident.Ordered { // it is not asked anew, so nobody else ends it
			_, _ = p.Do(ctx, incident.OpFailed{Action: a.ID, Why: "The Safe is not as it was when it was signed."})
		}
	}
	return again
}

// begin signs with the chain's next nonce, unless it is in effect already.
func (c *chain) begin(v *engine.View, id string, a *incident.Action) incident.Op {
	if c.holds(a) {
		return incident.OpEffect{Action: a.ID, Got: "as wanted", Holds: true, Block: c.head().number, Before: true}
	}
	if op := c.unlike(v, a); op != nil {
		return op
	}
	tx := c.sign(id, a, len(a.Sends))
	if x := v.State.RejectedBy(a); x != nil { // what it rejects may wait: it takes its place
		for _, b := range v.State.Actions {
			if n := len(b.Sends); b.Decision == x.ID && b.Landed == nil && n > 0 && c.used(b.Sends[n-1].Nonce) == nil && b.Sends[n-1].Nonce >= c.head().nonce {
				tx.Nonce = b.Sends[n-1].Nonce
			}
		}
	}
	return incident.OpSigned{Action: a.ID, Tx: tx}
}

// sign makes a transaction with the nonce that is free after all that wait.
func (c *chain) sign(id string, a *incident.Action, number int) incident.Transaction {
	c.serial++
	tx := incident.Transaction{Hash: hash(fmt.Sprint(id, a.ID, number, "-"), c.serial), Raw: []byte{1}, From: evm.Address{1}, Nonce: c.head().nonce, At: c.world.now}
	for _, x := range c.waiting {
		tx.Nonce = max(tx.Nonce, x.nonce+1)
	}
	return tx
}

// press sends what is signed until it has landed. One whose nonce somebody else has used for good is signed anew.
func (c *chain) press(v *engine.View, id string, a *incident.Action) incident.Op {
	for _, tx := range a.Sends {
		if at := c.receipt(tx.Hash); at != nil {
			landing := incident.Landing{Tx: tx.Hash, Block: at.number, BlockHash: at.hash, Status: 1, At: c.world.now}
			if slices.ContainsFunc(at.txs, func(x sent) bool { return x.hash == tx.Hash && x.failed }) {
				landing.Status = 0
			}
			return incident.OpLanded{Action: a.ID, Landing: landing}
		}
	}
	last := a.Sends[len(a.Sends)-1]
	if other := c.used(last.Nonce); other != nil {
		if op := c.unlike(v, a); op != nil {
			return op
		}
		return incident.OpSigned{Action: a.ID, Tx: c.sign(id, a, len(a.Sends)), Void: "Its nonce was used.", Known: len(a.Sends)}
	}
	c.send(c.transaction(id, a, last))
	if c.world.ground.rash {
		c.send(c.transaction(id, a, c.sign(id, a, len(a.Sends))))
	}
	if a.State == incident.Signed {
		return incident.OpSent{Action: a.ID, Tx: last.Hash}
	}
	return nil
}

func (c *chain) holds(a *incident.Action) bool {
	switch a.Action {
	case "pause", "unpause":
		return c.head().paused == (a.Action == "pause")
	case "freeze":
		return c.head().council.frozen
	}
	return false // a rejection does nothing
}

func (c *chain) transaction(id string, a *incident.Action, tx incident.Transaction) sent {
	x := sent{hash: tx.Hash, action: id + "/" + a.ID, pause: a.Action == "pause", nonce: tx.Nonce}
	if a.Prepared.Safe != nil && a.Send != nil {
		x.safe, x.front = a.Send.Safe, a.Prepared.Effect == nil
	}
	return x
}
