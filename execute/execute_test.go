package execute

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"tocsin/chain"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/signer"
)

func TestPauseLandsOnce(t *testing.T) {
	w := newWorld(t, 0)
	o := w.order(0)
	since := w.node.Head().Number
	out := w.carry(o, w.client)
	a := o.action()
	if out.State != engine.Landed || a.State != incident.Verified || !w.paused() || w.landings(since) != 1 {
		t.Fatalf("outcome %+v, action %+v, paused %v, landed %d times", out, a, w.paused(), w.landings(since))
	}
	if a.Got != "true" || a.Landed.Status != 1 || len(a.Sends) != 1 || a.Landed.At.IsZero() {
		t.Errorf("action %+v", a)
	}
	if again := w.carry(o, w.client); again.State != engine.Landed || w.landings(since) != 1 {
		t.Errorf("carried again: %+v, landed %d times", again, w.landings(since))
	}
}

// Wherever the process dies, the next one brings the action to its end, and it lands once.
func TestKilledAnywhereItLandsOnce(t *testing.T) {
	w := newWorld(t, 0)
	for _, late := range []bool{false, true} {
		for calls := 1; ; calls++ {
			o := w.order(0)
			since, nonce := w.node.Head().Number, w.nonce()
			ctx, kill := context.WithCancel(w.ctx)
			m := &mortal{Client: w.client, desk: o, left: calls, late: late, kill: kill}
			x := New(Options{Clients: map[uint64]chain.Client{chainID: m}, Signer: signer.Drill(w.executor)})
			_, err := x.carry(ctx, m, "a")
			survived := m.left > 0
			kill()
			if !survived && err == nil {
				t.Fatalf("call %d: killed, and it says that all is well", calls)
			}
			w.carry(o, w.client)
			if a := o.action(); a.State != incident.Verified || !w.paused() || w.landings(since) != 1 || w.nonce() != nonce+1 {
				t.Fatalf("killed at call %d (late %v): action %+v, paused %v, landed %d times, %d nonces", calls, late, a, w.paused(), w.landings(since), w.nonce()-nonce)
			}
			w.call(w.executor, "unpause()")
			if survived {
				if calls < 12 {
					t.Fatalf("it takes but %d calls: something is not tried", calls)
				}
				break
			}
		}
	}
}

func TestNotNeeded(t *testing.T) {
	w := newWorld(t, 0)
	w.pauseByAdmin()
	o := w.order(0)
	nonce := w.nonce()
	if out := w.carry(o, w.client); out.State != engine.Landed || o.action().State != incident.Unneeded || w.nonce() != nonce || len(o.action().Sends) != 0 {
		t.Errorf("outcome %+v, action %+v", out, o.action())
	}
}

func TestWhatWouldFailIsNotSent(t *testing.T) {
	w := newWorld(t, 0)
	for name, c := range map[string]struct {
		before func()
		change func(*plan.Plan)
		signer signer.Signer
		state  func(*order)
		want   string
	}{
		"no right":       {before: func() { w.role("revokeRole") }, signer: signer.Drill(w.executor), want: "AccessControlUnauthorizedAccount"},
		"no key":         {want: "without a key file"},
		"another sender": {signer: signer.Drill(w.executor), change: func(p *plan.Plan) { p.Actions[0].Sender = evm.Address{9} }, want: "The plan has 0x09"},
		"poor":           {signer: signer.Drill(key(t, "poor")), before: func() { w.call(w.admin, "grantRole(bytes32,address)", pauserRole, address(key(t, "poor")).Hex()) }, want: "holds 0 wei"},
		"live chain":     {signer: signer.Drill(w.executor), change: func(p *plan.Plan) { p.Chains[0].Kind = "live" }, want: "no drill chain"},
		"late": {signer: signer.Drill(w.executor), before: func() { w.role("grantRole") }, state: func(o *order) {
			o.state.Decisions[0].Expires = time.Now().Add(-time.Minute)
		}, want: "approvals for Pause the vault have expired"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.before != nil {
				c.before()
			}
			var change []func(*plan.Plan)
			if c.change != nil {
				change = append(change, c.change)
			}
			o := w.order(0, change...)
			if c.state != nil {
				c.state(o)
			}
			x := New(Options{Clients: map[uint64]chain.Client{chainID: w.client}, Signer: c.signer})
			out, err := x.carry(w.ctx, o, "a")
			if a := o.action(); err != nil || out.State != engine.Failed || a.State != incident.Gone || !strings.Contains(a.Say, c.want) || len(a.Sends) != 0 {
				t.Errorf("outcome %+v, %v, action %+v, want %q", out, err, a, c.want)
			}
		})
	}
	if w.paused() {
		t.Error("it was paused")
	}
}

func TestFailedInItsBlock(t *testing.T) {
	w := newWorld(t, 0)
	once := sync.OnceFunc(func() { w.role("revokeRole") })
	o := w.order(0)
	out := w.carry(o, &hooked{Client: w.client, send: func([]byte) bool { once(); return false }})
	a := o.action()
	if out.State != engine.Failed || a.State != incident.Gone || a.Landed == nil || a.Landed.Status != 0 || !strings.Contains(a.Say, "AccessControlUnauthorizedAccount") {
		t.Errorf("outcome %+v, action %+v, landed %+v", out, a, a.Landed)
	}
}

