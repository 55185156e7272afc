package execute

import (
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/internal/vouch"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/trial"
)

var contractSignature = []byte("as the contract wants it")

// vouchedOrder is an order by an approval of ann's, who signs with a contract.
func (w *world) vouchedOrder(name string) *order {
	w.t.Helper()
	o := w.order(1, func(p *plan.Plan) {
		p.CoreTeam = []plan.Person{{
			ID: "ann", Name: "Ann", Contact: []plan.Contact{{Kind: "email", To: "ann@example.com"}},
			Keys: []plan.Key{{Kind: plan.KeyContract, Chain: chainID, Address: vouch.Address(name)}},
		}}
		p.Decisions = []plan.Decision{{ID: "pause", Name: "Pause", Required: []string{"ann"}, Actions: []string{"pause"}}}
	})
	o.state.Apply(incident.Happened{Event: incident.EventValidated{By: "ann"}, At: time.Now().UTC()})
	d := o.state.Decision("d")
	d.Message.Action, d.Message.Expires = d.Prepared.Hash, uint64(d.Expires.Unix())
	f := w.fact(o, name)
	f.Valid, f.Why = true, "" // as it was when she signed
	o.state.Apply(incident.Happened{At: time.Now().UTC(), Event: incident.EventApproval{Decision: "d", Approval: incident.Approval{
		Person: "ann", Choice: decision.Approve, Signer: f.Account, Signature: contractSignature, At: time.Now().UTC(), Fact: &f,
	}}})
	return o
}

// fact is what a contract says of the approval now.
func (w *world) fact(o *order, name string) decision.ContractFact {
	w.t.Helper()
	f, err := trial.Vouch(w.ctx, w.client, trial.Question{Account: vouch.Address(name), Digest: o.digest(), Signature: contractSignature}, time.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

func (o *order) digest() evm.Hash {
	return o.state.Decision("d").Message.With(decision.Approve).Digest()
}

// keep has the keeper vouch for a digest.
func (w *world) keep(d evm.Hash) {
	w.t.Helper()
	keeper := vouch.Address(vouch.Keeper)
	w.send(w.admin, &keeper, d[:])
}

func TestContractThatVouchesIsActedOn(t *testing.T) {
	w := newWorldWith(t, 20*time.Millisecond, vouch.Alloc(t, types.GenesisAlloc{}))
	o := w.vouchedOrder(vouch.Keeper)
	w.keep(o.digest())
	if out := w.carry(o, w.client); out.State != engine.Landed || !w.paused() {
		t.Fatalf("%+v, paused %t: %+v", out, w.paused(), o.action())
	}
}

// A contract that confirmed a signature and no longer does stops what was ordered; its giver is called, and signs again.
func TestContractChangesItsMind(t *testing.T) {
	w := newWorldWith(t, 20*time.Millisecond, vouch.Alloc(t, types.GenesisAlloc{}))
	o := w.vouchedOrder(vouch.Keeper)
	w.keep(evm.Hash{1})
	nonce := w.nonce()
	out := w.carry(o, w.client)
	if out.State != engine.Failed || !strings.Contains(out.Say, "no longer confirms what Ann signed") || w.paused() || w.nonce() != nonce {
		t.Fatalf("%+v, paused %t, nonce %d", out, w.paused(), w.nonce())
	}
	d := o.state.Decision("d")
	if d.State != incident.Open || d.Approvals[0].Void == "" || len(o.state.Pages) != 1 || o.state.Pages[0].Person != "ann" {
		t.Fatalf("the decision is %s, the approval %+v, and called are %+v", d.State, d.Approvals[0], o.state.Pages)
	}
	w.keep(o.digest())
	f := w.fact(o, vouch.Keeper)
	if err := o.run(journal.Actor{Kind: journal.Person, ID: "ann"}, incident.OpApprove{Decision: "d", Choice: decision.Approve, Signature: contractSignature, Fact: &f}); err != nil {
		t.Fatal(err)
	}
	o.id = "action-2"
	if out := w.carry(o, w.client); out.State != engine.Landed || !w.paused() || w.nonce() != nonce+1 {
		t.Fatalf("%+v, paused %t, nonce %d: %+v", out, w.paused(), w.nonce(), o.action())
	}
}

// Whatever a contract does in place of a yes, nothing is sent.
func TestContractsThatDoNotVouchStopWhatWasOrdered(t *testing.T) {
	w := newWorldWith(t, 20*time.Millisecond, vouch.Alloc(t, types.GenesisAlloc{}))
	nonce := w.nonce()
	for _, name := range vouch.Names() {
		if out := w.carry(w.vouchedOrder(name), w.client); out.State != engine.Failed || w.nonce() != nonce || w.paused() {
			t.Errorf("%s: %+v, nonce %d", name, out, w.nonce())
		}
	}
	o := w.vouchedOrder(vouch.Keeper)
	for i := range o.state.Decisions[0].Approvals {
		o.state.Decisions[0].Approvals[i].Fact.Chain = 1
	}
	if out := w.carry(o, w.client); out.State != engine.Failed || !strings.Contains(out.Say, "No endpoint for chain 1") {
		t.Errorf("a contract on a chain that nobody can ask: %+v", out)
	}
}
