package execute

import (
	"context"
	"slices"
	"strings"
	"testing"

	"tocsin/action"
	core "tocsin/action/safe"
	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/trial"
)

func (w *world) prepared(change ...func(*plan.Plan)) (*plan.Plan, action.Prepared) {
	w.t.Helper()
	p := w.plan(0)
	for _, f := range change {
		f(p)
	}
	pr, err := action.Prepare(p, "pause")
	if err != nil {
		w.t.Fatal(err)
	}
	return p, pr
}

// What an action would do is said in words before anybody signs, on chains of both kinds, and nothing changes by it.
func TestSimulate(t *testing.T) {
	ours, other := newCouncil(t, 0, core.V141), newAnvilCouncil(t, core.V141)
	for name, c := range map[string]*council{"go-ethereum": ours, "anvil": other} {
		t.Run(name, func(t *testing.T) {
			executor := address(c.executor)
			p, pr := c.prepared(c.charter)
			s, err := simulate(c.ctx, c.client, p, pr, executor)
			if err != nil || !s.Works || s.Partly || !slices.Equal(s.Changes, []string{"paused(): false → true"}) || s.Block != c.head() || c.paused() {
				t.Fatalf("a Safe's: %+v, %v", s, err)
			}
			p, pr = c.prepared()
			if s, err = simulate(c.ctx, c.client, p, pr, executor); err != nil || s.Works || !strings.Contains(s.Say, "AccessControlUnauthorizedAccount") {
				t.Errorf("without the right: %+v, %v", s, err)
			}
			c.role("grantRole")
			if s, err = simulate(c.ctx, c.client, p, pr, executor); err != nil || !s.Works || len(s.Changes) != 1 {
				t.Errorf("with the right: %+v, %v", s, err)
			}
			if s, err = simulate(c.ctx, alone{c.client}, p, pr, executor); err != nil || !s.Works || !s.Partly || s.Changes != nil {
				t.Errorf("where the endpoint cannot: %+v, %v", s, err)
			}
			wrong, pr2 := c.prepared(func(p *plan.Plan) { p.Actions[0].Effect.Want = "false" })
			if s, err = simulate(c.ctx, c.client, wrong, pr2, executor); err != nil || s.Works || !strings.Contains(s.Say, "would read true, not false") {
				t.Errorf("with an effect that will not hold: %+v, %v", s, err)
			}
			c.call(c.executor, "pause()")
			if s, err = simulate(c.ctx, c.client, p, pr, executor); err != nil || s.Works || !strings.Contains(s.Say, "EnforcedPause") {
				t.Errorf("when it is paused: %+v, %v", s, err)
			}
		})
	}
}

// alone is a client without anything but what every client has.
type alone struct{ chain.Client }

// What moves is said: the chain's own currency, and tokens by the plan's decimals.
func TestSimulateSaysWhatMoves(t *testing.T) {
	w := newWorld(t, 0)
	p, pr := w.prepared(func(p *plan.Plan) { p.Assets[0].Address, p.Actions[0].Effect = evm.Address{7}, nil })
	pr.Value = wei(25e17)
	s, err := simulate(w.ctx, w.client, p, pr, address(w.executor))
	want := "2.5 of the chain's currency from " + address(w.executor).Hex() + " to Vault (" + evm.Address{7}.Hex() + ")"
	if err != nil || !s.Works || !slices.Equal(s.Changes, []string{want}) {
		t.Errorf("%+v, %v", s, err)
	}
	pr.Kind = action.Hook
	if _, err := simulate(w.ctx, w.client, p, pr, evm.Address{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a request was tried: %v", err)
	}
}

func simulate(ctx context.Context, client chain.Client, p *plan.Plan, pr action.Prepared, from evm.Address) (trial.Simulation, error) {
	return trial.Try{Client: client, Plan: p, Action: pr, From: from}.Simulate(ctx)
}
