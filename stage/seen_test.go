package stage_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"tocsin/backtest"
	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/plan"
	"tocsin/stage"
)

// more are detectors of what the worlds do, for a plan that has none of these ids.
func more() []plan.Detector {
	return []plan.Detector{
		{ID: "vault-shortfall", Name: "The vault holds less than it owes", Kind: "state", Mode: "page", Asset: "vault", Readings: map[string]plan.Reading{
			"assets": {Asset: "vault", Function: "totalAssets() returns (uint256)"}, "owed": {Asset: "vault", Function: "totalSupply() returns (uint256)"},
		}, Holds: "assets >= owed", Amount: "owed - assets", Message: "The vault holds {amount} less than it owes"},
		{
			ID: "large-loan", Name: "Large loan", Kind: "match", Mode: "page", Asset: "vault",
			Event: "Borrow(address indexed borrower, uint256 assets, uint256 debt)", Where: `event.args.assets >= u256("100000000000000000000000")`, Amount: "event.args.assets", Message: "Somebody borrowed a great deal at once",
		},
		{
			ID: "treasurer-changed", Name: "New treasurer", Kind: "match", Mode: "page", Asset: "vault",
			Event: "TreasurerChanged(address indexed previous, address indexed next)", Message: "The vault has a new treasurer",
		},
		{
			ID: "deposit-without-shares", Name: "Deposit without shares", Kind: "match", Mode: "page", Asset: "vault",
			Event: "Deposit(address indexed caller, address indexed owner, uint256 assets, uint256 shares)", Where: "event.args.shares < event.args.assets", Amount: "event.args.assets", Message: "A deposit bought fewer shares than it should",
		},
		{
			ID: "operator-added", Name: "New holder of a role", Kind: "match", Mode: "page", Asset: "vault",
			Event: "RoleGranted(bytes32 indexed role, address indexed account, address indexed sender)", Message: "Somebody was given a role in the vault",
		},
		{
			ID: "proposal-made", Name: "New proposal", Kind: "match", Mode: "page", Asset: "vault",
			Event: "Proposed(uint256 indexed id, address indexed proposer, address to, uint256 amount)", Message: "Somebody proposes a payment",
		},
	}
}

func TestTheDetectorsSeeEveryAttackAndNothingBefore(t *testing.T) {
	p, _, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range more() {
		if _, ok := p.Detector(d.ID); !ok {
			p.Detectors = append(p.Detectors, d)
		}
	}
	for _, w := range stage.Worlds() {
		t.Run(w.ID, func(t *testing.T) {
			t.Parallel()
			s, err := stage.Start(t.Context(), stage.Options{World: w.ID, Period: 20 * time.Millisecond, Seed: 11, Pace: 1})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
			c, err := rpc.Dial(t.Context(), rpc.Options{URL: s.WSEndpoint()})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(c.Close)
			begin := awaitBlock(t, c, 40) // the first ones set the stage
			if err := s.Do(t.Context(), "attack"); err != nil {
				t.Fatal(err)
			}
			first, err := s.FirstMaliciousTx(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			end := awaitBlock(t, c, first.Block+50)
			r, err := backtest.Run(t.Context(), backtest.Options{
				Plan: p, Source: backtest.NewEndpoint(c, begin-30, end, 0), AttackTx: first.Hash,
			})
			if err != nil || r.To < first.Block {
				t.Fatalf("replayed %+v, %v", r, err)
			}
			for _, n := range r.NotRun {
				if n.Kind == "match" || n.Kind == "state" {
					t.Errorf("%s was not run: %s", n.ID, n.Why)
				}
			}
			if r.Caught == nil || !*r.Caught {
				t.Error("no detector saw the attack")
			}
			for _, d := range r.Detectors {
				if d.Mode == "page" && d.First != nil && d.First.Block < first.Block {
					t.Errorf("%s pages before the attack: %+v", d.ID, d.First)
				}
			}
		})
	}
}

// awaitBlock waits for a block and tells the head then.
func awaitBlock(t *testing.T, c *rpc.Client, number uint64) (head uint64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	there := errors.New("there")
	err := c.Heads(ctx, func(h evm.Header) error {
		if head = h.Number; head >= number {
			return there
		}
		return nil
	})
	if err != there {
		t.Fatalf("await block %d: %v", number, err)
	}
	return head
}
