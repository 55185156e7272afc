package execute

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/arm"
	"tocsin/chain"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/signer"
	"tocsin/store/memory"
)

// armedPlan is the plan of the incident's stories about this world's vault, which is paused by itself.
func (w *world) armedPlan(files fstest.MapFS, edits ...string) (*plan.Plan, map[string][]byte) {
	w.t.Helper()
	b, err := os.ReadFile("../incident/testdata/plan/plan.yaml")
	if err != nil {
		w.t.Fatal(err)
	}
	text := strings.Replace(string(b), "detectors:\n", "detectors:\n  - { id: jam, name: Jam, kind: spike, mode: page, asset: vault, metric: failed_transactions, window: 1m }\n", 1)
	text = strings.Replace(text, "detectors: [odd] }", "detectors: [odd, jam] }", 1)
	text = strings.NewReplacer(append(edits,
		"31337", fmt.Sprint(chainID), "0x88bC4F6FCb5515C41D03673c039C596FA63952a9", w.vault.Hex(), "confirmations: 1", "confirmations: 0",
		"{ id: drain, name: Drain, kind: match, mode: page,", "{ id: drain, name: Drain, kind: match, mode: act, act_reason: Only a thief can do this,",
		"    quiet_for: 1m\n", "    quiet_for: 1m\n    automatic: { action: pause, detectors: [drain], decision: pause, at_most: 2 }\n",
	)...).Replace(text)
	if files == nil {
		files = fstest.MapFS{}
	}
	files["plan.yaml"] = &fstest.MapFile{Data: []byte(text)}
	p, source, err := plan.Load(files)
	if err != nil {
		w.t.Fatal(err)
	}
	return p, source.Files
}

// armPause puts a plan in force by which the vault is paused by itself, and has its approvers arm that.
func (w *world) armPause(e *engine.Engine) {
	w.t.Helper()
	p, files := w.armedPlan(nil)
	w.armPlan(e, p, files)
}

// armPlan puts a plan in force and has its approvers arm what it does by itself.
func (w *world) armPlan(e *engine.Engine, p *plan.Plan, files map[string][]byte) {
	w.t.Helper()
	ctx := w.ctx
	as := func(who string) journal.Actor { return journal.Actor{Kind: journal.Person, ID: who, Via: "session"} }
	if _, err := e.Pin(ctx, p, files); err != nil {
		w.t.Fatal(err)
	}
	test := arm.Test{Detector: "drain", Of: arm.Imprint(p, "drain"), Chain: chainID, From: 1, To: 9, Blocks: 9, Verified: true}
	if err := e.RecordTests(ctx, "small", []arm.Test{test}, as("ada")); err != nil {
		w.t.Fatal(err)
	}
	a, err := e.Arm(ctx, "small", "theft", time.Time{}, as("ada"))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, who := range []string{"ben", "cyd"} {
		k, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: " + who)))
		if err != nil {
			w.t.Fatal(err)
		}
		digest := a.Message.With(decision.Approve).Digest()
		sig, err := crypto.Sign(digest[:], k)
		if err != nil {
			w.t.Fatal(err)
		}
		if a, err = e.SignArm(ctx, "small", a.Number, decision.Approve, sig, as(who)); err != nil {
			w.t.Fatal(err)
		}
	}
	if a.State != arm.Armed {
		w.t.Fatalf("it is %q", a.State)
	}
}

