package execute

import (
	"context"
	"testing"
	"time"

	core "tocsin/action/safe"
	"tocsin/chain"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/incident"
	"tocsin/internal/safe"
	"tocsin/signer"
)

// reject has the second owner ask for the rejection of the order, and two owners sign it. It returns the order of what rejects it.
func (c *council) reject(o *order) *order {
	c.t.Helper()
	if err := o.as("o1", incident.OpReject{Decision: "decision-1", Why: "It is the wrong vault"}); err != nil {
		c.t.Fatal(err)
	}
	if out, err := c.executorOf(c.client).look(c.ctx, o, "decision-2"); err != nil {
		c.t.Fatalf("look: %+v, %v", out, err)
	}
	v, err := o.View(c.ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	h := v.State.Decision("decision-2").Safe.Hashes.Hash
	for i := range 2 {
		op := incident.OpApprove{Decision: "decision-2", Choice: decision.Approve, Signature: safe.Sign(c.t, c.owners[i], h).Bytes}
		if err := o.as([]string{"o0", "o1"}[i], op); err != nil {
			c.t.Fatal(err)
		}
	}
	return o.of("action-2")
}

// of is the same incident, whose executor carries another action.
func (o *order) of(id string) *order {
	return &order{plan: o.plan, state: o.state, id: id, n: 1000}
}

// What the owners signed stands in a transaction that failed: whoever has it may send it when it would succeed. Once it is rejected, never.
func TestRealSafeRejected(t *testing.T) {
	for _, v := range core.Versions() {
		t.Run(string(v), func(t *testing.T) {
			c := newCouncil(t, 0, v)
			o := c.order(0)
			c.carry(o, &hooked{Client: c.client, send: func([]byte) bool { // between signing and landing
				c.call(c.admin, "revokeRole(bytes32,address)", pauserRole, c.safe.Address.Hex())
				return false
			}})
			failed := o.action()
			if failed.State != incident.Gone || failed.Landed == nil || failed.Landed.Status != 0 {
				t.Fatalf("it did not fail on the chain: %+v", failed)
			}
			c.call(c.admin, "grantRole(bytes32,address)", pauserRole, c.safe.Address.Hex())
			if err := c.safe.Try(t, c.admin, failed.Send.To, failed.Send.Calldata()); err != nil {
				t.Fatalf("nobody could have sent it again: %v", err)
			}
			r := c.reject(o)
			out := c.carry(r, c.client)
			if a := r.action(); out.State != engine.Landed || a.State != incident.Verified || c.paused() {
				t.Fatalf("outcome %+v, action %+v, paused %v", out, a, c.paused())
			}
			if n := c.safe.Facts(t).Nonce; n != 1 {
				t.Errorf("the Safe's nonce is %d", n)
			}
			if err := c.safe.Try(t, c.admin, failed.Send.To, failed.Send.Calldata()); err == nil {
				t.Error("what was rejected can still be sent")
			}
			if d := c.decision(r); d.State != incident.Withdrawn || d.Withdrawn == nil || d.Withdrawn.By != "o1" {
				t.Errorf("the decision is %s, %+v", d.State, d.Withdrawn)
			}
		})
	}
}

// A transaction waits to be mined. Its rejection takes its place under the account's nonce, too, and does not wait behind it.
func TestRealSafeRejectedWhileItWaits(t *testing.T) {
	c := newCouncil(t, 0, core.V141)
	o := c.order(0)
	ctx, stop := context.WithCancel(c.ctx)
	defer stop()
	waits := &hooked{Client: c.client, send: func([]byte) bool { stop(); return true }} // it reaches no block
	x := New(Options{Clients: map[uint64]chain.Client{chainID: waits}, Signer: signer.Drill(c.executor)})
	if _, err := x.carry(ctx, o, o.id); err == nil {
		t.Fatal("it was carried out")
	}
	old := o.action()
	if len(old.Sends) != 1 || old.Landed != nil {
		t.Fatalf("nothing waits: %+v", old)
	}
	nonce := c.nonce()
	r := c.reject(o)
	if out := c.carry(r, c.client); out.State != engine.Landed || r.action().State != incident.Verified || r.action().Sends[0].Nonce != old.Sends[0].Nonce || c.nonce() != nonce+1 || c.paused() {
		t.Fatalf("outcome %+v, action %+v", out, r.action())
	}
	// Whoever carried the first finds that it is over, and sends nothing.
	late := r.of(old.ID)
	if out := c.carry(late, c.client); out.State != engine.Failed || late.action().State != incident.Gone || c.nonce() != nonce+1 || c.paused() {
		t.Errorf("outcome %+v, action %+v, nonce %d", out, late.action(), c.nonce())
	}
	if _, err := c.client.Send(c.ctx, old.Sends[0].Raw); err == nil {
		t.Error("the chain takes what was rejected")
	}
}

// While a rejection is being carried out nothing more is signed for what it takes the place of, neither anew nor with a higher fee.
func TestRealSafeSignsNothingMoreForWhatIsRejected(t *testing.T) {
	c := newCouncil(t, 0, core.V141)
	o := c.order(0)
	c.carry(o, &hooked{Client: c.client, send: func([]byte) bool {
		c.call(c.admin, "revokeRole(bytes32,address)", pauserRole, c.safe.Address.Hex())
		return false
	}})
	c.reject(o)
	before := o.action()
	w := &work{Executor: c.executorOf(c.client), desk: o, client: c.client, action: &before}
	v, err := o.View(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	w.view = v
	if err := w.begin(c.ctx, "its nonce was used"); err == nil {
		t.Error("it is begun again")
	}
	if err := w.raise(c.ctx, before.Sends[0]); err != nil {
		t.Error(err)
	}
	if got := o.action(); len(got.Sends) != 1 {
		t.Errorf("%d transactions are signed", len(got.Sends))
	}
	tx := incident.Transaction{Hash: [32]byte{1}, Raw: []byte{1}, From: before.Sends[0].From, Nonce: 9, At: time.Now().UTC()}
	if _, err := o.Do(c.ctx, incident.OpSigned{Action: o.id, Tx: tx, Void: "used", Known: 1}); err == nil {
		t.Error("the incident takes another transaction")
	}
}
