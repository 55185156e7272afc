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

func TestTheDetectorsSeeEveryAttackAndNothingBefore(t *testing.T) {
	p, _, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	code, err := stage.ReadSafe(os.DirFS("../internal/safe/node_modules/@safe-global/safe-contracts"))
	if err != nil {
		t.Fatalf("%v: run make needs", err)
	}
	for _, w := range stage.Worlds() {
		t.Run(w.ID, func(t *testing.T) {
			t.Parallel()
			s, err := stage.Start(t.Context(), stage.Options{World: w.ID, Period: 20 * time.Millisecond, Seed: 11, Pace: 1, Safe: code})
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
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
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
