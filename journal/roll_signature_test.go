package journal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
)

// TestRollSignature: a signature counts for the list that it was made over, and for nothing else in it.
func TestRollSignature(t *testing.T) {
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	who := evm.Address(crypto.PubkeyToAddress(key.PublicKey))
	made := func() journal.Roll {
		return journal.Roll{
			At: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC), Protocols: []string{"bank", "vault"},
			Streams: []journal.Mark{{Stream: "plan/vault", Seq: 2, Hash: strings.Repeat("ab", 32)}, {Stream: "incident/1", Seq: 9, Hash: strings.Repeat("cd", 32)}},
		}
	}
	r := made()
	if signers, err := r.Signers(); err != nil || len(signers) != 0 {
		t.Errorf("unsigned it is signed by %v, %v", signers, err)
	}
	digest, err := r.Digest()
	if err != nil {
		t.Fatal(err)
	}
	sig, err := crypto.Sign(digest[:], key)
	if err != nil {
		t.Fatal(err)
	}
	sig[64] += 27
	r.Signed = []journal.RollSignature{{Signer: who, Signature: sig}}
	b, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := journal.ParseRoll(b)
	if err != nil {
		t.Fatal(err)
	}
	if signers, err := back.Signers(); err != nil || len(signers) != 1 || signers[0] != who {
		t.Errorf("it is signed by %v, %v", signers, err)
	}
	if line, err := back.Line(); err != nil || !strings.HasSuffix(line, fmt.Sprintf(" signed %s 0x%x", who.Hex(), sig)) {
		t.Errorf("the line is %s, %v", line, err)
	}
	for name, change := range map[string]func(*journal.Roll){
		"time":      func(r *journal.Roll) { r.At = r.At.Add(time.Microsecond) },
		"hash":      func(r *journal.Roll) { r.Streams[0].Hash = strings.Repeat("ac", 32) },
		"number":    func(r *journal.Roll) { r.Streams[0].Seq++ },
		"one less":  func(r *journal.Roll) { r.Streams = r.Streams[:1] },
		"protocols": func(r *journal.Roll) { r.Protocols = r.Protocols[:1] },
		"signer":    func(r *journal.Roll) { r.Signed[0].Signer[0] ^= 1 },
		"signature": func(r *journal.Roll) { r.Signed[0].Signature = r.Signed[0].Signature[1:] },
	} {
		forged := made()
		forged.Signed = []journal.RollSignature{{Signer: who, Signature: sig}}
		change(&forged)
		if signers, err := forged.Signers(); !fault.Is(err, fault.Invalid) {
			t.Errorf("with another %s it is still signed by %v, %v", name, signers, err)
		}
	}
}