// TestArmedPauseLands has a finding pause the vault before anybody has answered. Two nodes find it at the same moment, and send what follows
// at the same time: it lands once.
func TestArmedPauseLands(t *testing.T) {
	w := newWorld(t, 0)
	st := open(t)
	e, other := engine.New(engine.Options{Store: st, Node: "a"}), engine.New(engine.Options{Store: st, Node: "b"})
	w.armPause(e)
	both := func(do func(e *engine.Engine) error) {
		t.Helper()
		errs := make([]error, 2)
		var done sync.WaitGroup
		for i, e := range []*engine.Engine{e, other} {
			done.Go(func() { errs[i] = do(e) })
		}
		done.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range []*engine.Engine{e, other} {
		e.Carry(incident.DispatchAction, New(Options{Clients: map[uint64]chain.Client{chainID: w.client}, Signer: signer.Drill(w.executor), Turns: e}))
	}
	at := time.Now().UTC()
	both(func(e *engine.Engine) error {
		return e.Observe(w.ctx, engine.Observation{Protocol: "small", Chain: chainID, Findings: []incident.Finding{{
			ID: "f1", Detector: "drain", Mode: "act", Issues: []string{"theft"}, Asset: "vault", Chain: chainID, At: at, Say: "Money leaves the vault.",
		}}})
	})
	list, err := e.List(w.ctx, false)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d incidents, %v", len(list), err)
	}
	for {
		both(func(e *engine.Engine) error { return e.Step(w.ctx) })
		v, err := e.View(w.ctx, list[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(v.State.Actions) != 1 {
			t.Fatalf("ordered %+v; why not: %+v", v.State.Actions, v.State.NotActed)
		}
		if a := v.State.Actions[0]; a.State == incident.Gone {
			t.Fatal(a.Say)
		} else if a.State == incident.Verified {
			if v.State.Phase != incident.Detected || len(v.State.Answers) != 0 {
				t.Errorf("it is %s, and %v have answered", v.State.Phase, v.State.Answers)
			}
			break
		}
	}
	if !w.paused() || w.landings(0) != 1 {
		t.Errorf("paused %t, by %d transactions", w.paused(), w.landings(0))
	}
	w.failing(e, list[0].ID)
}

// failing has users' transactions to the paused vault fail: no other issue, but what follows from the pause.
func (w *world) failing(e *engine.Engine, id string) {
	w.t.Helper()
	view := func() *incident.State {
		v, err := e.View(w.ctx, id)
		if err != nil {
			w.t.Fatal(err)
		}
		return v.State
	}
	pages, landed := len(view().Pages), view().Actions[0].Landed.Block
	if err := e.Observe(w.ctx, engine.Observation{Protocol: "small", Chain: chainID, Findings: []incident.Finding{{
		ID: "jam", Detector: "jam", Mode: "page", Issues: []string{"outage"}, Asset: "vault", Chain: chainID, Block: landed + 1, At: time.Now().UTC(), Say: "Transactions fail.",
	}}}); err != nil {
		w.t.Fatal(err)
	}
	list, err := e.List(w.ctx, false)
	if err != nil || len(list) != 1 {
		w.t.Fatalf("%d incidents, %v", len(list), err)
	}
	s := view()
	if f := s.Findings[len(s.Findings)-1]; f.ID != "jam" || !strings.Contains(f.Follows, "took effect at block") || f.Worse || len(s.Pages) != pages {
		w.t.Errorf("%+v, with %d calls more", f, len(s.Pages)-pages)
	}
}

// TestArmedInAdvance has a finding send what a guardian signed in advance: once, and not at all when its nonce has been used.
func TestArmedInAdvance(t *testing.T) {
	g := newGuarded(t, 0)
	found := func(f opened) (*incident.State, *incident.Action) {
		t.Helper()
		e := engine.New(engine.Options{Store: memory.New(nil), Node: "a"})
		p, files := g.armedPlan(fstest.MapFS{"pause.age": {Data: f.sealed}}, "    kind: call\n    asset: vault\n    function: pause()", "    kind: signed-transaction\n    transaction: pause.age\n    asset: vault\n    function: pause()",
			"    quiet_for: 1m\n", "    quiet_for: 1m\n    automatic: { action: pause, detectors: [drain], decision: pause }\n")
		g.armPlan(e, p, files)
		e.Carry(incident.DispatchAction, g.bearer(g.client, f.open))
		if err := e.Observe(g.ctx, engine.Observation{Protocol: "small", Chain: chainID, Findings: []incident.Finding{{
			ID: "f1", Detector: "drain", Mode: "act", Issues: []string{"theft"}, Asset: "vault", Chain: chainID, At: time.Now().UTC(), Say: "Money leaves the vault.",
		}}}); err != nil {
			t.Fatal(err)
		}
		list, err := e.List(g.ctx, false)
		if err != nil || len(list) != 1 {
			t.Fatalf("%d incidents, %v", len(list), err)
		}
		for {
			if err := e.Step(g.ctx); err != nil {
				t.Fatal(err)
			}
			v, err := e.View(g.ctx, list[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			if len(v.State.Actions) != 1 {
				t.Fatalf("ordered %+v; why not: %+v", v.State.Actions, v.State.NotActed)
			}
			if a := &v.State.Actions[0]; a.State == incident.Gone || a.State == incident.Verified {
				return v.State, a
			}
		}
	}
	since := g.head()
	f := g.file(g.sign())
	if s, a := found(f); a.State != incident.Verified || len(s.Answers) != 0 || !g.paused() || g.borne(since) != 1 {
		t.Fatalf("%s %s, paused %t, by %d transactions", a.State, a.Say, g.paused(), g.borne(since))
	}
	g.unpause()
	since = g.head()
	if s, a := found(f); a.State != incident.Gone || len(a.Sends) != 0 || !strings.Contains(a.Say, "nonce") || g.paused() || g.borne(since) != 0 || s.Decisions[0].Armed == nil {
		t.Errorf("%s %s, paused %t, by %d transactions", a.State, a.Say, g.paused(), g.borne(since))
	}
}
