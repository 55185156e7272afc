package rpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gethrpc "github.com/ethereum/go-ethereum/rpc"

	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/internal/anvil"
	"tocsin/internal/chaos"
)

// A pool of endpoints of a chain that is not go-ethereum follows it over a reorganisation and a skipped stretch.
func TestAnvilPool(t *testing.T) {
	addr := anvil.Start(t)
	raw, err := gethrpc.DialContext(t.Context(), "http://"+addr)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	ask := func(method string, args ...any) {
		t.Helper()
		if err := raw.CallContext(t.Context(), nil, method, args...); err != nil {
			t.Fatalf("%s: %v", method, err)
		}
	}
	ask("anvil_mine", "0x91") // more than one leg
	ask("evm_setAutomine", false)
	for range 5 { // a block each; without them the reorganised blocks would be the same
		ask("eth_sendTransaction", map[string]any{"from": rich, "to": poor, "value": "0x1"})
		ask("evm_mine")
	}
	p := newPool(t, quick("http://"+addr, "ws://"+addr, "http://"+addr+"/"))
	genesis, err := p.Block(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var j journey
	j.cursor = chain.Cursor{Recent: []chain.Ref{{Number: 0, Hash: genesis.Hash}}}
	reorganised := false
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	err = p.Follow(ctx, j.cursor, func(s chain.Step) error {
		j.take(t, s)
		switch {
		case s.Ref.Number == 150 && !reorganised:
			reorganised = true
			ask("anvil_reorg", 5, []any{})
			ask("anvil_mine", "0x2")
		case s.Ref.Number == 152:
			return errEnough
		}
		return nil
	})
	if err != errEnough {
		t.Fatal(err)
	}
	want := []string{"+150", "-150", "-149", "-148", "-147", "-146", "+146", "+147", "+148", "+149", "+150", "+151", "+152"}
	if got := j.steps[149:]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("steps %v, want %v", got, want)
	}
	safe, finalized, err := p.Finality(t.Context())
	if err != nil || finalized.Number > safe.Number || safe.Number > 152 || safe.Hash == (evm.Hash{}) {
		t.Errorf("safe %v, finalized %v, %v", safe, finalized, err)
	}
}

// One endpoint that stalls delays nothing by more than a moment.
func TestSlowReadsAreHedged(t *testing.T) {
	c := newSpeaker(t)
	slow := newCrooked(t, c.Chain)
	o := quick(slow.url(), c.URL())
	o.Timeout, o.LagFor = time.Hour, time.Hour
	p := newPool(t, o)
	if _, err := p.Head(t.Context()); err != nil {
		t.Fatal(err)
	}
	slow.Be(chaos.Stalls)
	for range 3 {
		if _, err := p.Balance(t.Context(), rich, nil); err != nil {
			t.Error(err)
		}
	}
	if _, err := p.Block(t.Context(), 1); err != nil {
		t.Error(err)
	}
}

func TestSendNeedsOneEndpointThatTakesIt(t *testing.T) {
	take := func(h string) http.Handler {
		return endpoint{"eth_sendRawTransaction": result(h), "eth_chainId": result(`"0x7a69"`)}
	}
	head := refuse(-32000, "not yet", "null")
	no := func(message string) http.Handler {
		return endpoint{"eth_sendRawTransaction": refuse(-32000, message, "null"), "eth_chainId": result(`"0x7a69"`), "eth_getTransactionByHash": result("null"), "eth_getBlockByNumber": head}
	}
	gone := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	const hash = `"0xf1885eda54b7a053318cd41e2093220dab15d65381b1157a3633a83bfd5c9239"` // of the bytes 1, 2, 3
	for name, c := range map[string]struct {
		all  []http.Handler
		code fault.Code
	}{
		"one is gone":              {[]http.Handler{gone, take(hash)}, ""},
		"one has a newer chain":    {[]http.Handler{no("nonce too low"), take(hash)}, ""},
		"all refuse":               {[]http.Handler{no("nonce too low"), no("nonce too low")}, fault.Conflict},
		"refused, and one is gone": {[]http.Handler{no("nonce too low"), gone}, fault.Unavailable},
	} {
		var urls []string
		for _, h := range c.all {
			s := httptest.NewServer(h)
			t.Cleanup(s.Close)
			urls = append(urls, s.URL)
		}
		o := quick(urls...)
		o.StrikesToDrop = 1 << 20
		if _, err := newPool(t, o).Send(t.Context(), []byte{1, 2, 3}); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want code %q", name, err, c.code)
		}
	}
}

