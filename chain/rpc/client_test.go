package rpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/fault"
)

// endpoint is an HTTP endpoint of the test's making: answers by method, each the JSON after "jsonrpc" and "id".
type endpoint map[string]func(params []json.RawMessage) string

func (e endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	type request struct {
		ID     json.RawMessage   `json:"id"`
		Method string            `json:"method"`
		Params []json.RawMessage `json:"params"`
	}
	answer := func(q request) string {
		body := `"error":{"code":-32601,"message":"the method ` + q.Method + ` does not exist"}`
		if f := e[q.Method]; f != nil {
			body = f(q.Params)
		}
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,%s}`, q.ID, body)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	var batch []request
	if json.Unmarshal(body, &batch) == nil {
		var all []string
		for _, q := range batch {
			all = append(all, answer(q))
		}
		fmt.Fprintf(w, "[%s]", strings.Join(all, ","))
		return
	}
	var q request
	if err := json.Unmarshal(body, &q); err != nil {
		panic(http.ErrAbortHandler)
	}
	io.WriteString(w, answer(q))
}

func result(s string) func([]json.RawMessage) string {
	return func([]json.RawMessage) string { return `"result":` + s }
}

func refuse(code int, message, data string) func([]json.RawMessage) string {
	return func([]json.RawMessage) string {
		return fmt.Sprintf(`"error":{"code":%d,"message":%q,"data":%s}`, code, message, data)
	}
}

func (e endpoint) serve(t *testing.T) *httptest.Server {
	t.Helper()
	if e["eth_chainId"] == nil {
		e["eth_chainId"] = result(`"0x7a69"`)
	}
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	return s
}

// through passes requests on to a real chain, with the answer to some methods changed.
func through(t *testing.T, target string, change func(method string, answer []byte) []byte) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		resp, err := http.Post(target, "application/json", strings.NewReader(string(body)))
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		var q struct{ Method string }
		_ = json.Unmarshal(body, &q) // a batch has no method of its own
		w.Header().Set("Content-Type", "application/json")
		w.Write(change(q.Method, answer))
	}))
	t.Cleanup(s.Close)
	return s
}

func TestDialRefusesAnotherChainAndBadAddresses(t *testing.T) {
	s := endpoint{}.serve(t)
	if _, err := rpc.Dial(t.Context(), rpc.Options{URL: s.URL, ChainID: 1}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "31337") {
		t.Errorf("other chain: %v", err)
	}
	if c := dial(t, rpc.Options{URL: s.URL}); c.ChainID() != 31337 {
		t.Errorf("chain id %d", c.ChainID())
	}
	for _, u := range []string{"", "ftp://example.com", "no address", "http://", "https://user:p%ZZss@example.com/secret-key"} {
		if _, err := rpc.Dial(t.Context(), rpc.Options{URL: u}); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "secret-key") {
			t.Errorf("%q: %v, want invalid", u, err)
		}
	}
}

func TestNoErrorHoldsASecret(t *testing.T) {
	// The endpoint repeats what it was asked with, in every way it can.
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("how") {
		case "status":
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, "bad key in %s from %s", r.URL, r.Header.Get("Authorization"))
		case "error":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"unknown key pathsecret1 for %s"}}`, r.URL)
		case "redirect":
			http.Redirect(w, r, "/elsewhere"+r.URL.String(), http.StatusTemporaryRedirect)
		case "garbage":
			fmt.Fprintf(w, "<html>%s", r.URL)
		default:
			panic(http.ErrAbortHandler)
		}
	}))
	defer s.Close()
	secrets := []string{"usersecret1", "wordsecret1", "pathsecret1", "querysecret1"}
	withSecrets := func(base, how string) string {
		u, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword("usersecret1", "wordsecret1")
		u.Path = "/v3/pathsecret1"
		u.RawQuery = "key=querysecret1&how=" + how
		return u.String()
	}
	addresses := map[string]string{"nobody there": withSecrets("http://127.0.0.1:1", ""), "nobody there, ws": withSecrets("ws://127.0.0.1:1", "")}
	for _, how := range []string{"status", "error", "redirect", "garbage", "abort"} {
		addresses[how] = withSecrets(s.URL, how)
		addresses[how+", ws"] = withSecrets("ws"+strings.TrimPrefix(s.URL, "http"), how)
	}
	for name, address := range addresses {
		_, err := rpc.Dial(t.Context(), rpc.Options{URL: address})
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v, want unavailable", name, err)
			continue
		}
		for _, secret := range secrets {
			if strings.Contains(err.Error(), secret) || strings.Contains(fault.Sentence(err), secret) {
				t.Errorf("%s: %q holds %s", name, err, secret)
			}
		}
	}
}

