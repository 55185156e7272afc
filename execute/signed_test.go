package execute

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/chain"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/trial"
)

// guarded is a world in which a transaction of a guardian that pauses the vault was signed in advance.
type guarded struct {
	*world
	guardian *ecdsa.PrivateKey
}

func newGuarded(t *testing.T, period time.Duration) *guarded {
	t.Helper()
	g := &guarded{guardian: key(t, "guardian")}
	g.world = newWorldWith(t, period, types.GenesisAlloc{address(g.guardian): {Balance: new(big.Int).Mul(big.NewInt(1000), big.NewInt(1e18))}})
	g.call(g.admin, "grantRole(bytes32,address)", pauserRole, address(g.guardian).Hex())
	return g
}

// sign signs in advance what is to be sent with the guardian's next nonce.
func (g *guarded) sign(change ...func(*types.DynamicFeeTx)) []byte {
	g.t.Helper()
	nonce, err := g.client.Nonce(g.ctx, address(g.guardian), false)
	if err != nil {
		g.t.Fatal(err)
	}
	inner := &types.DynamicFeeTx{
		ChainID: big.NewInt(chainID), Nonce: nonce, To: &g.vault, Gas: 200_000, GasTipCap: big.NewInt(2e9), GasFeeCap: big.NewInt(200e9),
		Data: crypto.Keccak256([]byte("pause()"))[:4],
	}
	for _, f := range change {
		f(inner)
	}
	tx, err := types.SignNewTx(g.guardian, types.LatestSignerForChainID(inner.ChainID), inner)
	if err != nil {
		g.t.Fatal(err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		g.t.Fatal(err)
	}
	return raw
}

// opened is the file of a plan with what is in it.
type opened struct{ sealed, text []byte }

func (o opened) open(context.Context, *plan.Plan, string) ([]byte, []byte, error) {
	return o.sealed, o.text, nil
}

func (g *guarded) file(raw []byte) opened { return opened{append([]byte("sealed "), raw...), raw} }

// advance orders what was signed in advance.
func (g *guarded) advance(f opened, confirmations uint64) *order {
	return g.order(confirmations, func(p *plan.Plan) {
		p.Actions[0].Kind, p.Actions[0].Transaction, p.Actions[0].Urgency = "signed-transaction", "pause.age", "emergency"
		p.Attachments = []plan.Attachment{{Name: "pause.age", Hash: evm.Keccak(f.sealed)}}
	})
}

// bearer is an executor that holds no key but that of files.
func (g *guarded) bearer(client chain.Client, open trial.Opener) *Executor {
	return New(Options{Clients: map[uint64]chain.Client{chainID: client}, Open: open})
}

// bear carries an order out as often as it wants to be called again.
func (g *guarded) bear(o *order, client chain.Client, f opened) engine.Outcome {
	g.t.Helper()
	x := g.bearer(client, f.open)
	for {
		out, err := x.carry(g.ctx, o, o.id)
		if err == nil && o.action().State != incident.Sent {
			return out
		}
		if g.ctx.Err() != nil {
			g.t.Fatalf("never carried out: %v, action %+v", err, o.action())
		}
	}
}

// borne counts the guardian's successful transactions since a block.
func (g *guarded) borne(since uint64) int {
	g.t.Helper()
	n := 0
	for at := since + 1; at <= g.head(); at++ {
		b, err := g.client.Block(g.ctx, at)
		if err != nil {
			g.t.Fatal(err)
		}
		for i, tx := range b.Transactions {
			if tx.From == address(g.guardian) && b.Receipts[i].Status == 1 {
				n++
			}
		}
	}
	return n
}

func (g *guarded) unpause() {
	g.t.Helper()
	g.call(g.guardian, "unpause()")
}

// Whatever happens to whoever sends it, what was signed in advance lands once: killed at any call, with a second node, told lies, or taken
// out by a reorganisation. Nothing else is ever signed.
func TestSignedInAdvanceLandsOnce(t *testing.T) {
	g := newGuarded(t, 0)
	g.call(g.admin, "grantRole(bytes32,address)", pauserRole, address(g.admin).Hex())
	once := func(name string, carry func(o *order, f opened)) {
		t.Helper()
		raw := g.sign()
		f := g.file(raw)
		o, since := g.advance(f, 0), g.head()
		carry(o, f)
		a := o.action()
		if a.State != incident.Verified || !g.paused() || g.borne(since) != 1 || len(a.Sends) != 1 || !bytes.Equal(a.Sends[0].Raw, raw) {
			t.Fatalf("%s: action %+v, paused %v, landed %d times", name, a, g.paused(), g.borne(since))
		}
		g.unpause()
	}
	once("plainly", func(o *order, f opened) {
		if out := g.bear(o, g.client, f); out.State != engine.Landed {
			t.Errorf("outcome %+v", out)
		}
	})
	once("by two", func(o *order, f opened) {
		var nodes sync.WaitGroup
		for range 2 {
			nodes.Go(func() { g.bear(o, g.client, f) })
		}
		nodes.Wait()
	})
	for _, late := range []bool{false, true} {
		for calls, over := 1, false; !over; calls++ {
			once("killed", func(o *order, f opened) {
				ctx, kill := context.WithCancel(g.ctx)
				m := &mortal{Client: g.client, desk: o, left: calls, late: late, kill: kill}
				_, err := g.bearer(m, f.open).carry(ctx, m, "a")
				over = m.left > 0
				kill()
				if !over && err == nil {
					t.Fatalf("call %d: killed, and it says that all is well", calls)
				}
				g.bear(o, g.client, f)
			})
			if over && calls < 12 {
				t.Fatalf("it takes but %d calls: something is not tried", calls)
			}
		}
	}
}

// The same on a chain that goes on by itself.
func TestSignedInAdvanceOnALivingChain(t *testing.T) {
	g := newGuarded(t, reorgPeriod)
	for name, client := range map[string]func() chain.Client{
		"told lies":           func() chain.Client { return &liar{Client: g.client, left: 8} },
		"told lies, and lost": func() chain.Client { return &liar{Client: g.client, left: 8, drop: true} },
		"reorganised": func() chain.Client {
			if err := g.node.Mine(8); err != nil { // deeper than the reorganisation
				t.Fatal(err)
			}
			done := false
			return &hooked{Client: g.client, receipt: func(r *evm.Receipt) {
				if !done {
					done = true
					g.orphan(r.BlockNumber, r.BlockHash)
				}
			}}
		},
	} {
		f := g.file(g.sign())
		between := client()
		o, since := g.advance(f, 2), g.head()
		g.bear(o, between, f)
		if a := o.action(); a.State != incident.Verified || !g.paused() || g.borne(since) != 1 || len(a.Sends) != 1 {
			t.Fatalf("%s: action %+v, landed %d times", name, a, g.borne(since))
		}
		g.unpause()
	}
}

// What is not exactly what was decided about, or cannot land, is not sent, and it is said why.
func TestSignedInAdvanceIsHeldToThePlan(t *testing.T) {
	g := newGuarded(t, 0)
	good := g.sign()
	elsewhere := g.file(good)
	elsewhere.sealed = append(elsewhere.sealed, '!')
	for name, c := range map[string]struct {
		file opened
		open func(opened) trial.Opener
		want string
	}{
		"no key": {file: g.file(good), open: func(opened) trial.Opener { return nil }, want: "no key to open it"},
		"another reader": {file: g.file(good), open: func(opened) trial.Opener {
			return func(context.Context, *plan.Plan, string) ([]byte, []byte, error) {
				return nil, nil, fault.New(fault.Forbidden, "It was not encrypted to this key.")
			}
		}, want: "not encrypted to this key"},
		"another file":   {file: g.file(good), open: func(opened) trial.Opener { return elsewhere.open }, want: "not the one that the plan was adopted with"},
		"no transaction": {file: g.file([]byte("hello")), want: "is no signed transaction"},
		"another call":   {file: g.file(g.sign(func(tx *types.DynamicFeeTx) { tx.Data = []byte{1, 2, 3, 4} })), want: "has the calldata"},
		"another chain":  {file: g.file(g.sign(func(tx *types.DynamicFeeTx) { tx.ChainID = big.NewInt(1) })), want: "is for chain 1"},
		"another target": {file: g.file(g.sign(func(tx *types.DynamicFeeTx) { tx.To = &evm.Address{7} })), want: "goes to"},
		"value":          {file: g.file(g.sign(func(tx *types.DynamicFeeTx) { tx.Value = big.NewInt(1) })), want: "sends 1 wei"},
		"too early":      {file: g.file(g.sign(func(tx *types.DynamicFeeTx) { tx.Nonce++ })), want: "it waits until the account"},
		"unpaid":         {file: g.file(g.sign(func(tx *types.DynamicFeeTx) { tx.GasFeeCap = big.NewInt(1e17) })), want: "and it may take"},
		"too little gas": {file: g.file(g.sign(func(tx *types.DynamicFeeTx) { tx.Gas = 22_000 })), want: "out of gas"},
	} {
		open := c.file.open
		if c.open != nil {
			open = c.open(c.file)
		}
		o := g.advance(c.file, 0)
		out, err := g.bearer(g.client, open).carry(g.ctx, o, "a")
		if a := o.action(); err != nil || out.State != engine.Failed || a.State != incident.Gone || !strings.Contains(a.Say, c.want) || len(a.Sends) != 0 {
			t.Errorf("%s: outcome %+v, %v, said %q, want %q", name, out, err, a.Say, c.want)
		}
	}
	if g.paused() {
		t.Error("it was paused")
	}
	used := g.file(good)
	g.send(g.guardian, &evm.Address{7}, nil)
	o := g.advance(used, 0)
	if out := g.bear(o, g.client, used); out.State != engine.Failed || !strings.Contains(o.action().Say, "is used") || len(o.action().Sends) != 0 {
		t.Errorf("used: outcome %+v, action %+v", out, o.action())
	}
}

// Its nonce is used by something else after it was stored: it can never land, and nothing is signed in its place.
func TestSignedInAdvanceIsOvertaken(t *testing.T) {
	g := newGuarded(t, 20*time.Millisecond)
	f := g.file(g.sign())
	o := g.advance(f, 2)
	once := sync.OnceFunc(func() { g.send(g.guardian, &evm.Address{7}, nil) })
	out := g.bear(o, &hooked{Client: g.client, send: func([]byte) bool { once(); return false }}, f)
	if a := o.action(); out.State != engine.Failed || len(a.Sends) != 1 || !strings.Contains(a.Say, "can never land") || g.paused() {
		t.Errorf("outcome %+v, action %+v", out, a)
	}
}

// It offers less than blocks take: it waits, people read why, and nobody can offer more.
func TestSignedInAdvanceCannotOfferMore(t *testing.T) {
	g := newGuarded(t, 20*time.Millisecond)
	f := g.file(g.sign())
	o := g.advance(f, 0)
	ctx, cancel := context.WithCancel(g.ctx)
	defer cancel()
	o.after = func(op incident.Op) {
		if _, ok := op.(incident.OpWaits); ok {
			cancel()
		}
	}
	_, err := g.bearer(&hooked{Client: g.client, send: func([]byte) bool { return true }}, f.open).carry(ctx, o, "a")
	if a := o.action(); err == nil || g.ctx.Err() != nil || len(a.Sends) != 1 || !strings.Contains(a.Waits, "cannot offer more") {
		t.Fatalf("%v, action %+v", err, a)
	}
	if out := g.bear(o, g.client, f); out.State != engine.Landed || o.action().Waits != "" || !g.paused() {
		t.Errorf("outcome %+v, action %+v", out, o.action())
	}
}
