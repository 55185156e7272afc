package safe_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/fault"
	world "tocsin/internal/safe"
)

func some() safe.Transaction {
	return safe.Transaction{
		Chain: 1, Safe: evm.Address{1, 19: 1}, To: evm.Address{2, 19: 2}, Value: uint256.NewInt(5), Data: []byte{0x84, 0x56, 0xcb, 0x59},
		SafeTxGas: new(uint256.Int), BaseGas: new(uint256.Int), GasPrice: new(uint256.Int), Nonce: 12,
	}
}

// answer is what the Safe transaction service says of a transaction, in the form of its second version or, older, its first.
func answer(t *testing.T, older bool) (safe.Transaction, string) {
	t.Helper()
	tx := some()
	h, err := tx.Hashes()
	if err != nil {
		t.Fatal(err)
	}
	keys := world.Keys(t, "owner", 2)
	good, other := world.Sign(t, keys[0], h.Hash), world.Sign(t, keys[1], hash)
	number := func(n int) string { return fmt.Sprintf(`"%d"`, n) }
	if older {
		number = func(n int) string { return fmt.Sprint(n) }
	}
	return tx, fmt.Sprintf(`{"safe": %q, "to": %q, "value": "5", "data": "0x8456cb59", "operation": 0, "gasToken": "0x0000000000000000000000000000000000000000",
		"safeTxGas": %s, "baseGas": %s, "gasPrice": "0", "refundReceiver": null, "nonce": %s, "isExecuted": false, "safeTxHash": %q, "confirmationsRequired": 2,
		"confirmations": [
			{"owner": %q, "submissionDate": "2026-11-03T04:00:00Z", "transactionHash": null, "signature": %q, "signatureType": "EOA"},
			{"owner": %q, "signature": %q, "signatureType": "EOA"},
			{"owner": %q, "signature": null, "signatureType": "EOA"}],
		"trusted": true, "signatures": null}`,
		tx.Safe.Hex(), tx.To.Hex(), number(0), number(0), number(12), h.Hash.Hex(),
		good.Signer.Hex(), good.Bytes, other.Signer.Hex(), other.Bytes, other.Signer.Hex())
}

func TestReadService(t *testing.T) {
	for _, older := range []bool{true, false} {
		tx, text := answer(t, older)
		d, err := safe.Read([]byte(text), 1)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(d.Transaction, tx) {
			t.Errorf("read %+v, want %+v", d.Transaction, tx)
		}
		if len(d.Confirmations) != 3 || d.Confirmations[0].Why != "" || d.Confirmations[1].Why == "" || d.Confirmations[2].Why == "" {
			t.Errorf("confirmations %+v", d.Confirmations)
		}
		h, _ := tx.Hashes()
		list, err := safe.Confirmations([]byte(text), h.Hash)
		if err != nil || !reflect.DeepEqual(list, d.Confirmations) {
			t.Errorf("%+v, %v", list, err)
		}
		if _, err := safe.Confirmations([]byte(text), hash); !fault.Is(err, fault.Invalid) {
			t.Errorf("signatures of another hash: %v", err)
		}
		if _, err := safe.Read([]byte(text), 5); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "CONTRADICTS") {
			t.Errorf("on another chain: %v", err)
		}
	}
}

func TestReadOwnForm(t *testing.T) {
	tx := some()
	b, err := json.Marshal(tx)
	if err != nil {
		t.Fatal(err)
	}
	d, err := safe.Read(b, 0)
	if err != nil || !reflect.DeepEqual(d.Transaction, tx) {
		t.Errorf("%s: %+v, %v", b, d, err)
	}
	if _, err := safe.Read(b, 5); !fault.Is(err, fault.Invalid) {
		t.Errorf("for another chain: %v", err)
	}
}

