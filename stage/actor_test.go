package stage

import (
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/fault"
)

func TestPeopleSignWithDemoKeysAndActorsDoNot(t *testing.T) {
	s := start(t, Options{})
	digest := crypto.Keccak256Hash([]byte("a decision"))
	sig, err := s.Sign(t.Context(), "janet", digest)
	if err != nil || len(sig) != 65 {
		t.Fatalf("signature %x, %v", sig, err)
	}
	sig[64] -= 27
	pub, err := crypto.SigToPub(digest[:], sig)
	if err != nil {
		t.Fatal(err)
	}
	if want, err := Address("janet"); err != nil || crypto.PubkeyToAddress(*pub) != want {
		t.Errorf("signed by %s, want %s, %v", crypto.PubkeyToAddress(*pub), want, err)
	}
	for _, name := range []string{"executor", "deployer", "attacker", "operator", "copycat", "user-1"} {
		if _, err := s.Sign(t.Context(), name, digest); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s signed: %v", name, err)
		}
	}
}

func TestTheExecutorComesOutOfAKeyFile(t *testing.T) {
	s := start(t, Options{})
	path := filepath.Join(t.TempDir(), "executor.json")
	want, err := Address("executor")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if k, err := s.Executor(path); err != nil || k.Address() != want {
			t.Fatalf("executor %v, %v, want %s", k, err, want)
		}
	}
}
