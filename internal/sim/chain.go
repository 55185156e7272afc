package sim

import (
	"context"
	"slices"
	"strconv"
	"time"

	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
)

const chainID = 31337

// chain is a chain of one account, and the executor that sends from it. Its last block may be forgotten; what was in it
// waits again.
type chain struct {
	world   *World
	head    uint64
	nonce   uint64
	waiting []sent
	landed  []sent
	calm    bool
	serial  int
}

type sent struct {
	hash   evm.Hash
	action string // of the incident
	pause  bool   // or unpause
	nonce  uint64
	block  uint64
}

func newChain(w *World) *chain { return &chain{world: w, head: 100} }

// mine makes a block, sometimes without what waits, sometimes in place of the last.
func (c *chain) mine() {
	w := c.world
	if !c.calm && w.chance(20) && len(c.landed) > 0 && c.landed[len(c.landed)-1].block == c.head {
		last := c.landed[len(c.landed)-1]
		c.landed = c.landed[:len(c.landed)-1]
		c.waiting = append([]sent{last}, c.waiting...)
		c.nonce = last.nonce
		w.say("block %d is forgotten", c.head)
		return
	}
	c.head++
	for i, tx := range c.waiting {
		if tx.nonce != c.nonce || !c.calm && w.chance(3) {
			continue
		}
		tx.block = c.head
		c.landed = append(c.landed, tx)
		c.waiting = slices.Delete(c.waiting, i, i+1)
		c.nonce++
		w.say("block %d: transaction of %s lands", c.head, tx.action)
		return
	}
}

// paused is whether the last pause stands.
func (c *chain) paused() bool { return len(c.landed) > 0 && c.landed[len(c.landed)-1].pause }

func (c *chain) receipt(hash evm.Hash) *sent {
	for i := range c.landed {
		if c.landed[i].hash == hash {
			return &c.landed[i]
		}
	}
	return nil
}

func (c *chain) send(tx sent) {
	known := func(x sent) bool { return x.hash == tx.hash }
	if tx.nonce >= c.nonce && !slices.ContainsFunc(c.waiting, known) && !slices.ContainsFunc(c.landed, known) {
		c.waiting = append(c.waiting, tx)
	}
}

// Carry carries an action on by one step of its life, and comes again until it is over.
func (c *chain) Carry(ctx context.Context, p engine.Parcel) engine.Outcome {
	again := engine.Outcome{State: engine.Again, After: time.Second}
	v, err := p.View(ctx)
	if err != nil {
		return again
	}
	a := v.State.Action(p.Dispatch.Action)
	var op incident.Op
	switch a.State {
	case incident.Verified, incident.Unneeded:
		return engine.Outcome{State: engine.Landed}
	case incident.Gone:
		return engine.Outcome{State: engine.Failed}
	case incident.Ordered:
		op = c.begin(a)
	case incident.Signed:
		c.send(c.transaction(a))
		op = incident.OpSent{Action: a.ID, Tx: a.Sends[0].Hash}
	case incident.Sent:
		c.send(c.transaction(a)) // it may have been forgotten
		r := c.receipt(a.Sends[0].Hash)
		if r == nil {
			return again
		}
		op = incident.OpLanded{Action: a.ID, Landing: incident.Landing{Tx: r.hash, Block: r.block, BlockHash: hash(int(r.block)), Status: 1, At: c.world.now}}
	case incident.LandedOnce:
		op = incident.OpEffect{Action: a.ID, Got: strconv.FormatBool(c.paused()), Holds: c.holds(a), Block: c.head}
		if c.receipt(a.Sends[0].Hash) == nil {
			op = incident.OpUnlanded{Action: a.ID, Why: "Its block was forgotten."}
		}
	}
	c.world.say("executor: %T of %s", op, a.ID)
	if _, err := p.Do(ctx, op); fault.Is(err, fault.Expired) {
		_, _ = p.Do(ctx, incident.OpFailed{Action: a.ID, Why: fault.Sentence(err)})
	}
	return again
}

// begin signs with the chain's next nonce, unless it is in effect already or something else is on its way.
func (c *chain) begin(a *incident.Action) incident.Op {
	if c.holds(a) {
		return incident.OpEffect{Action: a.ID, Got: "as wanted", Holds: true, Block: c.head, Before: true}
	}
	c.serial++
	tx := incident.Transaction{Hash: hash(-c.serial), Raw: []byte{1}, From: evm.Address{1}, Nonce: c.nonce + uint64(len(c.waiting)), At: c.world.now}
	return incident.OpSigned{Action: a.ID, Tx: tx}
}

func (c *chain) holds(a *incident.Action) bool { return c.paused() == (a.Action == "pause") }

func (c *chain) transaction(a *incident.Action) sent {
	return sent{hash: a.Sends[0].Hash, action: a.ID, pause: a.Action == "pause", nonce: a.Sends[0].Nonce}
}

func hash(n int) evm.Hash { return evm.Keccak([]byte(strconv.Itoa(n))) }
