package execute

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/action"
	core "tocsin/action/safe"
	"tocsin/chain"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/internal/anvil"
	"tocsin/internal/safe"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/signer"
	"tocsin/trial"
)

// council is a Safe of three owners, two of whom must sign, that may pause the vault.
type council struct {
	*world
	safe   safe.Safe
	owners []*ecdsa.PrivateKey
}

// newCouncil is a council on a chain of our own.
func newCouncil(t *testing.T, period time.Duration, v core.Version) *council {
	t.Helper()
	alloc := safe.Alloc(t)
	for _, a := range safe.Addresses(safe.Keys(t, "owner", 3)...) { // who may send by themselves
		alloc[a] = types.Account{Balance: big.NewInt(1e18)}
	}
	return newWorldWith(t, period, alloc).seat(key(t, "payer"), v)
}

// newAnvilCouncil is a council on a chain that is not go-ethereum.
func newAnvilCouncil(t *testing.T, v core.Version) *council {
	t.Helper()
	w := &world{t: t}
	w.begin()
	payer := w.hex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80") // anvil's own accounts
	w.executor = w.hex("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d")
	w.admin = w.hex("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a")
	w.dial("http://" + anvil.Start(t, "--chain-id", fmt.Sprint(chainID)))
	w.deploy()
	return w.seat(payer, v)
}

func (w *world) hex(s string) *ecdsa.PrivateKey {
	w.t.Helper()
	k, err := crypto.HexToECDSA(s)
	if err != nil {
		w.t.Fatal(err)
	}
	return k
}

func (w *world) seat(payer *ecdsa.PrivateKey, v core.Version) *council {
	w.t.Helper()
	c := &council{world: w, owners: safe.Keys(w.t, "owner", 3)}
	c.safe = safe.Deploy(w.t, w.client, payer, v, safe.Addresses(c.owners...), 2)
	w.role("revokeRole")
	w.call(w.admin, "grantRole(bytes32,address)", pauserRole, c.safe.Address.Hex())
	return c
}

// plan is the plan in which the council pauses the vault: the first two owners must approve.
func (c *council) charter(p *plan.Plan) {
	p.Assets = append(p.Assets, plan.Asset{ID: "council", Name: "Council", Kind: "contract", Chain: chainID, Address: c.safe.Address})
	p.Actions[0].Kind, p.Actions[0].Safe = "safe", "council"
	for i, k := range c.owners {
		id := fmt.Sprintf("o%d", i)
		p.CoreTeam = append(p.CoreTeam, plan.Person{ID: id, Name: "Owner " + id, Keys: []plan.Key{{Address: address(k)}}})
	}
	p.Decisions = []plan.Decision{{ID: "pause", Name: "Pause the vault", Required: []string{"o0", "o1"}, Actions: []string{"pause"}}}
}

// ask opens the decision and has an executor read the Safe.
func (c *council) ask(confirmations uint64) *order {
	c.t.Helper()
	p := c.plan(confirmations)
	c.charter(p)
	pr, err := action.Prepare(p, "pause")
	if err != nil {
		c.t.Fatal(err)
	}
	o := &order{plan: p, state: &incident.State{}, id: "action-1"}
	now := time.Now().UTC()
	message := decision.Message{
		Exercise: true, Protocol: "test", Incident: "i", Decision: "pause", Subject: "action pause", Chain: chainID, Action: pr.Hash,
		Expires: uint64(now.Add(time.Hour).Unix()),
	}
	for _, e := range []incident.Event{
		incident.EventOpened{ID: "i", Protocol: "test", Title: "Theft", Severity: "high", Exercise: &incident.Exercise{Scenario: "x", Chain: chainID}},
		incident.EventValidated{By: "o0", Severity: "high"},
		incident.EventDecisionOpened{
			ID: "decision-1", Decision: "pause", Subject: incident.Subject{Kind: incident.SubjectAction, Ref: "pause"}, Message: message, Prepared: &pr, Expires: now.Add(time.Hour),
		},
	} {
		o.state.Apply(incident.Happened{Event: e, At: now})
	}
	c.look(o)
	return o
}

// look has an executor read the Safe once.
func (c *council) look(o *order) {
	c.t.Helper()
	out, err := c.executorOf(c.client).look(c.ctx, o, "decision-1")
	if err != nil {
		c.t.Fatalf("look: %+v, %v", out, err)
	}
}

func (c *council) executorOf(client chain.Client) *Executor {
	return New(Options{Clients: map[uint64]chain.Client{chainID: client}, Signer: signer.Drill(c.executor)})
}