func TestFinalityIsWhatMostSay(t *testing.T) {
	header := func(t *testing.T, of *speaker, number uint64) string {
		t.Helper()
		raw, err := gethrpc.DialContext(t.Context(), of.URL())
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		var h json.RawMessage
		if err := raw.CallContext(t.Context(), &h, "eth_getBlockByNumber", fmt.Sprintf("0x%x", number), false); err != nil {
			t.Fatal(err)
		}
		return string(h)
	}
	c := newSpeaker(t)
	c.say(8)
	var urls []string
	for _, n := range []uint64{2, 4, 8} {
		s := httptest.NewServer(endpoint{"eth_chainId": result(`"0x7a69"`), "eth_getBlockByNumber": result(header(t, c, n))})
		t.Cleanup(s.Close)
		urls = append(urls, s.URL)
	}
	want, err := c.Client().Block(t.Context(), 4)
	if err != nil {
		t.Fatal(err)
	}
	o := quick(urls...)
	o.LagFor, o.DisagreeFor = time.Hour, time.Hour
	safe, finalized, err := newPool(t, o).Finality(t.Context())
	if ref := (chain.Ref{Number: 4, Hash: want.Hash}); err != nil || safe != ref || finalized != ref {
		t.Errorf("safe %v, finalized %v, %v, want %v", safe, finalized, err, ref)
	}
	never := endpoint{"eth_getBlockByNumber": refuse(-39001, "safe block not found", "null")}.serve(t)
	if _, _, err := dial(t, rpc.Options{URL: never.URL}).Finality(t.Context()); !fault.Is(err, fault.NotFound) {
		t.Errorf("without finality: %v, want not found", err)
	}
}

// An endpoint that asks for a pause is given it.
func TestRetryAfterIsHeeded(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		var asked atomic.Int64
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) == 1 {
				endpoint{"eth_chainId": result(`"0x7a69"`)}.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(status)
		}))
		defer s.Close()
		c := dial(t, rpc.Options{URL: s.URL + "/secret-key"})
		for i, want := range []string{"HTTP status", "asked for a pause", "asked for a pause"} {
			if _, err := c.Head(t.Context()); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret-key") {
				t.Errorf("%d: %v, want %q", i, err, want)
			}
		}
		if n := asked.Load(); n != 2 {
			t.Errorf("it was asked %d times, want 2", n)
		}
	}
}

func TestRateIsKept(t *testing.T) {
	var asked atomic.Int64
	e := endpoint{"eth_chainId": result(`"0x7a69"`), "eth_getBalance": result(`"0x1"`)}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Fragment != "" {
			t.Error("the fragment was sent")
		}
		e.ServeHTTP(w, r)
	}))
	defer s.Close()
	c := dial(t, rpc.Options{URL: s.URL + "#rate=0.001"})
	before := asked.Load()
	if _, err := c.Balance(t.Context(), rich, nil); err != nil {
		t.Error(err)
	}
	if _, err := c.Balance(t.Context(), rich, nil); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "rate") {
		t.Errorf("%v, want that its rate does not allow it", err)
	}
	if n := asked.Load() - before; n != 1 {
		t.Errorf("it was asked %d times, want once", n)
	}
}

// Endpoints of another chain only are a mistake that is said, and never used.
func TestPoolOfAnotherChain(t *testing.T) {
	c := newSpeaker(t)
	o := quick(c.URL(), c.WSURL())
	o.ChainID, o.Patience = 7, 1
	p := newPool(t, o)
	if _, err := p.Head(t.Context()); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "serves chain 31337, not chain 7") {
		t.Errorf("%v, want that it is the wrong chain", err)
	}
	if _, err := p.Send(t.Context(), []byte{1}); err == nil {
		t.Error("it was sent to another chain")
	}
	if err := p.Follow(t.Context(), chain.Cursor{}, func(chain.Step) error { return errors.New("another chain's block") }); err == nil || !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}