// Somebody else pauses while ours is on its way: ours fails, and what was wanted holds.
func TestOvertaken(t *testing.T) {
	w := newWorld(t, 0)
	once := sync.OnceFunc(w.pauseByAdmin)
	o := w.order(0)
	out := w.carry(o, &hooked{Client: w.client, send: func([]byte) bool { once(); return false }})
	if a := o.action(); out.State != engine.Landed || a.State != incident.Verified || a.Landed.Status != 0 {
		t.Errorf("outcome %+v, action %+v", out, a)
	}
}

// reorgPeriod leaves a slow machine time to put other blocks in the place of those that are there, while more come.
const reorgPeriod = 200 * time.Millisecond

func TestReorgBeforeItIsDeepEnough(t *testing.T) {
	w := newWorld(t, reorgPeriod)
	o := w.order(3)
	var first evm.Hash
	since := w.node.Head().Number
	w.carry(o, &hooked{Client: w.client, receipt: func(r *evm.Receipt) {
		if first == (evm.Hash{}) {
			first = r.BlockHash
			w.orphan(r.BlockNumber, r.BlockHash)
		}
	}})
	a := o.action()
	if a.State != incident.Verified || a.Landed.BlockHash == first || !w.paused() || w.landings(since) != 1 || len(a.Sends) != 1 {
		t.Errorf("action %+v, landed %+v, paused %v", a, a.Landed, w.paused())
	}
}

func TestReorgAfterItLanded(t *testing.T) {
	w := newWorld(t, reorgPeriod)
	o := w.order(0)
	var orphaned incident.Landing
	unlanded := 0
	o.after = func(op incident.Op) {
		switch op := op.(type) {
		case incident.OpLanded:
			if orphaned.Block == 0 {
				orphaned = op.Landing
				w.orphan(orphaned.Block, orphaned.BlockHash)
			}
		case incident.OpUnlanded:
			unlanded++
		}
	}
	since := w.node.Head().Number
	w.carry(o, w.client)
	a := o.action()
	if a.State != incident.Verified || a.Landed.BlockHash == orphaned.BlockHash || unlanded != 1 || !w.paused() || w.landings(since) != 1 || len(a.Sends) != 1 {
		t.Errorf("action %+v, landed %+v after %+v, unlanded %d times, paused %v", a, a.Landed, orphaned, unlanded, w.paused())
	}
}

// A transaction that nobody mines is signed again with the same nonce and a higher fee.
func TestFeeIsRaised(t *testing.T) {
	w := newWorld(t, 10*time.Millisecond)
	o := w.order(0)
	var lost [32]byte
	var mu sync.Mutex
	since := w.node.Head().Number
	w.carry(o, &hooked{Client: w.client, send: func(raw []byte) bool {
		mu.Lock()
		defer mu.Unlock()
		var tx types.Transaction
		if err := tx.UnmarshalBinary(raw); err != nil {
			t.Error(err)
		}
		if lost == [32]byte{} {
			lost = tx.Hash()
		}
		return tx.Hash() == lost
	}})
	a := o.action()
	if a.State != incident.Verified || len(a.Sends) != 2 || a.Sends[0].Nonce != a.Sends[1].Nonce || w.landings(since) != 1 {
		t.Fatalf("action %+v", a)
	}
	var fees [2]*types.Transaction
	for i := range fees {
		fees[i] = new(types.Transaction)
		if err := fees[i].UnmarshalBinary(a.Sends[i].Raw); err != nil {
			t.Fatal(err)
		}
	}
	if fees[1].GasTipCapCmp(fees[0]) <= 0 || fees[1].GasFeeCapCmp(fees[0]) <= 0 {
		t.Errorf("fees went from %s/%s to %s/%s", fees[0].GasTipCap(), fees[0].GasFeeCap(), fees[1].GasTipCap(), fees[1].GasFeeCap())
	}
}

// Somebody else with the same key uses the nonce: once that is deep enough, ours is signed anew.
func TestNonceTaken(t *testing.T) {
	w := newWorld(t, 20*time.Millisecond)
	o := w.order(2)
	once := sync.OnceFunc(func() { w.send(w.executor, &evm.Address{7}, nil) })
	var void string
	o.after = func(op incident.Op) {
		if s, ok := op.(incident.OpSigned); ok && s.Void != "" {
			void = s.Void
		}
	}
	since, nonce := w.node.Head().Number, w.nonce()
	w.carry(o, &hooked{Client: w.client, send: func([]byte) bool { once(); return false }})
	a := o.action()
	if a.State != incident.Verified || !w.paused() || w.landings(since) != 1 || w.nonce() != nonce+2 || !strings.Contains(void, "was used by another transaction") {
		t.Errorf("action %+v, paused %v, %d nonces, void %q", a, w.paused(), w.nonce()-nonce, void)
	}
	if a.Landed.Tx != a.Sends[len(a.Sends)-1].Hash {
		t.Errorf("landed %s of %d sends", a.Landed.Tx, len(a.Sends))
	}
}

func TestEffectThatNeverHolds(t *testing.T) {
	w := newWorld(t, 20*time.Millisecond)
	o := w.order(0, func(p *plan.Plan) {
		p.Actions[0].Effect.Function = "totalSupply() returns (uint256)"
		p.Actions[0].Effect.Want = "5"
	})
	out := w.carry(o, w.client)
	if a := o.action(); out.State != engine.Failed || a.State != incident.Gone || !strings.Contains(a.Say, "still reads 0") || a.Landed == nil {
		t.Errorf("outcome %+v, action %+v", out, a)
	}
}
