package trial_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/action/safe"
	"tocsin/chain/devchain"
	"tocsin/evm"
	world "tocsin/internal/safe"
	"tocsin/internal/vouch"
	"tocsin/trial"
)

var asked = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestContractsVouch(t *testing.T) {
	payer := world.Keys(t, "payer", 1)[0]
	c, err := devchain.Start(t.Context(), devchain.Options{ChainID: 31337, Alloc: vouch.Alloc(t, world.Alloc(t, world.Addresses(payer)...))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	digest := evm.Keccak([]byte("digest"))
	ask := func(name string) (valid bool, why string) {
		t.Helper()
		f, err := trial.Vouch(t.Context(), c.Client(), trial.Question{Account: vouch.Address(name), Digest: digest, Signature: []byte("sig")}, asked)
		if err != nil {
			t.Fatal(err)
		}
		head, err := c.Client().Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if f.Chain != 31337 || f.Account != vouch.Address(name) || f.Digest != digest || f.Signature != evm.Keccak([]byte("sig")) || f.Block != head.Number || f.BlockHash != head.Hash || !f.At.Equal(asked) {
			t.Errorf("%s: what was asked is not what is said: %+v", name, f)
		}
		if f.Valid != (f.Why == "") {
			t.Errorf("%s: valid %t, because %q", name, f.Valid, f.Why)
		}
		return f.Valid, f.Why
	}
	for name, say := range map[string]string{
		vouch.Yes: "what nobody signed", vouch.Reverts: "It refuses.", vouch.Rubbish: "something else than a yes", vouch.Short: "something else than a yes",
		vouch.Silent: "does not answer", vouch.Burns: "no end", vouch.Invalid: "cannot be asked", vouch.Nobody: "does not answer", vouch.Keeper: "It refuses.",
	} {
		if valid, why := ask(name); valid || !strings.Contains(why, say) {
			t.Errorf("%s: %t, %q", name, valid, why)
		}
	}
	set := func(d evm.Hash) {
		s := world.Deploy(t, c.Client(), payer, safe.V141, world.Addresses(payer), 1)
		s.Send(t, payer, vouch.Address(vouch.Keeper), nil, d[:])
	}
	set(digest)
	if valid, why := ask(vouch.Keeper); !valid {
		t.Errorf("what it holds: %q", why)
	}
	set(evm.Hash{1})
	if valid, _ := ask(vouch.Keeper); valid {
		t.Error("it changed its mind, and is said to vouch")
	}
}

// TestRealSafeVouches asks a Safe, as a wallet of its own and as an owner of another Safe.
func TestRealSafeVouches(t *testing.T) {
	payer, owner := world.Keys(t, "payer", 1)[0], world.Keys(t, "owner", 2)
	c, err := devchain.Start(t.Context(), devchain.Options{ChainID: 31337, Alloc: world.Alloc(t, world.Addresses(payer)...)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	typeHash := evm.Keccak([]byte("SafeMessage(bytes message)"))
	for _, v := range safe.Versions() {
		t.Run(string(v), func(t *testing.T) {
			wallet := world.Deploy(t, c.Client(), payer, v, world.Addresses(owner[0]), 1)
			domain := wallet.Call(t, wallet.Address, world.Encode(t, "domainSeparator()"))
			signed := func(who int, said []byte) []byte {
				message := crypto.Keccak256(typeHash[:], crypto.Keccak256(said))
				return world.Sign(t, owner[who], crypto.Keccak256Hash([]byte{0x19, 0x01}, domain, message)).Bytes
			}
			vouches := func(q trial.Question) bool {
				t.Helper()
				f, err := trial.Vouch(t.Context(), c.Client(), q, asked)
				if err != nil {
					t.Fatal(err)
				}
				return f.Valid
			}
			digest := evm.Keccak([]byte("message"))
			if !vouches(trial.Question{Account: wallet.Address, Digest: digest, Signature: signed(0, digest[:])}) {
				t.Error("it does not vouch for its owner's signature")
			}
			if vouches(trial.Question{Account: wallet.Address, Digest: digest, Signature: signed(1, digest[:])}) {
				t.Error("it vouches for a stranger's signature")
			}
			tx := safe.Transaction{Chain: 31337, Safe: evm.Address{1}, Version: v, To: evm.Address{2}}
			q, err := trial.SafeQuestion(tx, wallet.Address, nil)
			if err != nil {
				t.Fatal(err)
			}
			said := q.Said
			if v == safe.V150 {
				said = q.Digest[:]
			}
			if q.Signature = signed(0, said); !vouches(q) {
				t.Error("as an owner it does not vouch for what it signed")
			}
			if q.Signature = signed(1, said); vouches(q) {
				t.Error("as an owner it vouches for a stranger's signature")
			}
		})
	}
}
