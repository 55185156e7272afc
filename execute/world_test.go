package execute

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/chain"
	"tocsin/chain/devchain"
	"tocsin/chain/rpc"
	"tocsin/contracts"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/signer"
)

const chainID = 424243

var pauserRole = crypto.Keccak256Hash([]byte("PAUSER_ROLE")).Hex()

// world is a chain with a vault on it, an account that may pause it, and another that administers it.
type world struct {
	t        testing.TB
	ctx      context.Context
	node     *devchain.Chain
	client   chain.Client
	executor *ecdsa.PrivateKey
	admin    *ecdsa.PrivateKey
	vault    evm.Address
}

func key(t testing.TB, name string) *ecdsa.PrivateKey {
	t.Helper()
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte("test " + name)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func wei(n uint64) *uint256.Int { return uint256.NewInt(n) }

func address(k *ecdsa.PrivateKey) evm.Address { return crypto.PubkeyToAddress(k.PublicKey) }

func newWorld(t testing.TB, period time.Duration) *world {
	t.Helper()
	return newWorldWith(t, period, types.GenesisAlloc{})
}

// newWorldWith starts a chain that holds more than the accounts of the test.
func newWorldWith(t testing.TB, period time.Duration, alloc types.GenesisAlloc) *world {
	t.Helper()
	w := &world{t: t, executor: key(t, "executor"), admin: key(t, "admin")}
	w.begin()
	for _, k := range []*ecdsa.PrivateKey{w.executor, w.admin, key(t, "payer")} {
		alloc[address(k)] = types.Account{Balance: new(big.Int).Mul(big.NewInt(1000), big.NewInt(1e18))}
	}
	var err error
	w.node, err = devchain.Start(w.ctx, devchain.Options{ChainID: chainID, Period: period, Alloc: alloc})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.node.Close(); err != nil {
			t.Error(err)
		}
	})
	w.dial(w.node.WSURL())
	w.deploy()
	if period > 0 {
		if err := w.node.Mine(8); err != nil { // deeper than any reorganisation of the tests
			t.Fatal(err)
		}
	}
	return w
}

func (w *world) begin() {
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Minute)
	w.t.Cleanup(cancel)
	w.ctx = ctx
}

func (w *world) dial(url string) {
	w.t.Helper()
	client, err := rpc.Dial(w.ctx, rpc.Options{URL: url, ChainID: chainID, PollEvery: 10 * time.Millisecond})
	if err != nil {
		w.t.Fatal(err)
	}
	w.client = client
	w.t.Cleanup(client.Close)
}

// deploy puts the vault on the chain, which the executor may pause.
func (w *world) deploy() {
	w.t.Helper()
	c, err := contracts.Vault()
	if err != nil {
		w.t.Fatal(err)
	}
	args, err := evm.EncodeCall("f(address,address)", []string{evm.Address{1}.Hex(), address(w.admin).Hex()})
	if err != nil {
		w.t.Fatal(err)
	}
	w.vault = *w.send(w.admin, nil, append(c.Bytecode, args[4:]...)).ContractAddress
	w.role("grantRole")
}

// orphan replaces a block and all above it, and forgets their transactions. The chain may grow before it begins, so it goes a
// little deeper (newWorld puts empty blocks there) and looks whether it reached the block.
func (w *world) orphan(number uint64, hash evm.Hash) {
	w.t.Helper()
	for {
		if err := w.node.Reorg(w.ctx, int(w.node.Head().Number-number)+4, false); err != nil {
			w.t.Error(err)
			return
		}
		b, err := w.client.Block(w.ctx, number)
		if err != nil {
			w.t.Error(err)
			return
		}
		if b.Hash != hash {
			return
		}
	}
}

