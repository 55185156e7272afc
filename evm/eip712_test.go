package evm

import (
	"bytes"
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"
	"github.com/holiman/uint256"
)

// mail is the example of EIP-712.
const mail = `{
	"types": {
		"EIP712Domain": [{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],
		"Person": [{"name":"name","type":"string"},{"name":"wallet","type":"address"}],
		"Mail": [{"name":"from","type":"Person"},{"name":"to","type":"Person"},{"name":"contents","type":"string"}]
	},
	"primaryType": "Mail",
	"domain": {"name":"Ether Mail","version":"1","chainId":1,"verifyingContract":"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"},
	"message": {
		"from": {"name":"Cow","wallet":"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
		"to": {"name":"Bob","wallet":"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
		"contents": "Hello, Bob!"
	}
}`

func readTyped(t *testing.T, s string) TypedData {
	t.Helper()
	var d TypedData
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	if err := dec.Decode(&d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTypedDataHashOfTheStandard(t *testing.T) {
	h, err := readTyped(t, mail).Hash()
	if want := "0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"; err != nil || h.Hex() != want {
		t.Errorf("%v, %v; want %s", h, err, want)
	}
}

func TestTypedDataHashAgreesWithGoEthereum(t *testing.T) {
	const order = `{
		"types": {
			"EIP712Domain": [{"name":"name","type":"string"},{"name":"salt","type":"bytes32"}],
			"Item": [{"name":"id","type":"uint64"},{"name":"tags","type":"string[]"}],
			"Zone": [{"name":"grid","type":"int16[2][]"},{"name":"on","type":"bool"}],
			"Order": [{"name":"items","type":"Item[]"},{"name":"pair","type":"Item[2]"},{"name":"zone","type":"Zone"},{"name":"data","type":"bytes"},{"name":"mark","type":"bytes4"},{"name":"big","type":"uint256"}]
		},
		"primaryType": "Order",
		"domain": {"name":"Shop","salt":"0x0000000000000000000000000000000000000000000000000000000000000007"},
		"message": {
			"items": [],
			"pair": [{"id":"1","tags":["a","b"]},{"id":"18446744073709551615","tags":[]}],
			"zone": {"grid":[["1","-2"],["-32768","32767"]],"on":true},
			"data": "0x0102", "mark": "0xdeadbeef",
			"big": "115792089237316195423570985008687907853269984665640564039457584007913129639935"
		}
	}`
	for name, in := range map[string]string{"mail": mail, "order": order} {
		var theirs apitypes.TypedData
		if err := json.Unmarshal([]byte(in), &theirs); err != nil {
			t.Fatal(err)
		}
		want, _, err := apitypes.TypedDataAndHash(theirs)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := readTyped(t, in).Hash(); err != nil || !bytes.Equal(got[:], want) {
			t.Errorf("%s: %v, %v; go-ethereum says %x", name, got, err, want)
		}
	}
}

func TestTypedDataTakesGoValues(t *testing.T) {
	d := readTyped(t, mail)
	want, err := d.Hash()
	if err != nil {
		t.Fatal(err)
	}
	wallet, err := ParseAddress("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826")
	if err != nil {
		t.Fatal(err)
	}
	for _, chain := range []any{1, uint64(1), int64(1), 1.0, "1", "0x1", uint256.NewInt(1), big.NewInt(1)} {
		d.Domain["chainId"] = chain
		d.Message["from"] = map[string]any{"name": "Cow", "wallet": wallet}
		if got, err := d.Hash(); err != nil || got != want {
			t.Errorf("chain id as %T: %v, %v; want %v", chain, got, err, want)
		}
	}
}

func TestTypedDataRefuses(t *testing.T) {
	for say, spoil := range map[string]func(*TypedData){
		`type "Letter" is not`:      func(d *TypedData) { d.PrimaryType = "Letter" },
		`"EIP712Domain" is not`:     func(d *TypedData) { delete(d.Types, "EIP712Domain") },
		`member "contents" of Mail`: func(d *TypedData) { delete(d.Message, "contents") },
		`"extra" is no member`:      func(d *TypedData) { d.Message["extra"] = "x" },
		"it is no object":           func(d *TypedData) { d.Message["to"] = "Bob" },
		"it is no text":             func(d *TypedData) { d.Message["contents"] = 5 },
		"<nil> is no value":         func(d *TypedData) { d.Domain["chainId"] = nil },
		"it is nil":                 func(d *TypedData) { d.Domain["chainId"] = (*uint256.Int)(nil) },
		"large numbers as strings":  func(d *TypedData) { d.Domain["chainId"] = 1e18 },
		"does not fit":              func(d *TypedData) { d.Domain["chainId"] = -1 },
		`there is no type "Human"`:  func(d *TypedData) { d.Types["Mail"] = []Field{{"from", "Human"}} },
		"stands there twice":        func(d *TypedData) { d.Types["Mail"] = []Field{{"a", "bool"}, {"a", "bool"}} },
		"no identifier":             func(d *TypedData) { d.Types["A(bool b)C"] = nil },
		"is taken":                  func(d *TypedData) { d.Types["uint256"] = []Field{{"a", "bool"}} },
		"too deep": func(d *TypedData) {
			d.Types["Mail"] = []Field{{"next", "Mail"}}
			loop := map[string]any{}
			loop["next"] = loop
			d.Message = loop
		},
	} {
		d := readTyped(t, mail)
		spoil(&d)
		if h, err := d.Hash(); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%v, %v; want an error saying %q", h, err, say)
		}
	}
}

func FuzzTypedData(f *testing.F) {
	f.Add([]byte(mail))
	f.Add([]byte(`{"types":{"EIP712Domain":[],"A":[{"name":"a","type":"A[]"}]},"primaryType":"A","domain":{},"message":{"a":[{"a":[]}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d TypedData
		if json.Unmarshal(b, &d) != nil {
			return
		}
		h, err := d.Hash()
		if (err != nil) != (h == Hash{}) {
			t.Errorf("%s: %v with %v", b, h, err)
		}
	})
}

func TestRecover(t *testing.T) {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("cow")))
	if err != nil {
		t.Fatal(err)
	}
	signer := crypto.PubkeyToAddress(key.PublicKey)
	digest, err := readTyped(t, mail).Hash()
	if err != nil {
		t.Fatal(err)
	}
	sig, err := crypto.Sign(digest[:], key)
	if err != nil {
		t.Fatal(err)
	}
	with := func(f func([]byte)) []byte {
		s := bytes.Clone(sig)
		f(s)
		return s
	}
	compact := with(func(s []byte) { s[32] |= s[64] << 7 })[:64]
	for name, s := range map[string][]byte{
		"v from 0":  sig,
		"v from 27": with(func(s []byte) { s[64] += 27 }),
		"compact":   compact,
	} {
		if got, err := Recover(digest, s); err != nil || got != signer {
			t.Errorf("%s: %v, %v; want %v", name, got, err, signer)
		}
	}
	if got, err := Recover(Hash{1}, sig); err == nil && got == signer {
		t.Error("the signature counts for another digest")
	}
	order, _ := new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)
	for name, c := range map[string]struct {
		sig []byte
		say string
	}{
		"empty":    {nil, "0 bytes"},
		"short":    {sig[:63], "63 bytes"},
		"long":     {append(bytes.Clone(sig), 0), "66 bytes"},
		"v of 2":   {with(func(s []byte) { s[64] = 2 }), "last byte is 2"},
		"v of 29":  {with(func(s []byte) { s[64] = 29 }), "last byte is 29"},
		"v of 37":  {with(func(s []byte) { s[64] = 37 }), "last byte is 37"},
		"zeros":    {make([]byte, 65), "no key"},
		"zero s":   {with(func(s []byte) { clear(s[32:64]) }), "no key"},
		"r beyond": {with(func(s []byte) { order.FillBytes(s[:32]) }), "no key"},
		"larger s": {with(func(s []byte) {
			new(big.Int).Sub(order, new(big.Int).SetBytes(s[32:64])).FillBytes(s[32:64])
			s[64] ^= 1
		}), "larger of two"},
	} {
		if got, err := Recover(digest, c.sig); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v, %v; want an error saying %q", name, got, err, c.say)
		}
	}
}
