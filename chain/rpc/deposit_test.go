package rpc_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"tocsin/chain/rpc"
	"tocsin/evm"
)

// opEndpoint serves OP mainnet's block 120794432, its JSON changed by edit.
func opEndpoint(t *testing.T, edit func(string) string) string {
	t.Helper()
	answers := map[string]string{"eth_chainId": `"0xa"`}
	for method, name := range map[string]string{"eth_getBlockByNumber": "block", "eth_getBlockReceipts": "receipts"} {
		data, err := os.ReadFile("../../evm/testdata/op-120794432-" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		answers[method] = edit(string(data))
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || answers[q.Method] == "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, q.ID, answers[q.Method])
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// A block with a deposit of the OP stack is verified like any other; one that is hashed otherwise says why it is not.
func TestBlocksOfOtherChains(t *testing.T) {
	foreign := func(s string) string { return strings.Replace(s, `"gasUsed":`, `"sendCount":"0x1","gasUsed":`, 1) }
	later := func(s string) string { return strings.Replace(s, `"timestamp":"0x66`, `"timestamp":"0x67`, 1) }
	for name, c := range map[string]struct {
		edit func(string) string
		why  string
		lie  bool
	}{
		"as it is":         {func(s string) string { return s }, "", false},
		"a field more":     {foreign, "", false},
		"tampered":         {later, "", true},
		"hashed otherwise": {func(s string) string { return foreign(later(s)) }, "its header has fields that Ethereum's does not have", false},
		"receipt's nonce":  {func(s string) string { return strings.Replace(s, `"depositNonce":"0xed`, `"depositNonce":"0xee`, 1) }, "", true},
	} {
		b, err := dial(t, rpc.Options{URL: opEndpoint(t, c.edit), ChainID: 10}).Block(t.Context(), 120794432)
		if errors.Is(err, evm.ErrLie) != c.lie || (err == nil) == c.lie {
			t.Errorf("%s: %v, want a lie: %v", name, err, c.lie)
			continue
		}
		if !c.lie && ((b.Unverified == "") != (c.why == "") || !strings.HasPrefix(b.Unverified, c.why)) {
			t.Errorf("%s: unverified %q, want %q", name, b.Unverified, c.why)
		}
	}
}
