package execute

import (
	"context"
	"sync"
	"testing"
	"time"

	core "tocsin/action/safe"
	"tocsin/chain"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
)

// A reorganisation takes away what was verified already: it is noticed without any detector, taken back, and what was sent lands again, once.
func TestReorgAfterItWasVerified(t *testing.T) {
	w := newWorld(t, reorgPeriod)
	o := w.order(0)
	since := w.head()
	w.carry(o, w.client)
	x := New(Options{Clients: map[uint64]chain.Client{chainID: w.client}})
	if out, err := x.guard(w.ctx, o, o.id); err != nil || out.State != engine.Again {
		t.Fatalf("guarded: %+v, %v", out, err)
	}
	first := *o.action().Landed
	w.orphan(first.Block, first.BlockHash)
	for o.action().State == incident.Verified && w.ctx.Err() == nil {
		if _, err := x.guard(w.ctx, o, o.id); err != nil {
			t.Fatal(err)
		}
	}
	if a := o.action(); a.State != incident.Sent || a.Landed != nil && a.Landed.BlockHash == first.BlockHash {
		t.Fatalf("after the reorganisation: %+v", a)
	}
	w.carry(o, w.client)
	if a := o.action(); a.State != incident.Verified || !w.paused() || w.landings(since) != 1 || len(a.Sends) != 1 {
		t.Errorf("action %+v, paused %v, landed %d times", a, w.paused(), w.landings(since))
	}
}

// It is looked at until it is deep enough, and no longer than that.
func TestReorgIsWatchedForUntilItIsDeepEnough(t *testing.T) {
	w := newWorld(t, 0)
	o := w.order(0, func(p *plan.Plan) { p.Chains[0].Reorg = 3 })
	w.carry(o, w.client)
	now := time.Now()
	x := New(Options{Clients: map[uint64]chain.Client{chainID: w.client}, Now: func() time.Time { return now }})
	state := func() string {
		out, err := x.guard(w.ctx, o, o.id)
		if err != nil {
			t.Fatal(err)
		}
		return out.State
	}
	for range 3 {
		if got := state(); got != engine.Again {
			t.Fatalf("before it is deep enough: %s", got)
		}
		w.send(w.admin, &evm.Address{7}, nil)
	}
	if got := state(); got != engine.Landed {
		t.Errorf("when it is deep enough: %s", got)
	}
	again := w.order(0, func(p *plan.Plan) { p.Chains[0].Reorg = 3 })
	w.call(w.executor, "unpause()")
	w.carry(again, w.client)
	o = again
	if got := state(); got != engine.Again {
		t.Errorf("a fresh one: %s", got)
	}
	if now = now.Add(guardFor + time.Minute); state() != engine.Landed {
		t.Error("a chain that makes no blocks is watched for ever")
	}
}

// The same of a Safe's transaction.
func TestReorgOfARealSafe(t *testing.T) {
	c := newCouncil(t, reorgPeriod, core.V141)
	if err := c.node.Mine(8); err != nil {
		t.Fatal(err)
	}
	o := c.order(2)
	var mu sync.Mutex
	var first evm.Hash
	since := c.head()
	c.carry(o, &hooked{Client: c.client, receipt: func(r *evm.Receipt) {
		mu.Lock()
		defer mu.Unlock()
		if first == (evm.Hash{}) {
			first = r.BlockHash
			c.orphan(r.BlockNumber, r.BlockHash)
		}
	}})
	a := o.action()
	if a.State != incident.Verified || a.Landed.BlockHash == first || !c.paused() || c.landingsAt(c.safe.Address, since) != 1 || len(a.Sends) != 1 {
		t.Errorf("action %+v, landed %+v, paused %v", a, a.Landed, c.paused())
	}
}

// liar says of every transaction that it was mined, and that it succeeded, in a block that does not hold it.
type liar struct {
	chain.Client
	mu   sync.Mutex
	left int // how often it lies
	drop bool
}

func (l *liar) Receipt(ctx context.Context, tx evm.Hash) (*evm.Receipt, error) {
	l.mu.Lock()
	l.left--
	lie := l.left >= 0
	l.mu.Unlock()
	if !lie {
		return l.Client.Receipt(ctx, tx)
	}
	h, err := l.Client.Head(ctx)
	if err != nil {
		return nil, err
	}
	return &evm.Receipt{TxHash: tx, Status: 1, BlockNumber: h.Number, BlockHash: h.Hash}, nil
}

func (l *liar) Send(ctx context.Context, raw []byte) (evm.Hash, error) {
	l.mu.Lock()
	drop := l.drop && l.left >= 0
	l.mu.Unlock()
	if drop {
		return hashOf(raw), nil
	}
	return l.Client.Send(ctx, raw)
}

// An endpoint that says that it landed is not believed unless the block shows it. Nor is one that says so and keeps it to itself.
func TestLyingReceiptIsNotBelieved(t *testing.T) {
	w := newWorld(t, 20*time.Millisecond)
	for _, drop := range []bool{false, true} {
		o := w.order(0)
		since := w.head()
		out := w.carry(o, &liar{Client: w.client, left: 8, drop: drop})
		a := o.action()
		if out.State != engine.Landed || a.State != incident.Verified || !w.paused() || w.landings(since) != 1 {
			t.Fatalf("outcome %+v, action %+v", out, a)
		}
		b, err := w.client.Block(w.ctx, a.Landed.Block)
		if err != nil {
			t.Fatal(err)
		}
		held := false
		for _, tx := range b.Transactions {
			held = held || tx.Hash == a.Landed.Tx
		}
		if !held || b.Hash != a.Landed.BlockHash {
			t.Errorf("it is said to have landed in block %d, which does not hold it", a.Landed.Block)
		}
		w.call(w.executor, "unpause()")
	}
}

// Two nodes carry the same order at once, each believing that it alone does: it lands once.
func TestTwoNodesAtOnceLandOnce(t *testing.T) {
	w := newWorld(t, 0)
	c := newCouncil(t, 0, core.V141)
	for _, k := range []struct {
		*world
		order func() *order
		to    evm.Address
		undo  func()
	}{
		{w, func() *order { return w.order(0) }, w.vault, func() { w.call(w.executor, "unpause()") }},
		{c.world, func() *order { return c.order(0) }, c.safe.Address, func() { c.owned(c.vault, mustEncode(t, "unpause()")) }},
	} {
		for range 5 {
			o := k.order()
			since, nonce := k.head(), k.nonce()
			var nodes sync.WaitGroup
			for range 2 {
				nodes.Go(func() { k.carry(o, k.client) })
			}
			nodes.Wait()
			if a := o.action(); a.State != incident.Verified || !k.paused() || k.landingsAt(k.to, since) != 1 || k.nonce() != nonce+1 {
				t.Fatalf("action %+v, landed %d times, %d nonces", a, k.landingsAt(k.to, since), k.nonce()-nonce)
			}
			k.undo()
		}
	}
}
