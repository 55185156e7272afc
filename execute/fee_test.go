package execute

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/signer"
)

func decoded(t *testing.T, tx incident.Transaction) *types.Transaction {
	t.Helper()
	x := new(types.Transaction)
	if err := x.UnmarshalBinary(tx.Raw); err != nil {
		t.Fatal(err)
	}
	return x
}

// What an action offers never exceeds what the plan allows for it, however often it is raised.
func TestFeeIsBoundedByThePlan(t *testing.T) {
	w := newWorld(t, 10*time.Millisecond)
	const most = 1 // gwei
	o := w.order(0, func(p *plan.Plan) { p.Actions[0].MaxFee, p.Actions[0].Urgency = most, "emergency" })
	var mu sync.Mutex
	waits := ""
	o.after = func(op incident.Op) {
		mu.Lock()
		defer mu.Unlock()
		if op, ok := op.(incident.OpWaits); ok {
			waits = op.Why
		}
	}
	w.carry(o, &hooked{Client: w.client, send: func([]byte) bool {
		mu.Lock()
		defer mu.Unlock()
		return waits == "" // all are lost until it may not be raised any more
	}})
	a := o.action()
	if a.State != incident.Verified {
		t.Fatalf("action %+v", a)
	}
	if !strings.Contains(waits, "the plan lets it offer at most 1") || a.Waits != "" {
		t.Errorf("people read %q, and now %q", waits, a.Waits)
	}
	limit := new(uint256.Int).Mul(uint256.NewInt(most), uint256.NewInt(weiPerGwei)).ToBig()
	for _, s := range a.Sends {
		if x := decoded(t, s); x.GasFeeCap().Cmp(limit) > 0 || x.GasTipCap().Cmp(x.GasFeeCap()) > 0 {
			t.Errorf("offers %s, tip %s: more than %s", x.GasFeeCap(), x.GasTipCap(), limit)
		}
	}
}

// An account that cannot pay for the room that an urgent action wants offers what it has, as long as that can be mined.
func TestPoorAccountOffersWhatItHas(t *testing.T) {
	w := newWorld(t, 0)
	fee, err := chain.FeeFor(w.ctx, w.client, chain.Emergency)
	if err != nil {
		t.Fatal(err)
	}
	o := w.order(0, func(p *plan.Plan) { p.Actions[0].Urgency = "emergency" })
	const gas = 100_000
	head, err := w.client.Head(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	enough := least(head.BaseFee, fee.Tip)
	for name, c := range map[string]struct {
		has *uint256.Int
		ok  bool
	}{
		"just enough":     {new(uint256.Int).Mul(enough, uint256.NewInt(gas)), true},
		"not even enough": {new(uint256.Int).SubUint64(new(uint256.Int).Mul(enough, uint256.NewInt(gas)), gas), false},
		"plenty":          {new(uint256.Int).Mul(fee.Cap, uint256.NewInt(gas)), true},
	} {
		v, err := o.View(w.ctx)
		if err != nil {
			t.Fatal(err)
		}
		k := &work{Executor: New(Options{}), view: v, action: v.State.Action("a"), client: purse{w.client, c.has}}
		got, err := k.afford(w.ctx, address(w.executor), gas, fee)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if c.ok && (new(uint256.Int).Mul(got.Cap, uint256.NewInt(gas)).Gt(c.has) || got.Tip.Gt(got.Cap)) {
			t.Errorf("%s: offers %s of %s", name, got.Cap, c.has)
		}
	}
}

// purse says of every account that it holds so much.
type purse struct {
	chain.Client
	has *uint256.Int
}

func (p purse) Balance(context.Context, evm.Address, *uint64) (*uint256.Int, error) {
	return p.has, nil
}

// relay remembers what it was given, and passes it on or not.
type relay struct {
	mu   sync.Mutex
	got  int
	to   chain.Client // nil: it keeps what it gets
	fail error
}

func (r *relay) Send(ctx context.Context, raw []byte) (evm.Hash, error) {
	r.mu.Lock()
	r.got++
	r.mu.Unlock()
	if r.fail != nil {
		return evm.Hash{}, r.fail
	}
	if r.to == nil {
		return hashOf(raw), nil
	}
	return r.to.Send(ctx, raw)
}

// Private actions go to the relay first; a relay that fails, or that nothing comes of, keeps nothing back.
func TestPrivateRelayFirst(t *testing.T) {
	w := newWorld(t, 20*time.Millisecond)
	for _, c := range []struct {
		name    string
		private bool
		relay   *relay
		open    bool // everybody got it, too
		asked   bool // the relay got it
	}{
		{"it lands by the relay", true, &relay{to: w.client}, false, true},
		{"the relay loses it", true, &relay{}, true, true},
		{"the relay fails", true, &relay{fail: fault.New(fault.Unavailable, "It does not answer.")}, true, true},
		{"not private", false, &relay{to: w.client}, true, false},
	} {
		o := w.order(0, func(p *plan.Plan) { p.Actions[0].Private = c.private })
		var mu sync.Mutex
		open := 0
		h := &hooked{Client: w.client, send: func([]byte) bool { mu.Lock(); defer mu.Unlock(); open++; return false }}
		x := New(Options{Clients: map[uint64]chain.Client{chainID: h}, Relays: map[uint64]Relay{chainID: c.relay}, Signer: signer.Drill(w.executor)})
		since := w.node.Head().Number
		out, err := x.carry(w.ctx, o, "a")
		if a := o.action(); err != nil || out.State != engine.Landed || a.State != incident.Verified || w.landings(since) != 1 {
			t.Fatalf("%s: %+v, %v, action %+v", c.name, out, err, a)
		}
		if (open > 0) != c.open || (c.relay.got > 0) != c.asked {
			t.Errorf("%s: everybody got it %d times, the relay %d times", c.name, open, c.relay.got)
		}
		w.call(w.executor, "unpause()")
	}
}

// Of the urgencies, each offers at least as much as the one below, and waits no longer.
func TestUrgencies(t *testing.T) {
	w := newWorld(t, 0)
	var last chain.Fee
	var waits patience
	for i, name := range []string{"normal", "high", "emergency"} {
		u := chain.ParseUrgency(name)
		fee, err := chain.FeeFor(w.ctx, w.client, u)
		if err != nil {
			t.Fatal(err)
		}
		p := patienceOf(u)
		if i > 0 && (!fee.Cap.Gt(last.Cap) || fee.Tip.Lt(last.Tip) || p.raise >= waits.raise || p.seconds >= waits.seconds) {
			t.Errorf("%s offers %s/%s and waits %+v, after %s/%s and %+v", name, fee.Tip, fee.Cap, p, last.Tip, last.Cap, waits)
		}
		last, waits = fee, p
	}
	if chain.ParseUrgency("") != chain.High {
		t.Error("an action without an urgency is not highly urgent")
	}
}