func (c *council) decision(o *order) incident.Decision {
	v, err := o.View(c.ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	return *v.State.Decision("decision-1")
}

// sign has an owner sign what is asked.
func (c *council) sign(o *order, i int) error {
	d := c.decision(o)
	return o.as(fmt.Sprintf("o%d", i), incident.OpApprove{Decision: d.ID, Choice: decision.Approve, Signature: safe.Sign(c.t, c.owners[i], d.Safe.Hashes.Hash).Bytes})
}

// order has the first two owners sign, so that it is ordered.
func (c *council) order(confirmations uint64) *order {
	c.t.Helper()
	o := c.ask(confirmations)
	for i := range 2 {
		if err := c.sign(o, i); err != nil {
			c.t.Fatal(err)
		}
	}
	if v, err := o.View(c.ctx); err != nil || v.State.Action(o.id) == nil {
		c.t.Fatalf("nothing was ordered: %+v, %v", c.decision(o), err)
	}
	return o
}

// as carries out a command of a person.
func (o *order) as(person string, op incident.Op) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.run(journal.Actor{Kind: journal.Person, ID: person}, op)
}

// owned has two owners carry out a call of the Safe without Tocsin.
func (c *council) owned(to evm.Address, data []byte) {
	c.t.Helper()
	f := c.safe.Facts(c.t)
	tx := core.Transaction{Chain: chainID, Safe: f.Safe, Version: f.Version, To: to, Data: data, Nonce: f.Nonce}
	h, err := tx.Hashes()
	if err != nil {
		c.t.Fatal(err)
	}
	sigs, err := core.Encode([]core.Signature{safe.Sign(c.t, c.owners[1], h.Hash), safe.Sign(c.t, c.owners[2], h.Hash)})
	if err != nil {
		c.t.Fatal(err)
	}
	exec, err := tx.ExecTransaction(sigs)
	if err != nil {
		c.t.Fatal(err)
	}
	c.send(c.admin, &f.Safe, exec)
}

// revoke takes the first owner out.
func (c *council) revoke() {
	c.t.Helper()
	f := c.safe.Facts(c.t)
	gone := address(c.owners[0])
	previous := evm.Address{19: 1}
	for i, o := range f.Owners {
		if o == gone && i > 0 {
			previous = f.Owners[i-1]
		}
	}
	c.owned(f.Safe, safe.Encode(c.t, "removeOwner(address,address,uint256)", previous.Hex(), gone.Hex(), "2"))
}

func TestRealSafePauses(t *testing.T) {
	for _, v := range core.Versions() {
		t.Run(string(v), func(t *testing.T) {
			c := newCouncil(t, 0, v)
			o := c.order(0)
			since := c.head()
			out := c.carry(o, c.client)
			if a := o.action(); out.State != engine.Landed || a.State != incident.Verified || !c.paused() || c.landingsAt(c.safe.Address, since) != 1 || len(a.Sends) != 1 {
				t.Errorf("outcome %+v, action %+v, paused %v", out, a, c.paused())
			}
			if n := c.safe.Facts(t).Nonce; n != 1 {
				t.Errorf("the Safe's nonce is %d", n)
			}
		})
	}
}

func TestRealSafeOnAnvil(t *testing.T) {
	c := newAnvilCouncil(t, core.V141)
	o := c.order(0)
	since := c.head()
	out := c.carry(o, c.client)
	if a := o.action(); out.State != engine.Landed || a.State != incident.Verified || !c.paused() || c.landingsAt(c.safe.Address, since) != 1 {
		t.Errorf("outcome %+v, action %+v, paused %v", out, a, c.paused())
	}
}

// An owner is revoked after two have signed and before it is sent: it is not sent, and who is left is asked anew.
func TestRealSafeOwnerRevokedBeforeSending(t *testing.T) {
	c := newCouncil(t, 0, core.V141)
	o := c.order(0)
	nonce := c.nonce()
	c.revoke()
	out := c.carry(o, c.client)
	a, d := o.action(), c.decision(o)
	if out.State != engine.Failed || a.State != incident.Gone || len(a.Sends) != 0 || c.nonce() != nonce || c.paused() || !strings.Contains(a.Say, "lost an owner") {
		t.Fatalf("outcome %+v, action %+v", out, a)
	}
	if d.State != incident.Open || d.Safe.Number != 2 || d.Safe.Tx.Nonce != 1 {
		t.Errorf("decision %+v, asked %+v", d.State, d.Safe)
	}
	for _, x := range d.Approvals {
		if x.Void == "" {
			t.Errorf("the signature of %s still counts", x.Person)
		}
	}
	if err := c.sign(o, 0); err == nil {
		t.Error("who is no owner any more could sign")
	}
}

// The chain itself refuses what was signed before an owner was revoked, should it have been sent already.
func TestRealSafeOwnerRevokedAfterSigning(t *testing.T) {
	c := newCouncil(t, 0, core.V141)
	o := c.order(0)
	once := sync.OnceFunc(c.revoke)
	out := c.carry(o, &hooked{Client: c.client, send: func([]byte) bool { once(); return false }})
	if a := o.action(); out.State != engine.Failed || a.State != incident.Gone || a.Landed == nil || a.Landed.Status != 0 || c.paused() || !strings.Contains(a.Say, "GS026") {
		t.Errorf("outcome %+v, action %+v", out, a)
	}
}

