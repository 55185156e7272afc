package execute

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/chain"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/signer"
)

// forgetful knows of no receipt for a while, as one of several machines behind an address that lags behind the others.
type forgetful struct {
	chain.Client
	mu   sync.Mutex
	left int // lookups that find nothing
}

func (f *forgetful) Receipt(ctx context.Context, tx evm.Hash) (*evm.Receipt, error) {
	f.mu.Lock()
	f.left--
	hide := f.left >= 0
	f.mu.Unlock()
	if hide {
		return nil, fault.New(fault.NotFound, "Transaction %s is not mined.", tx)
	}
	return f.Client.Receipt(ctx, tx)
}

// repeatable makes the action one that could be sent twice: nothing shows afterwards that it was done already.
func (w *world) repeatable() func(p *plan.Plan) {
	w.t.Helper()
	w.call(w.admin, "grantRole(bytes32,address)", evm.Hash{}.Hex(), address(w.executor).Hex())
	return func(p *plan.Plan) {
		p.Assets[0].ABI = append(p.Assets[0].ABI, "function grantRole(bytes32 role, address account)")
		p.Actions[0].Function = "grantRole(bytes32,address)"
		p.Actions[0].Args = []string{pauserRole, evm.Address{5}.Hex()}
		p.Actions[0].Effect = nil
	}
}

// A nonce that is used while no receipt is found proves nothing: ours may have used it.
func TestMissingReceiptIsNoProof(t *testing.T) {
	w := newWorld(t, 20*time.Millisecond)
	for _, confirmations := range []uint64{0, 2} {
		o := w.order(confirmations, w.repeatable())
		since, nonce := w.node.Head().Number, w.nonce()
		w.carry(o, &forgetful{Client: w.client, left: 12})
		if a := o.action(); a.State != incident.Verified || len(a.Sends) != 1 || w.landings(since) != 1 || w.nonce() != nonce+1 {
			t.Errorf("%d confirmations: action %s with %d transactions, landed %d times", confirmations, a.State, len(a.Sends), w.landings(since))
		}
	}
}

// picky does not take the first transaction it is offered, because it offers too little.
type picky struct {
	chain.Client
	mu    sync.Mutex
	first evm.Hash
}

func (p *picky) Send(ctx context.Context, raw []byte) (evm.Hash, error) {
	p.mu.Lock()
	hash := hashOf(raw)
	if p.first == (evm.Hash{}) {
		p.first = hash
	}
	refuse := hash == p.first
	p.mu.Unlock()
	if refuse {
		return hash, fault.New(fault.Invalid, "The chain does not accept the transaction: max fee per gas less than block base fee.")
	}
	return p.Client.Send(ctx, raw)
}

// Fees may rise between signing and sending: what is not taken is signed again with more.
func TestRefusedForItsFeeIsRaised(t *testing.T) {
	w := newWorld(t, 10*time.Millisecond)
	o := w.order(0)
	since := w.node.Head().Number
	out := w.carry(o, &picky{Client: w.client})
	if a := o.action(); out.State != engine.Landed || a.State != incident.Verified || len(a.Sends) != 2 || w.landings(since) != 1 {
		t.Errorf("outcome %+v, action %+v", out, a)
	}
}

// mute is a client whose heads end at once, without an error.
type mute struct {
	chain.Client
	mu    sync.Mutex
	sends int
}

func (m *mute) Heads(context.Context, func(evm.Header) error) error { return nil }

func (m *mute) Send(_ context.Context, raw []byte) (evm.Hash, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sends++
	return hashOf(raw), nil
}

// Heads that end silently end the try: it comes again after a pause, and does not spin.
func TestHeadsThatEndAreNoReasonToSpin(t *testing.T) {
	w := newWorld(t, 0)
	o := w.order(0)
	m := &mute{Client: w.client}
	ctx, cancel := context.WithTimeout(w.ctx, 5*time.Minute)
	defer cancel()
	_, err := New(Options{Clients: map[uint64]chain.Client{chainID: m}, Signer: signer.Drill(w.executor)}).carry(ctx, o, "a")
	if err == nil || ctx.Err() != nil || m.sends > 3 {
		t.Errorf("%v after %d sends", err, m.sends)
	}
}

func hashOf(raw []byte) evm.Hash { return crypto.Keccak256Hash(raw) }