// send sends a transaction of an account and waits for it.
func (w *world) send(from *ecdsa.PrivateKey, to *evm.Address, data []byte) *evm.Receipt {
	w.t.Helper()
	nonce, err := w.client.Nonce(w.ctx, address(from), false)
	if err != nil {
		w.t.Fatal(err)
	}
	tx, err := types.SignNewTx(from, types.LatestSignerForChainID(big.NewInt(chainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(chainID), Nonce: nonce, To: to, Data: data, Gas: 5_000_000, GasTipCap: big.NewInt(2e9), GasFeeCap: big.NewInt(200e9),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.client.Send(w.ctx, raw); err != nil {
		w.t.Fatal(err)
	}
	var r *evm.Receipt
	err = w.client.Heads(w.ctx, func(h evm.Header) error {
		// A node shows a receipt a moment before its head moves to the block, and readings are of the head.
		if r, err = w.client.Receipt(w.ctx, tx.Hash()); err == nil && h.Number >= r.BlockNumber {
			return errDone
		}
		return nil
	})
	if !errors.Is(err, errDone) || r.Status != 1 {
		w.t.Fatalf("transaction of the test: %v %+v", err, r)
	}
	return r
}

func (w *world) call(from *ecdsa.PrivateKey, signature string, args ...string) {
	w.t.Helper()
	data, err := evm.EncodeCall(signature, args)
	if err != nil {
		w.t.Fatal(err)
	}
	w.send(from, &w.vault, data)
}

// role gives the executor the right to pause, or takes it.
func (w *world) role(function string) {
	w.t.Helper()
	w.call(w.admin, function+"(bytes32,address)", pauserRole, address(w.executor).Hex())
}

// pauseByAdmin has somebody else do what the action would.
func (w *world) pauseByAdmin() {
	w.t.Helper()
	w.call(w.admin, "grantRole(bytes32,address)", pauserRole, address(w.admin).Hex())
	w.call(w.admin, "pause()")
}

func (w *world) paused() bool {
	w.t.Helper()
	data, err := evm.EncodeCall("paused()", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := w.client.Call(w.ctx, chain.Message{To: &w.vault, Data: data}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(out) == 32 && out[31] == 1
}

func (w *world) nonce() uint64 {
	w.t.Helper()
	n, err := w.client.Nonce(w.ctx, address(w.executor), false)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) plan(confirmations uint64) *plan.Plan {
	return &plan.Plan{
		Protocol: "test", Name: "Test",
		Chains: []plan.Chain{{ID: chainID, Name: "Test", Kind: "drill", Confirmations: confirmations}},
		Assets: []plan.Asset{{ID: "vault", Name: "Vault", Kind: "contract", Chain: chainID, Address: w.vault, ABI: []string{
			"function pause()", "function paused() view returns (bool)", "error EnforcedPause()", "error AccessControlUnauthorizedAccount(address account, bytes32 neededRole)",
		}}},
		Actions: []plan.Action{{
			ID: "pause", Name: "Pause the vault", Kind: "call", Asset: "vault", Function: "pause()",
			Effect: &plan.Reading{Asset: "vault", Function: "paused() returns (bool)", Want: "true", Within: plan.Duration(time.Second)},
		}},
	}
}

// order is an incident whose action has been ordered, behind the real rules: what the engine is to an executor.
type order struct {
	mu    sync.Mutex
	plan  *plan.Plan
	state *incident.State
	id    string // of the action
	n     int
	after func(op incident.Op) // called when an op has been carried out
}

func (w *world) order(confirmations uint64, change ...func(*plan.Plan)) *order {
	w.t.Helper()
	p := w.plan(confirmations)
	for _, f := range change {
		f(p)
	}
	pr, err := action.Prepare(p, "pause")
	if err != nil {
		w.t.Fatal(err)
	}
	o := &order{plan: p, state: &incident.State{}, id: "a"}
	now := time.Now().UTC()
	for _, e := range []incident.Event{
		incident.EventOpened{ID: "i", Protocol: "test", Title: "Theft", Severity: "high", Exercise: &incident.Exercise{Scenario: "x", Chain: chainID}},
		incident.EventDecisionOpened{ID: "d", Decision: "pause", Subject: incident.Subject{Kind: incident.SubjectAction, Ref: "pause"}, Prepared: &pr, Expires: now.Add(time.Hour)},
		incident.EventDecisionSettled{Decision: "d", State: incident.Met},
		incident.EventActionOrdered{ID: "a", Action: "pause", Decision: "d", Prepared: &pr, Delivery: "i/a/1"},
	} {
		o.state.Apply(incident.Happened{Event: e, At: now})
	}
	return o
}

func (o *order) View(context.Context) (*engine.View, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return &engine.View{State: o.state.Next(), Plan: o.plan}, nil
}

func (o *order) Do(_ context.Context, op incident.Op) (*engine.View, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.run(journal.Actor{Kind: journal.Executor}, op); err != nil {
		return nil, err
	}
	if o.after != nil {
		o.after(op)
	}
	return nil, nil
}

func (o *order) run(actor journal.Actor, op incident.Op) error {
	o.n++
	now := time.Now().UTC()
	events, err := incident.Decide(o.plan, o.state, incident.Command{ID: fmt.Sprint(o.n), Actor: actor, Op: op}, now)
	if err != nil {
		return err
	}
	for _, e := range events {
		o.state.Apply(incident.Happened{Event: e, At: now, Actor: actor})
	}
	return nil
}

func (o *order) action() incident.Action {
	o.mu.Lock()
	defer o.mu.Unlock()
	return *o.state.Next().Action(o.id)
}

// carry lets an executor carry the order as often as it wants to be called again.
func (w *world) carry(o *order, client chain.Client) engine.Outcome {
	w.t.Helper()
	x := New(Options{Clients: map[uint64]chain.Client{chainID: client}, Signer: signer.Drill(w.executor)})
	for {
		out, err := x.carry(w.ctx, o, o.id)
		if err == nil && o.action().State != incident.Sent {
			return out
		}
		if w.ctx.Err() != nil {
			w.t.Fatalf("never carried out: %v, action %+v", err, o.action())
		}
	}
}

// landings counts the executor's successful transactions to the vault since a block.
func (w *world) landings(since uint64) int { return w.landingsAt(w.vault, since) }

func (w *world) head() uint64 {
	w.t.Helper()
	h, err := w.client.Head(w.ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return h.Number
}

// landingsAt counts the executor's successful transactions to a contract since a block.
func (w *world) landingsAt(to evm.Address, since uint64) int {
	w.t.Helper()
	n := 0
	for at := since + 1; at <= w.head(); at++ {
		b, err := w.client.Block(w.ctx, at)
		if err != nil {
			w.t.Fatal(err)
		}
		for i, tx := range b.Transactions {
			if tx.From == address(w.executor) && tx.To != nil && *tx.To == to && b.Receipts[i].Status == 1 {
				n++
			}
		}
	}
	return n
}

// hooked is a client that something happens around.
type hooked struct {
	chain.Client
	send    func(raw []byte) (drop bool)
	receipt func(*evm.Receipt)
}

func (h *hooked) Send(ctx context.Context, raw []byte) (evm.Hash, error) {
	if h.send != nil && h.send(raw) {
		return crypto.Keccak256Hash(raw), nil
	}
	return h.Client.Send(ctx, raw)
}

func (h *hooked) Receipt(ctx context.Context, tx evm.Hash) (*evm.Receipt, error) {
	r, err := h.Client.Receipt(ctx, tx)
	if err == nil && h.receipt != nil {
		h.receipt(r)
	}
	return r, err
}

// mortal dies at its n-th call: of the chain, or of the incident. What it was about to do is done if it dies late.
type mortal struct {
	chain.Client
	desk desk
	left int
	late bool
	kill context.CancelFunc
}

var errKilled = errors.New("killed")

func (m *mortal) step(f func() error) error {
	m.left--
	switch {
	case m.left > 0:
		return f()
	case m.left == 0 && m.late:
		_ = f() // it happened, and nobody was left to hear of it
	}
	m.kill()
	return errKilled
}

func (m *mortal) Head(ctx context.Context) (h evm.Header, err error) {
	return h, m.step(func() error { h, err = m.Client.Head(ctx); return err })
}

func (m *mortal) Call(ctx context.Context, msg chain.Message, at *uint64) (b []byte, err error) {
	return b, m.step(func() error { b, err = m.Client.Call(ctx, msg, at); return err })
}

func (m *mortal) Nonce(ctx context.Context, a evm.Address, pending bool) (n uint64, err error) {
	return n, m.step(func() error { n, err = m.Client.Nonce(ctx, a, pending); return err })
}

func (m *mortal) Balance(ctx context.Context, a evm.Address, at *uint64) (n *uint256.Int, err error) {
	return n, m.step(func() error { n, err = m.Client.Balance(ctx, a, at); return err })
}

func (m *mortal) Send(ctx context.Context, raw []byte) (h evm.Hash, err error) {
	return h, m.step(func() error { h, err = m.Client.Send(ctx, raw); return err })
}

func (m *mortal) Receipt(ctx context.Context, tx evm.Hash) (r *evm.Receipt, err error) {
	return r, m.step(func() error { r, err = m.Client.Receipt(ctx, tx); return err })
}

func (m *mortal) View(ctx context.Context) (v *engine.View, err error) {
	return v, m.step(func() error { v, err = m.desk.View(ctx); return err })
}

func (m *mortal) Do(ctx context.Context, op incident.Op) (v *engine.View, err error) {
	return v, m.step(func() error { v, err = m.desk.Do(ctx, op); return err })
}
