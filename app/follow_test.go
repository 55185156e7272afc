package app

import (
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/decision"
	"tocsin/engine"
	"tocsin/examples"
	"tocsin/plan"
	"tocsin/stage"
)

// A running server goes on by the plan that is adopted: what only the newer plan watches for opens an incident, under it.
func TestFollowsThePlanAdopted(t *testing.T) {
	world, err := stage.Start(t.Context(), stage.Options{Period: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	s := serve(t, func(o *ServeOptions) {
		o.Endpoints = map[uint64][]string{vaultChain: {world.WSEndpoint()}}
	})
	newer, src, err := plan.Load(examples.Vault())
	if err != nil {
		t.Fatal(err)
	}
	newer.Version = "2.0"
	for i := range newer.Detectors {
		if d := &newer.Detectors[i]; d.ID == "unauthorised-withdrawal" { // ordinary traffic sets it off
			d.Event, d.Where, d.Amount = "", "", ""
			d.Transaction = true
		}
	}
	list, err := s.desk.Engine.List(t.Context(), false)
	if err != nil || len(list) > 0 {
		t.Fatalf("%d incidents before, %v", len(list), err)
	}
	x, err := s.desk.Engine.Propose(t.Context(), engine.PlanProposal{Plan: newer, Files: src.Files, Summary: "Test"})
	if err != nil {
		t.Fatal(err)
	}
	digest := x.Adoption.Message.With(decision.Approve).Digest()
	for _, person := range []string{"carmen", "oscar", "janet"} {
		key, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: " + person)))
		if err != nil {
			t.Fatal(err)
		}
		sig, err := crypto.Sign(digest[:], key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.desk.Engine.Answer(t.Context(), newer.Protocol, x.ID, decision.Approve, sig); err != nil {
			t.Fatal(err)
		}
	}
	s.eventually("an incident by the newer plan", func() bool {
		list, err := s.desk.Engine.List(t.Context(), true)
		return err == nil && len(list) > 0
	})
	if list, err = s.desk.Engine.List(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	v, err := s.desk.Engine.View(t.Context(), list[0].ID)
	if err != nil || v.Plan.Hash() != newer.Hash() {
		t.Errorf("it runs under another plan, %v", err)
	}
}