func TestReadRefuses(t *testing.T) {
	b, err := json.Marshal(some().Typed())
	if err != nil {
		t.Fatal(err)
	}
	typed := string(b)
	_, service := answer(t, false)
	for name, c := range map[string]struct{ text, say string }{
		"no JSON":              {"hello", "no JSON object"},
		"another thing":        {"{}", "neither typed data"},
		"another type":         {strings.Replace(typed, `"primaryType":"SafeTx"`, `"primaryType":"Permit"`, 1), "not of a Safe"},
		"another member":       {strings.Replace(typed, `{"name":"nonce","type":"uint256"}`, `{"name":"nonce","type":"uint8"}`, 1), "member 10"},
		"a member missing":     {strings.Replace(typed, `,{"name":"nonce","type":"uint256"}`, ``, 1), "not that of a Safe"},
		"a domain with more":   {strings.Replace(typed, `"domain":{`, `"domain":{"name":"x",`, 1), `"name"`},
		"no chain":             {strings.Replace(typed, `"chainId":1,`, ``, 1), "before Safe 1.3.0"},
		"a third operation":    {strings.Replace(typed, `"operation":0`, `"operation":2`, 1), "operation"},
		"a large nonce":        {strings.Replace(typed, `"nonce":"12"`, `"nonce":"18446744073709551616"`, 1), "too large"},
		"no value":             {strings.Replace(typed, `"value":"5"`, `"value":"five"`, 1), "whole number"},
		"bad data":             {strings.Replace(typed, `"data":"0x84`, `"data":"0xz4`, 1), "hexadecimal"},
		"bad address":          {strings.Replace(service, `"to": "0x`, `"to": "0xx`, 1), "no address"},
		"bad hash":             {strings.Replace(service, `"safeTxHash": "0x`, `"safeTxHash": "0x0`, 1), "no hash"},
		"bad confirmations":    {strings.Replace(service, `"confirmations": [`, `"confirmations": [3,`, 1), "confirmations"},
		"bad owner":            {strings.Replace(service, `"owner": "0x`, `"owner": "0xx`, 1), "owner of confirmation 1"},
		"something is missing": {strings.Replace(service, `"value": "5",`, ``, 1), "missing"},
	} {
		if c.text == typed || c.text == service {
			t.Fatalf("%s: nothing was changed", name)
		}
		if d, err := safe.Read([]byte(c.text), 1); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %+v, %v; want invalid and %q", name, d, err, c.say)
		}
	}
	if _, err := safe.Read([]byte(service), 0); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "which chain") {
		t.Errorf("the service's answer without a chain: %v", err)
	}
}

func TestVersions(t *testing.T) {
	for s, want := range map[string]safe.Version{"1.3.0": safe.V130, "1.3.0+L2": safe.V130, "1.4.1+L2": safe.V141, " 1.5.0 ": safe.V150} {
		if v, err := safe.ParseVersion(s); v != want || err != nil {
			t.Errorf("%q: %q, %v", s, v, err)
		}
	}
	for s, say := range map[string]string{"1.2.0": "no chain", "1.1.1": "no chain", "0.1.0": "no chain", "1.4.0": "not known", "": "not known", "2.0.0": "not known"} {
		if v, err := safe.ParseVersion(s); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), say) {
			t.Errorf("%q: %q, %v", s, v, err)
		}
	}
	tx := some()
	tx.Version = "1.1.1"
	if _, err := tx.Hashes(); !fault.Is(err, fault.Invalid) {
		t.Errorf("a Safe of 1.1.1: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	b, _ := json.Marshal(some().Typed())
	f.Add(b)
	f.Add([]byte(`{"safe":"0x0100000000000000000000000000000000000001","to":"0x0100000000000000000000000000000000000001","nonce":1,"safeTxGas":0,"value":"1","confirmations":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := safe.Read(b, 0)
		if err != nil {
			d, err = safe.Read(b, 1)
		}
		if err != nil {
			return
		}
		h, err := d.Transaction.Hashes()
		if err != nil {
			t.Fatalf("read without a hash: %v", err)
		}
		domain, message, err := d.Transaction.Typed().Parts()
		if err != nil || domain != h.Domain || message != h.Message {
			t.Fatalf("the typed data hash otherwise: %v", err)
		}
	})
}

func FuzzBatch(f *testing.F) {
	b, _ := safe.EncodeBatch([]safe.Inner{{To: evm.Address{1}, Value: uint256.NewInt(1), Data: []byte{1, 2, 3}}, {To: evm.Address{2}}})
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		calls, err := safe.DecodeBatch(b)
		if err != nil {
			return
		}
		again, err := safe.EncodeBatch(calls)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := safe.DecodeBatch(again); err != nil || len(back) != len(calls) || len(calls) > 0 && !reflect.DeepEqual(back, calls) {
			t.Fatalf("%+v became %+v (%v)", calls, back, err)
		}
	})
}