// Another transaction takes the Safe's nonce while its owners sign: they are asked for the next one, and told.
func TestRealSafeNonceMoves(t *testing.T) {
	c := newCouncil(t, 0, core.V150)
	o := c.ask(0)
	if err := c.sign(o, 0); err != nil {
		t.Fatal(err)
	}
	c.owned(evm.Address{7}, nil)
	c.look(o)
	d := c.decision(o)
	if d.Safe.Number != 2 || d.Safe.Tx.Nonce != 1 || len(d.Approvals) != 1 || d.Approvals[0].Void == "" {
		t.Fatalf("asked %+v, approvals %+v", d.Safe, d.Approvals)
	}
	for i := range 2 {
		if err := c.sign(o, i); err != nil {
			t.Fatal(err)
		}
	}
	if out := c.carry(o, c.client); out.State != engine.Landed || !c.paused() {
		t.Errorf("outcome %+v, action %+v", out, o.action())
	}
}

// Owners pause by themselves while ours waits to be sent: it is recorded, and nothing is sent.
func TestRealSafeDoneByOthers(t *testing.T) {
	c := newCouncil(t, 0, core.V130)
	o := c.order(0)
	nonce := c.nonce()
	c.owned(c.vault, safe.Encode(t, "pause()"))
	if out := c.carry(o, c.client); out.State != engine.Landed || o.action().State != incident.Unneeded || c.nonce() != nonce {
		t.Errorf("outcome %+v, action %+v", out, o.action())
	}
}

// An owner who approves on the chain has approved.
func TestRealSafeApprovedOnChain(t *testing.T) {
	c := newCouncil(t, 0, core.V141)
	o := c.ask(0)
	owner := c.owners[1]
	c.send(owner, &c.safe.Address, safe.Encode(t, "approveHash(bytes32)", c.decision(o).Safe.Hashes.Hash.Hex()))
	if err := c.sign(o, 0); err != nil {
		t.Fatal(err)
	}
	c.look(o)
	if out := c.carry(o, c.client); out.State != engine.Landed || !c.paused() {
		t.Errorf("outcome %+v, action %+v", out, o.action())
	}
}

// What the Safe calls would fail: it is said why, in the words of the contract called.
func TestRealSafeSaysWhyItFails(t *testing.T) {
	c := newCouncil(t, 0, core.V141)
	o := c.order(0)
	c.call(c.admin, "revokeRole(bytes32,address)", pauserRole, c.safe.Address.Hex())
	out := c.carry(o, c.client)
	if a := o.action(); out.State != engine.Failed || len(a.Sends) != 0 || !strings.Contains(a.Say, "pause() on") || !strings.Contains(a.Say, "AccessControlUnauthorizedAccount") {
		t.Errorf("outcome %+v, action %+v", out, a)
	}
}

// In an exercise no Safe of a live chain is ever asked: what is signed for it would count.
func TestRealSafeNotInAnExercise(t *testing.T) {
	c := newCouncil(t, 0, core.V141)
	o := c.ask(0)
	fresh := &order{plan: o.plan, state: &incident.State{}, id: "action-1"}
	fresh.plan.Chains[0].Kind = "live"
	d := c.decision(o)
	d.Safe = nil
	for _, e := range []incident.Event{
		incident.EventOpened{ID: "i", Protocol: "test", Title: "Theft", Severity: "high", Exercise: &incident.Exercise{Scenario: "x", Chain: chainID}},
		incident.EventDecisionOpened{ID: d.ID, Decision: d.Decision, Subject: d.Subject, Message: d.Message, Prepared: d.Prepared, Expires: d.Expires},
	} {
		fresh.state.Apply(incident.Happened{Event: e, At: time.Now().UTC()})
	}
	c.look(fresh)
	if d := c.decision(fresh); d.Safe != nil || !strings.Contains(d.Unread, "no drill chain") {
		t.Errorf("asked %+v, unread %q", d.Safe, d.Unread)
	}
}

// What is no Safe is said to be none.
func TestRealSafeIsNone(t *testing.T) {
	c := newCouncil(t, 0, core.V141)
	for _, a := range []evm.Address{c.vault, {9}} {
		if _, err := trial.ReadSafe(c.ctx, c.client, a); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", a, err)
		}
	}
	if f, err := trial.ReadSafe(c.ctx, c.client, c.safe.Address); err != nil || f.MultiSend != core.MultiSends(core.V141)[0].Address || len(f.Owners) != 3 || f.Threshold != 2 {
		t.Errorf("facts %+v, %v", f, err)
	}
}
