package signer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/internal/anvil"
	"tocsin/signer"
)

// asked is a call to a remote signer.
type asked struct {
	Method string            `json:"method"`
	Params []json.RawMessage `json:"params"`
	ID     json.RawMessage   `json:"id"`
	RPC    string            `json:"jsonrpc"`
}

// between passes calls on to a real signer, except for what change makes of them. Whoever asks without the password is sent away.
func between(t *testing.T, to string, change func(a *asked) (answer string)) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "tocsin" || password != "pa ss" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var a asked
		if err := json.NewDecoder(r.Body).Decode(&a); err != nil || a.RPC != "2.0" {
			t.Errorf("what was asked: %+v, %v", a, err)
		}
		if answer := change(&a); answer != "" {
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,%s}`, a.ID, answer)
			return
		}
		body, err := json.Marshal(a)
		if err != nil {
			t.Error(err)
		}
		resp, err := http.Post(to, "application/json", bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		_, _ = io.Copy(w, resp.Body)
	}))
	t.Cleanup(srv.Close)
	return strings.Replace(srv.URL, "http://", "http://tocsin:pa%20ss@", 1)
}

func honest(*asked) string { return "" }

var payee = evm.Address{0xbe, 0xef}

func payment() signer.Transaction {
	return signer.Transaction{
		ChainID: 31337, Nonce: 3, To: &payee, Value: uint256.NewInt(7), Data: []byte{1, 2, 3}, Gas: 60_000, Tip: uint256.NewInt(1e9), Cap: uint256.NewInt(5e9),
	}
}

func typed(amount string) evm.TypedData {
	return evm.TypedData{
		Types: map[string][]evm.Field{
			"EIP712Domain": {{Name: "name", Type: "string"}, {Name: "chainId", Type: "uint256"}},
			"Vote":         {{Name: "choice", Type: "string"}, {Name: "amount", Type: "uint256"}},
		},
		PrimaryType: "Vote", Domain: map[string]any{"name": "Tocsin", "chainId": json.Number("31337")},
		Message: map[string]any{"choice": "approve", "amount": amount},
	}
}

func accounts(t *testing.T, url string) []evm.Address {
	t.Helper()
	_, err := signer.Dial(t.Context(), url, evm.Address{})
	if !fault.Is(err, fault.Conflict) {
		t.Fatalf("of several accounts one has to be named: %v", err)
	}
	resp, err := http.Post(url, "application/json", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"eth_accounts","params":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Result []evm.Address }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || len(answer.Result) < 2 {
		t.Fatalf("accounts: %v, %v", answer, err)
	}
	return answer.Result
}

func TestRemoteSignsOnlyWhatItIsAsked(t *testing.T) {
	node := "http://" + anvil.Start(t)
	who := accounts(t, node)
	k, err := signer.Dial(t.Context(), between(t, node, honest), who[0])
	if err != nil {
		t.Fatal(err)
	}
	want := payment()
	raw, hash, err := k.SignTransaction(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	var tx types.Transaction
	if err := tx.UnmarshalBinary(raw); err != nil {
		t.Fatal(err)
	}
	if from, err := types.Sender(types.LatestSignerForChainID(big.NewInt(31337)), &tx); err != nil || from != who[0] || evm.Hash(tx.Hash()) != hash {
		t.Errorf("signed by %s, %v", from, err)
	}
	if *tx.To() != payee || tx.Value().Uint64() != 7 || tx.Nonce() != 3 || !bytes.Equal(tx.Data(), want.Data) || tx.Gas() != want.Gas {
		t.Errorf("signed %+v", tx.Hash())
	}
	d := typed("5")
	sig, err := k.SignTyped(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	digest, err := d.Hash()
	if err != nil {
		t.Fatal(err)
	}
	rsv := append(bytes.Clone(sig[:64]), sig[64]-27)
	if key, err := crypto.SigToPub(digest[:], rsv); err != nil || crypto.PubkeyToAddress(*key) != who[0] {
		t.Errorf("the signature %x is not %s's: %v", sig, who[0], err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if s := fmt.Sprintf(verb, k); strings.Contains(s, "pa ss") || strings.Contains(s, "pa%20ss") || !strings.Contains(s, who[0].Hex()) {
			t.Errorf("%s prints %s", verb, s)
		}
	}
}

func TestRemoteThatLies(t *testing.T) {
	node := "http://" + anvil.Start(t)
	who := accounts(t, node)
	set := func(key, value string) func(a *asked) string {
		return func(a *asked) string {
			if a.Method != "eth_signTransaction" {
				return ""
			}
			var tx map[string]any
			if err := json.Unmarshal(a.Params[0], &tx); err != nil {
				t.Error(err)
			}
			if tx[key] = value; value == "" {
				delete(tx, key)
			}
			a.Params[0], _ = json.Marshal(tx)
			return ""
		}
	}
	for name, x := range map[string]struct {
		change func(*asked) string
		say    string
	}{
		"value":       {set("value", "0x8"), "another value"},
		"calldata":    {set("data", "0x010204"), "another calldata"},
		"nonce":       {set("nonce", "0x4"), "another nonce"},
		"recipient":   {set("to", evm.Address{1}.Hex()), "another recipient"},
		"fee":         {set("maxFeePerGas", "0x12a05f2001"), "another fee"},
		"no type":     {set("maxPriorityFeePerGas", "0x0"), "another fee"},
		"sender":      {set("from", who[1].Hex()), "another sender"},
		"refuses":     {func(a *asked) string { return onSign(a, `"error":{"code":4001,"message":"the rule says no"}`) }, "the rule says no"},
		"nothing":     {func(a *asked) string { return onSign(a, `"result":null`) }, "cannot be read"},
		"something":   {func(a *asked) string { return onSign(a, `"result":"0x02c0"`) }, "cannot be read"},
		"a number":    {func(a *asked) string { return onSign(a, `"result":7`) }, "cannot be read"},
		"at length":   {func(a *asked) string { return onSign(a, `"result":"0x`+strings.Repeat("00", 1<<20)+`"`) }, "greater length"},
		"no such":     {func(a *asked) string { return onSign(a, `"error":{"code":-32601,"message":"no"}`) }, "does not know eth_signTransaction"},
		"broken JSON": {func(a *asked) string { return onSign(a, `"result":`) }, "no JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			k, err := signer.Dial(t.Context(), between(t, node, x.change), who[0])
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = k.SignTransaction(t.Context(), payment())
			if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), x.say) || strings.Contains(err.Error(), "pa%20ss") {
				t.Errorf("%v; want %q", err, x.say)
			}
		})
	}
	t.Run("typed data", func(t *testing.T) {
		k, err := signer.Dial(t.Context(), between(t, node, func(a *asked) string {
			if a.Method == "eth_signTypedData_v4" {
				a.Params[1] = bytes.Replace(a.Params[1], []byte(`"5"`), []byte(`"6"`), 1)
			}
			return ""
		}), who[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.SignTyped(t.Context(), typed("5")); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "something else") {
			t.Errorf("another amount: %v", err)
		}
	})
	t.Run("older name", func(t *testing.T) {
		var older bool
		k, err := signer.Dial(t.Context(), between(t, node, func(a *asked) string {
			switch a.Method {
			case "eth_signTypedData_v4":
				return `"error":{"code":-32601,"message":"unknown"}`
			case "eth_signTypedData":
				older, a.Method = true, "eth_signTypedData_v4"
			}
			return ""
		}), who[0])
		if err != nil {
			t.Fatal(err)
		}
		if sig, err := k.SignTyped(t.Context(), typed("5")); err != nil || len(sig) != 65 || !older {
			t.Errorf("%x, %v", sig, err)
		}
	})
}

// onSign answers in a signer's place when it is to sign a transaction.
func onSign(a *asked, answer string) string {
	if a.Method != "eth_signTransaction" {
		return ""
	}
	return answer
}

func TestRemoteThatCannotBeUsed(t *testing.T) {
	node := "http://" + anvil.Start(t)
	closed := httptest.NewServer(nil)
	closed.Close()
	elsewhere := httptest.NewServer(http.RedirectHandler(node, http.StatusTemporaryRedirect))
	t.Cleanup(elsewhere.Close)
	for address, code := range map[string]fault.Code{
		"":                             fault.Invalid,
		"127.0.0.1:1":                  fault.Invalid,
		"ftp://127.0.0.1":              fault.Invalid,
		"http://user:secret@[::1":      fault.Invalid,
		closed.URL:                     fault.Unavailable,
		elsewhere.URL:                  fault.Unavailable,
		between(t, node, honest) + "/": fault.NotFound, // the account
		strings.Replace(between(t, node, honest), "ss@", "sz@", 1): fault.Unavailable,
	} {
		_, err := signer.Dial(t.Context(), address, evm.Address{9})
		if !fault.Is(err, code) || strings.Contains(fmt.Sprint(err), "secret") {
			t.Errorf("%q: %v; want %s", address, err, code)
		}
	}
}

// Who names the account need not ask first: what comes back is held to it all the same.
func TestRemoteThatWasNotAskedWhatItHolds(t *testing.T) {
	node := "http://" + anvil.Start(t)
	who := accounts(t, node)
	for account, good := range map[evm.Address]bool{who[0]: true, {1}: false} {
		k, err := signer.At(node, account)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.SignTyped(t.Context(), typed("1")); (err == nil) != good {
			t.Errorf("%s: %v", account.Hex(), err)
		}
	}
	if _, err := signer.At(node, evm.Address{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("no account: %v", err)
	}
	if _, err := signer.At("ftp://x", who[0]); !fault.Is(err, fault.Invalid) {
		t.Errorf("no address: %v", err)
	}
}
