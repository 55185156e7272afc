package action_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/action"
	world "tocsin/internal/safe"
)

func TestStatus(t *testing.T) {
	now := time.Date(2026, 11, 3, 4, 0, 0, 0, time.UTC)
	s := action.Status{Protocol: "harbour", Sequence: 7, State: action.StatusMaintenance, Message: "We paused <everything>.", Issued: now, Expires: now.Add(time.Hour)}
	payload, err := s.Bytes()
	if want := `{"protocol":"harbour","exercise":false,"sequence":7,"state":"maintenance","message":"We paused <everything>.","issued":"2026-11-03T04:00:00Z","expires":"2026-11-03T05:00:00Z"}`; string(payload) != want || err != nil {
		t.Fatalf("%s, %v; want %s", payload, err, want)
	}
	seed := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	pub := base64.StdEncoding.EncodeToString(seed.Public().(ed25519.PublicKey))
	account := world.Keys(t, "status", 1)[0]
	address := world.Addresses(account)[0].Hex()
	byAccount := func(payload []byte) string {
		h := action.StatusDigest(payload)
		sig, err := crypto.Sign(h[:], account)
		if err != nil {
			t.Fatal(err)
		}
		return hexutil.Encode(sig)
	}
	keys := action.StatusKeys{pub: action.Ed25519, address: action.EIP191}
	file := func(change func(*action.SignedStatus)) []byte {
		f := action.SignedStatus{Payload: string(payload), Algorithm: action.Ed25519, Key: pub, Signature: base64.StdEncoding.EncodeToString(ed25519.Sign(seed, payload))}
		change(&f)
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	byEIP191 := func(f *action.SignedStatus) {
		f.Algorithm, f.Key, f.Signature = action.EIP191, address, byAccount(payload)
	}
	for name, b := range map[string][]byte{"ed25519": file(func(*action.SignedStatus) {}), "eip191": file(byEIP191)} {
		if got, err := action.VerifyStatus(b, keys, "harbour", 7, now.Add(time.Minute)); err != nil || got != s {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		for why, check := range map[string]func() error{
			"another protocol": func() error { _, err := action.VerifyStatus(b, keys, "other", 7, now); return err },
			"an older one":     func() error { _, err := action.VerifyStatus(b, keys, "harbour", 8, now); return err },
			"expired":          func() error { _, err := action.VerifyStatus(b, keys, "harbour", 0, now.Add(time.Hour)); return err },
			"not yet":          func() error { _, err := action.VerifyStatus(b, keys, "harbour", 0, now.Add(-time.Hour)); return err },
			"no key believed":  func() error { _, err := action.VerifyStatus(b, nil, "harbour", 0, now); return err },
		} {
			if check() == nil {
				t.Errorf("%s: %s is accepted", name, why)
			}
		}
	}
	for name, change := range map[string]func(*action.SignedStatus){
		"payload":        func(f *action.SignedStatus) { f.Payload = strings.Replace(f.Payload, "maintenance", "ok", 1) },
		"signature":      func(f *action.SignedStatus) { f.Signature = "AA==" },
		"algorithm":      func(f *action.SignedStatus) { f.Algorithm = "none" },
		"another key":    func(f *action.SignedStatus) { f.Key = address },
		"eip191 payload": func(f *action.SignedStatus) { byEIP191(f); f.Payload += " " },
		"eip191 garbage": func(f *action.SignedStatus) { byEIP191(f); f.Signature = "0x12" },
	} {
		if got, err := action.VerifyStatus(file(change), keys, "harbour", 0, now); err == nil {
			t.Errorf("another %s is accepted: %+v", name, got)
		}
	}
	s.State = "fine"
	if _, err := s.Bytes(); err == nil {
		t.Error("a state that nobody knows is written")
	}
}
