package stage

import (
	"os"
	"testing"

	"tocsin/action/safe"
	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

const safePackage = "../internal/safe/node_modules/@safe-global/safe-contracts"

func TestThePausingSafeIsThePlansOwn(t *testing.T) {
	p := live(t)
	p.Assets = append(p.Assets, plan.Asset{ID: "safe", Name: "Safe", Kind: "contract", Chain: 1, Address: evm.Address{0x5a, 0xfe}})
	pausing(p).Kind, pausing(p).Safe = "safe", "safe"
	d, err := Dress(p, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Options{Plan: d}); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("without the Safe's contracts: %v", err)
	}
	code := safeCode(t)
	s := start(t, slowly(Options{World: "reentrant-vault", Plan: d, Safe: code, Seed: 1}))
	f := facts(t, s, evm.Address{0x5a, 0xfe})
	want := map[evm.Address]string{}
	for _, id := range []string{"carmen", "oscar", "anton", "bella"} {
		a, err := Address(id)
		if err != nil {
			t.Fatal(err)
		}
		want[a] = id
	}
	if f.Threshold != 2 || len(f.Owners) != len(want) {
		t.Fatalf("the Safe wants %d of %v", f.Threshold, f.Owners)
	}
	for _, o := range f.Owners {
		if want[o] == "" {
			t.Errorf("%s owns the Safe", o)
		}
	}

	if err := s.Do(t.Context(), "attack"); err != nil {
		t.Fatal(err)
	}
	await(t, s, "damage", caught(s))
	c, err := on(s.Vault, "pause()")
	if err != nil {
		t.Fatal(err)
	}
	tx := safe.Transaction{Chain: s.ChainID(), Safe: f.Safe, Version: f.Version, To: s.Vault, Data: c.data, Nonce: f.Nonce}
	hashes, err := tx.Hashes()
	if err != nil {
		t.Fatal(err)
	}
	var list []safe.Signature
	for _, id := range []string{"carmen", "oscar"} {
		sig, err := s.Sign(t.Context(), id, hashes.Hash)
		if err != nil {
			t.Fatal(err)
		}
		one, err := safe.ByAccount(hashes.Hash, sig)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, one)
	}
	signatures, err := safe.Encode(list)
	if err != nil {
		t.Fatal(err)
	}
	data, err := tx.ExecTransaction(signatures)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.users[0].send(t.Context(), call{to: &f.Safe, data: data}); err != nil {
		t.Fatal(err)
	}
	await(t, s, "the attacker giving up", s.attackOver)
	if paused, err := s.Paused(t.Context()); err != nil || !paused {
		t.Errorf("paused %v, %v", paused, err)
	}
}

// safeCode is the code of a Safe's contracts.
func safeCode(t *testing.T) *SafeCode {
	t.Helper()
	code, err := ReadSafe(os.DirFS(safePackage))
	if err != nil {
		t.Fatalf("%v: run make needs", err)
	}
	return code
}

func facts(t *testing.T, s *Stage, at evm.Address) safe.Facts {
	t.Helper()
	head, err := s.client.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var answers [][]byte
	for _, q := range safe.Questions(at) {
		out, err := s.client.Call(t.Context(), chain.Message{To: &q.To, Data: q.Data}, &head.Number)
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, out)
	}
	f, err := safe.FactsOf(s.ChainID(), at, head.Number, head.Hash, answers)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAFolderWithoutASafeIsSaid(t *testing.T) {
	if _, err := Start(t.Context(), Options{World: "blind-signed-safe"}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
	w, err := Named("blind-signed-safe")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Playable(example(t), nil); !fault.Is(err, fault.Unavailable) {
		t.Errorf("without the contracts it can be played: %v", err)
	}
	if err := w.Playable(example(t), safeCode(t)); err != nil {
		t.Errorf("with them it cannot: %v", err)
	}
	if _, err := ReadSafe(os.DirFS(t.TempDir())); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v, want not found", err)
	}
}
