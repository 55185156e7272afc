package cli

import (
	"os"
	"testing"

	"tocsin/action/safe"
	"tocsin/chain/devchain"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	world "tocsin/internal/safe"
	"tocsin/internal/vouch"
	"tocsin/plan"
)

const vouchPlan = "../incident/testdata/vouch/plan"

// Cyd's contract wallet gave a signature, which counts once the contract confirms it on its chain.
func TestApproveByContract(t *testing.T) {
	payer := world.Keys(t, "payer", 1)[0]
	node, err := devchain.Start(t.Context(), devchain.Options{ChainID: 31337, Alloc: vouch.Alloc(t, world.Alloc(t, world.Addresses(payer)...))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = node.Close() })
	dir, change := dataFolderOf(t, vouchPlan)
	change(see(t, "d1", "drain", "page"))
	var id string
	var digest evm.Hash
	look := func() (approvals int) {
		change(func(e *engine.Engine) error {
			list, err := e.List(t.Context(), true)
			if err != nil || len(list) != 1 {
				t.Fatalf("%d incidents: %v", len(list), err)
			}
			id = list[0].ID
			v, err := e.View(t.Context(), id)
			if err != nil {
				return err
			}
			d := v.State.Decision("decision-1")
			digest, approvals = d.Message.With(decision.Approve).Digest(), len(d.Approvals)
			return nil
		})
		return approvals
	}
	look()
	approve := []string{"incident", "approve", id, "decision-1", "--signature", "0x1234", "--data", dir, "--as", "cyd"}
	tells(t, exitUnusable, approve, "no endpoint for chain 31337")
	asking := append(approve, "--endpoint", "31337="+node.URL())
	tells(t, exitNo, asking, "does not confirm this signature", "It refuses.")
	if n := look(); n != 0 {
		t.Fatalf("%d approvals", n)
	}
	s := world.Deploy(t, node.Client(), payer, safe.V141, world.Addresses(payer), 1)
	s.Send(t, payer, vouch.Address(vouch.Keeper), nil, digest[:])
	tells(t, exitFine, asking)
	if n := look(); n != 1 {
		t.Fatalf("%d approvals", n)
	}
}

// Whoever signs with passkeys alone is told where, and whoever has a key beside them is not.
func TestSignByPasskeyAlone(t *testing.T) {
	p, _, err := plan.Load(os.DirFS(vouchPlan))
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.CoreTeam {
		if x := &p.CoreTeam[i]; x.ID == "ada" {
			x.Keys = []plan.Key{vouch.NewPasskey(t, "ada", "tocsin.example.com").Key}
		}
	}
	for who, want := range map[string]bool{"ada": true, "ben": false, "cyd": false, "nobody": false, "": false} {
		if err := byPasskey(p, who); (err != nil) != want {
			t.Errorf("%s: %v", who, err)
		}
	}
	if err := byPasskey(nil, "ada"); err != nil {
		t.Error(err)
	}
}
