package stage

import (
	"os"
	"strings"
	"testing"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

func example(t *testing.T) *plan.Plan {
	t.Helper()
	p, _, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// live is the example plan as that of a team whose contracts stand on a live chain at addresses that the stage's deployer does not give.
func live(t *testing.T) *plan.Plan {
	t.Helper()
	p := example(t)
	for i := range p.Chains {
		p.Chains[i].ID, p.Chains[i].Kind, p.Chains[i].Confirmations = 1, "live", 12
	}
	for i := range p.Assets {
		a := &p.Assets[i]
		if a.Chain == 0 {
			continue
		}
		a.Chain = 1
		a.Address[0] ^= 0xff
	}
	for i := range p.Detectors {
		if p.Detectors[i].Chain != 0 {
			p.Detectors[i].Chain = 1
		}
	}
	for i := range p.CoreTeam {
		for k := range p.CoreTeam[i].Keys {
			p.CoreTeam[i].Keys[k].Address[0] ^= 0xff
		}
	}
	return p
}

func TestEveryWorldFitsTheExamplePlanAsItStands(t *testing.T) {
	p := example(t)
	for _, w := range Worlds() {
		if err := w.Fits(p); err != nil {
			t.Errorf("%s: %v", w.ID, err)
		}
	}
	d, err := Dress(p, 0)
	if err != nil || d.Hash() != p.Hash() {
		t.Errorf("dressed, the example plan is another: %v", err)
	}
	if id := DrillChain(p); id != ChainID {
		t.Errorf("the chain's id is %d", id)
	}
}

func TestAPlanThatDoesNotFitIsToldWhy(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*plan.Plan)
		says   string
	}{
		"nothing pauses":      {func(p *plan.Plan) { p.Actions = nil }, "No action of the plan calls pause()"},
		"another function":    {func(p *plan.Plan) { pausing(p).Function = "stop()" }, "No action of the plan calls pause()"},
		"no address":          {func(p *plan.Plan) { asset(p, "vault").Address = evm.Address{} }, "no address"},
		"signed beforehand":   {func(p *plan.Plan) { pausing(p).Kind = "signed-transaction" }, "cannot sign"},
		"another effect":      {func(p *plan.Plan) { pausing(p).Effect.Function = "state() returns (uint8)" }, "not read by paused()"},
		"a Safe without home": {func(p *plan.Plan) { pausing(p).Kind, pausing(p).Safe = "safe", "app-domain" }, "The Safe of action"},
		"a Safe of nobody": {func(p *plan.Plan) {
			pausing(p).Kind, pausing(p).Safe = "safe", "husd"
			p.Decisions = nil
		}, "no owners"},
		"an actor's name": {func(p *plan.Plan) { p.CoreTeam[0].ID = "operator" }, "an actor of the stage"},
		"tiny decimals":   {func(p *plan.Plan) { asset(p, "husd").Decimals = 24 }, "24 decimals"},
		"two tokens": {func(p *plan.Plan) {
			asset(p, "vault").Holdings = nil
			other := *asset(p, "husd")
			other.ID, other.Address = "other", evm.Address{1}
			p.Assets = append(p.Assets, other)
		}, "several tokens"},
	} {
		t.Run(name, func(t *testing.T) {
			p := example(t)
			c.change(p)
			err := Worlds()[0].Fits(p)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
			if _, err := Start(t.Context(), Options{Plan: p}); err == nil {
				t.Error("the stage was set all the same")
			}
		})
	}
}

func pausing(p *plan.Plan) *plan.Action {
	for i := range p.Actions {
		if p.Actions[i].ID == "pause-vault" {
			return &p.Actions[i]
		}
	}
	return &plan.Action{}
}

func asset(p *plan.Plan, id string) *plan.Asset {
	for i := range p.Assets {
		if p.Assets[i].ID == id {
			return &p.Assets[i]
		}
	}
	return &plan.Asset{}
}

func TestAPlanOfALiveProtocolIsPlayedAtItsOwnAddressesOnAnotherChain(t *testing.T) {
	p := live(t)
	d, err := Dress(p, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Dress(p, 1); !fault.Is(err, fault.Forbidden) {
		t.Errorf("dressed for its own live chain: %v", err)
	}
	if c, ok := d.Chain(1); ok {
		t.Errorf("the live chain is still there: %+v", c)
	}
	if c, ok := d.Chain(ChainID); !ok || c.Kind != "drill" || c.Confirmations != 0 {
		t.Errorf("the drill chain is %+v", c)
	}
	janet, _ := d.Person("janet")
	if want, err := Address("janet"); err != nil || len(janet.Keys) != 1 || janet.Keys[0].Address != want {
		t.Errorf("janet signs with %+v", janet.Keys)
	}
	if p.Hash() == d.Hash() || p.Chains[0].ID != 1 {
		t.Error("the plan itself was changed")
	}
	for _, w := range []string{Default, "reentrant-vault", "oracle-moved", "stolen-key"} {
		t.Run(w, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := start(t, slowly(Options{World: w, Plan: d, Dir: dir, Seed: 1}))
			vault, _ := d.Asset("vault")
			if s.Vault != vault.Address || s.ChainID() == 1 {
				t.Fatalf("the vault is at %s of chain %d", s.Vault, s.ChainID())
			}
			if err := s.Do(t.Context(), "attack"); err != nil {
				t.Fatal(err)
			}
			await(t, s, "damage", caught(s))
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = start(t, slowly(Options{World: w, Plan: d, Dir: dir, Seed: 1}))
			pause(t, s)
			await(t, s, "the attacker giving up", s.attackOver)
			if x := truth(t, s); x.Lost.IsZero() || x.Saved.IsZero() || !x.Held {
				t.Errorf("in the end %+v", x)
			}
		})
	}
}

func TestTheTokenCountsAsThePlanSays(t *testing.T) {
	p := live(t)
	token := asset(p, "husd")
	token.Name, token.Unit, token.Decimals = "A dollar", "USD", 6
	for _, w := range []string{"inflated-shares", "oracle-moved"} {
		t.Run(w, func(t *testing.T) {
			t.Parallel()
			s := start(t, slowly(Options{World: w, Plan: p, Seed: 3}))
			if n, err := s.read(t.Context(), s.Token, nil, "decimals()"); err != nil || n.Uint64() != 6 {
				t.Fatalf("%v decimals, %v", n, err)
			}
			if err := s.Do(t.Context(), "attack"); err != nil {
				t.Fatal(err)
			}
			await(t, s, "damage", caught(s))
			pause(t, s)
			await(t, s, "the attacker giving up", s.attackOver)
			if x := truth(t, s); x.Saved.Lt(s.money(200_000)) || x.Saved.Gt(s.money(20_000_000)) || x.Lost.Gt(s.money(6_000_000)) {
				t.Errorf("in the end %+v", x)
			}
		})
	}
}

func TestAStagesChainIsNoChainOfThePlan(t *testing.T) {
	p := live(t)
	p.Chains = append(p.Chains, plan.Chain{ID: ChainID, Kind: "live"}, plan.Chain{ID: ChainID + 1})
	if id := DrillChain(p); id != ChainID+2 {
		t.Errorf("the chain's id is %d", id)
	}
	p.Chains = append(p.Chains, plan.Chain{ID: 99, Kind: "drill"})
	if id := DrillChain(p); id != 99 {
		t.Errorf("the chain's id is %d, the plan's drill chain is 99", id)
	}
}