func TestAnswersAreBoundedInTimeAndSize(t *testing.T) {
	release := make(chan struct{})
	var hang atomic.Bool
	s := endpoint{
		"eth_getCode": result(`"0x` + strings.Repeat("00", 4096) + `"`),
		"eth_getBalance": func([]json.RawMessage) string {
			if hang.Load() {
				<-release
			}
			return `"result":"0x1"`
		},
	}.serve(t)
	defer close(release)
	if _, err := dial(t, rpc.Options{URL: s.URL, MaxResponse: 1024}).Code(t.Context(), evm.Address{}); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "1024") {
		t.Errorf("large answer: %v", err)
	}
	c := dial(t, rpc.Options{URL: s.URL, Timeout: 50 * time.Millisecond})
	hang.Store(true)
	if _, err := c.Balance(t.Context(), evm.Address{}, nil); !fault.Is(err, fault.Unavailable) {
		t.Errorf("no answer: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Balance(ctx, evm.Address{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestRevertsAreDecoded(t *testing.T) {
	word := func(n int64) string { return fmt.Sprintf("%064x", n) }
	text := "0x08c379a0" + word(32) + word(5) + hexutil.Encode([]byte("broke"))[2:] + strings.Repeat("00", 27)
	custom := "0x356680b7" + word(7)
	panicked := "0x4e487b71" + word(0x11)
	if _, err := abi.UnpackRevert(hexutil.MustDecode(text)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		answer func([]json.RawMessage) string
		reason string
		data   string
	}{
		"text":            {refuse(3, "execution reverted: broke", `"`+text+`"`), "broke", text},
		"custom error":    {refuse(3, "execution reverted", `"`+custom+`"`), "", custom},
		"panic":           {refuse(3, "execution reverted", `"`+panicked+`"`), "arithmetic underflow or overflow", panicked},
		"data in object":  {refuse(-32000, "VM Exception", `{"data":"`+custom+`"}`), "", custom},
		"data after word": {refuse(-32015, "VM execution error.", `"Reverted `+custom+`"`), "", custom},
		"message only":    {refuse(-32000, "execution reverted: broke", `null`), "broke", "0x"},
	} {
		client := dial(t, rpc.Options{URL: endpoint{"eth_call": c.answer, "eth_estimateGas": c.answer}.serve(t).URL})
		_, err := client.Call(t.Context(), chain.Message{To: &evm.Address{}}, nil)
		_, estimate := client.EstimateGas(t.Context(), chain.Message{To: &evm.Address{}})
		for _, err := range []error{err, estimate} {
			var r *chain.Revert
			if !errors.As(err, &r) || r.Reason != c.reason || hexutil.Encode(r.Data) != c.data {
				t.Errorf("%s: %v, want a revert with reason %q and data %s", name, err, c.reason, c.data)
			}
		}
	}
	for _, message := range []string{"invalid opcode: INVALID", "EVM error StackUnderflow", "out of gas"} {
		broken := dial(t, rpc.Options{URL: endpoint{"eth_call": refuse(-32000, message, "null")}.serve(t).URL})
		if _, err := broken.Call(t.Context(), chain.Message{To: &evm.Address{}}, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want invalid", message, err)
		}
	}
	down := dial(t, rpc.Options{URL: endpoint{"eth_call": refuse(-32005, "limit exceeded", "null")}.serve(t).URL})
	if _, err := down.Call(t.Context(), chain.Message{To: &evm.Address{}}, nil); !fault.Is(err, fault.Unavailable) {
		t.Errorf("limit: %v, want unavailable", err)
	}
}

func TestSendTakesWhatTheChainKnowsForSent(t *testing.T) {
	raw := []byte{1, 2, 3}
	known, unknown := result(`{"hash":"0x1"}`), result(`null`)
	for name, c := range map[string]struct {
		send, lookup func([]json.RawMessage) string
		code         fault.Code
	}{
		"already known":           {refuse(-32000, "already known", "null"), unknown, ""},
		"nonce used by itself":    {refuse(-32000, "nonce too low: next nonce 8, tx nonce 7", "null"), known, ""},
		"nonce used by another":   {refuse(-32000, "nonce too low: next nonce 8, tx nonce 7", "null"), unknown, fault.Conflict},
		"replacement too cheap":   {refuse(-32000, "replacement transaction underpriced", "null"), unknown, fault.Conflict},
		"no money":                {refuse(-32000, "insufficient funds for gas * price + value", "null"), unknown, fault.Invalid},
		"limited":                 {refuse(-32005, "daily limit", "null"), unknown, fault.Unavailable},
		"hash of something else":  {result(`"0x` + strings.Repeat("11", 32) + `"`), unknown, fault.Unavailable},
		"refused and not to tell": {refuse(-32000, "nonce too low", "null"), refuse(-32000, "no", "null"), fault.Conflict},
	} {
		client := dial(t, rpc.Options{URL: endpoint{"eth_sendRawTransaction": c.send, "eth_getTransactionByHash": c.lookup}.serve(t).URL})
		if _, err := client.Send(t.Context(), raw); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want code %q", name, err, c.code)
		}
	}
}
