package vouch

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/plan"
)

// Passkey is a passkey that is the same at each call for the same name. Anybody can make it: it is for tests alone.
type Passkey struct {
	Key    plan.Key // as it stands in a plan
	secret *ecdsa.PrivateKey
}

// NewPasskey makes the passkey of a name for a site.
func NewPasskey(t testing.TB, name, site string) Passkey {
	t.Helper()
	seed := evm.Keccak([]byte("tocsin demo passkey: " + name))
	seed[0] = 1 // below the order of the group
	secret, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:])
	if err != nil {
		t.Fatal(err)
	}
	point, err := secret.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return Passkey{secret: secret, Key: plan.Key{
		Kind: plan.KeyPasskey, Passkey: base64.RawURLEncoding.EncodeToString([]byte("passkey of " + name)), Public: fmt.Sprintf("0x%x", point[1:]), Site: site,
	}}
}

// Sign is what a browser hands out when the passkey signs a digest on a page of its site.
func (p Passkey) Sign(t testing.TB, digest evm.Hash) []byte {
	t.Helper()
	client, err := json.Marshal(map[string]any{
		"type": "webauthn.get", "challenge": base64.RawURLEncoding.EncodeToString(digest[:]), "origin": "https://" + p.Key.Site, "crossOrigin": false,
	})
	if err != nil {
		t.Fatal(err)
	}
	site := sha256.Sum256([]byte(p.Key.Site))
	authenticator := append(bytes.Clone(site[:]), 0x1d, 0, 0, 0, 0)
	said := sha256.Sum256(client)
	hash := sha256.Sum256(append(bytes.Clone(authenticator), said[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, p.secret, hash[:])
	if err != nil {
		t.Fatal(err)
	}
	return decision.Assertion{Credential: p.Key.Passkey, Authenticator: authenticator, Client: client, Signature: sig}.Bytes()
}
