package plan

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

// A point of P-256 in its two halves, from RFC 6979.
const (
	pointX = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
	pointY = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
)

func TestPublicKeysOfPasskeys(t *testing.T) {
	point, err := hex.DecodeString(pointX + pointY)
	if err != nil {
		t.Fatal(err)
	}
	cose := append(append(append(bytes.Clone(coseHead), point[:32]...), coseMiddle...), point[32:]...)
	key := func(public string) Key {
		return Key{Kind: KeyPasskey, Passkey: "AAECAw", Public: public, Site: "localhost"}
	}
	for name, public := range map[string]string{
		"x and y":            "0x" + pointX + pointY,
		"capitals":           "0x" + strings.ToUpper(pointX+pointY),
		"uncompressed":       "0x04" + pointX + pointY,
		"COSE":               "0x" + hex.EncodeToString(cose),
		"COSE in base64url":  base64.RawURLEncoding.EncodeToString(cose),
		"point in base64url": base64.RawURLEncoding.EncodeToString(point),
	} {
		k := key(public)
		if got := k.Point(); !bytes.Equal(got, point) || k.PublicKey() == nil || !k.Proves() {
			t.Errorf("%s: the point is %x", name, got)
		}
	}
	other := strings.Replace(pointY, "99", "98", 1)
	for name, public := range map[string]string{
		"nothing":            "",
		"no prefix":          pointX + pointY,
		"half":               "0x" + pointX,
		"compressed":         "0x02" + pointX,
		"off the curve":      "0x" + pointX + other,
		"infinity":           "0x" + strings.Repeat("00", 64),
		"longer":             "0x04" + pointX + pointY + "00",
		"COSE of other kind": "0x" + strings.Replace(hex.EncodeToString(cose), "a5010203262001", "a5010203262002", 1),
		"endless":            "0x" + strings.Repeat("00", 1<<16),
	} {
		k := key(public)
		if k.Point() != nil || k.PublicKey() != nil || k.Proves() {
			t.Errorf("%s is taken for a public key", name)
		}
		if say, do := badPublic(public); say == "" || do == "" {
			t.Errorf("%s: nothing is said of it", name)
		}
	}
	whole := key("0x" + pointX + pointY)
	for name, change := range map[string]func(*Key){
		"no id":          func(k *Key) { k.Passkey = "" },
		"no site":        func(k *Key) { k.Site = "" },
		"of an account":  func(k *Key) { k.Kind = KeyAddress },
		"of no kind":     func(k *Key) { k.Kind = "" },
		"contract alone": func(k *Key) { *k = Key{Kind: KeyContract, Address: [20]byte{1}} },
	} {
		k := whole
		change(&k)
		if k.Proves() {
			t.Errorf("%s: %+v is said to be checkable", name, k)
		}
	}
	if !(Key{Address: [20]byte{1}}).Proves() || !(Key{Kind: KeyContract, Address: [20]byte{1}, Chain: 1}).Proves() {
		t.Error("accounts and contracts cannot be checked")
	}
}

func TestSitesOfPasskeys(t *testing.T) {
	for _, good := range []string{"localhost", "tocsin.example.com", "xn--bcher-kva.example", "a.b"} {
		if say, _ := badSite(good); say != "" {
			t.Errorf("%s: %s", good, say)
		}
	}
	for _, bad := range []string{"", "com", "https://tocsin.example.com", "tocsin.example.com:8443", "tocsin.example.com/", "10.0.0.1", "[::1]", "Tocsin.Example.com", "-a.example", "a..example", ".example.com", "example.com."} {
		if say, do := badSite(bad); say == "" || do == "" {
			t.Errorf("%q is taken for a site", bad)
		}
	}
}
