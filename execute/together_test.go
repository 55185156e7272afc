package execute

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/action"
	"tocsin/chain"
	"tocsin/contracts"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/signer"
)

// otherVault is a second vault, which the executor may pause if it is to.
func (w *world) otherVault(may bool) evm.Address {
	w.t.Helper()
	c, err := contracts.Vault()
	if err != nil {
		w.t.Fatal(err)
	}
	args, err := evm.EncodeCall("f(address,address)", []string{evm.Address{1}.Hex(), address(w.admin).Hex()})
	if err != nil {
		w.t.Fatal(err)
	}
	other := *w.send(w.admin, nil, append(c.Bytecode, args[4:]...)).ContractAddress
	if may {
		data, err := evm.EncodeCall("grantRole(bytes32,address)", []string{pauserRole, address(w.executor).Hex()})
		if err != nil {
			w.t.Fatal(err)
		}
		w.send(w.admin, &other, data)
	}
	return other
}

// both orders, by the incident's own rules, to pause two vaults at once.
func (w *world) both(other evm.Address) *order {
	w.t.Helper()
	p := w.plan(0)
	second := p.Assets[0]
	second.ID, second.Name, second.Address = "other", "Other vault", other
	p.Assets = append(p.Assets, second)
	effect := *p.Actions[0].Effect
	effect.Asset = "other"
	p.Actions = append(p.Actions,
		plan.Action{ID: "pause-other", Name: "Pause the other vault", Kind: "call", Asset: "other", Function: "pause()", Effect: &effect},
		plan.Action{ID: "both", Name: "Pause both", Kind: "together", Together: []string{"pause", "pause-other"}})
	p.Decisions = []plan.Decision{{ID: "pause", Name: "Pause", Actions: []string{"both"}}}
	p.Procedures = []plan.Procedure{{ID: "stop", Steps: []plan.Step{{ID: "halt", Name: "Halt", Purpose: "halt", Action: "both", Decision: "pause"}}}}
	pr, err := action.Prepare(p, "both")
	if err != nil {
		w.t.Fatal(err)
	}
	o := &order{plan: p, state: &incident.State{}}
	now := time.Now().UTC()
	subject := incident.Subject{Kind: incident.SubjectAction, Ref: "both", Step: "halt"}
	for _, e := range []incident.Event{
		incident.EventOpened{ID: "i", Protocol: "test", Title: "Theft", Severity: "high", Exercise: &incident.Exercise{Scenario: "x", Chain: chainID}},
		incident.EventProcedureBegun{Procedure: "stop"},
		incident.EventValidated{By: "o0", Severity: "high"},
		incident.EventDecisionOpened{ID: "d", Decision: "pause", Subject: subject, Message: decision.Message{Incident: "i"}, Prepared: &pr, Expires: now.Add(time.Hour)},
		incident.EventDecisionSettled{Decision: "d", State: incident.Met},
	} {
		o.state.Apply(incident.Happened{Event: e, At: now})
	}
	if err := o.run(journal.Actor{Kind: journal.Clock}, incident.OpTick{}); err != nil {
		w.t.Fatal(err)
	}
	if len(o.state.Actions) != 2 {
		w.t.Fatalf("ordered: %+v", o.state.Actions)
	}
	return o
}

// carryAll has so many nodes carry all actions of an order at once.
func (w *world) carryAll(o *order, nodes int, client chain.Client) {
	w.t.Helper()
	l := &turns{}
	var all sync.WaitGroup
	for range nodes {
		x := New(Options{Clients: map[uint64]chain.Client{chainID: client}, Signer: signer.Drill(w.executor), Turns: l})
		for _, id := range []string{"action-1", "action-2"} {
			all.Go(func() {
				for w.ctx.Err() == nil {
					v, err := o.View(w.ctx)
					if err != nil {
						w.t.Error(err)
						return
					}
					if out, err := x.carry(w.ctx, o, id); err == nil && v.State.Action(id) != nil && (out.State == engine.Landed || out.State == engine.Failed) {
						return
					}
				}
			})
		}
	}
	all.Wait()
}

// Two actions that start together land once each, by two nodes at once, and told lies.
func TestTogetherLandOnceEach(t *testing.T) {
	w := newWorld(t, 20*time.Millisecond)
	other := w.otherVault(true)
	for name, client := range map[string]chain.Client{"plainly": w.client, "told lies": &liar{Client: w.client, left: 12}} {
		o, since, nonce := w.both(other), w.head(), w.nonce()
		w.carryAll(o, 2, client)
		for _, id := range []string{"action-1", "action-2"} {
			o.id = id
			if a := o.action(); a.State != incident.Verified || len(a.Sends) == 0 {
				t.Fatalf("%s: action %+v", name, a)
			}
		}
		if w.landings(since) != 1 || w.landingsAt(other, since) != 1 || w.nonce() != nonce+2 {
			t.Errorf("%s: landed %d and %d times, with %d nonces", name, w.landings(since), w.landingsAt(other, since), w.nonce()-nonce)
		}
		if st := o.state.Step("halt"); st.State != incident.Done {
			t.Errorf("%s: the step is %q", name, st.State)
		}
		unpause := crypto.Keccak256([]byte("unpause()"))[:4]
		w.send(w.executor, &w.vault, unpause)
		w.send(w.executor, &other, unpause)
	}
}

// One of them fails: the other has its effect all the same, and the step says which failed.
func TestTogetherOneFails(t *testing.T) {
	w := newWorld(t, 20*time.Millisecond)
	other := w.otherVault(false)
	o, since := w.both(other), w.head()
	w.carryAll(o, 1, w.client)
	st := o.state.Step("halt")
	if !w.paused() || w.landings(since) != 1 || w.landingsAt(other, since) != 0 || st.State != incident.Failed {
		t.Fatalf("paused %v, landed %d and %d times, step %+v", w.paused(), w.landings(since), w.landingsAt(other, since), st)
	}
	if note := string(st.Note); !strings.Contains(note, "Pause the vault: Done") || !strings.Contains(note, "Pause the other vault: It failed") || !strings.Contains(note, "AccessControl") {
		t.Errorf("it says %q", note)
	}
}
