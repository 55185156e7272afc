package rpc_test

import (
	"bytes"
	"crypto/ecdsa"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/chain"
	"tocsin/chain/devchain"
	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/fault"
)

var (
	relay = evm.Address{0xaa, 7} // passes what it gets on to the address in its calldata
	sink  = evm.Address{0xcc, 8}
)

// tracedChain is a chain whose block 1 holds a payment through a contract, and one that such a contract refuses.
func tracedChain(t *testing.T) (*devchain.Chain, *evm.Block) {
	t.Helper()
	alloc := types.GenesisAlloc{
		relay:  {Balance: new(big.Int), Code: []byte{0x5f, 0x5f, 0x5f, 0x5f, 0x34, 0x5f, 0x35, 0x5a, 0xf1, 0x00}},
		{0xdd}: {Balance: new(big.Int), Code: []byte{0x5f, 0x5f, 0xfd}}, // refuses
	}
	keys := make([]*ecdsa.PrivateKey, 3)
	for i := range keys {
		key, err := crypto.ToECDSA(crypto.Keccak256([]byte("rpc test: tracer"), []byte{byte(i)}))
		if err != nil {
			t.Fatal(err)
		}
		keys[i] = key
		alloc[crypto.PubkeyToAddress(key.PublicKey)] = types.Account{Balance: new(big.Int).Mul(big.NewInt(1000), big.NewInt(1e18))}
	}
	c, err := devchain.Start(t.Context(), devchain.Options{ChainID: 31337, Period: devchain.Manual, Alloc: alloc})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	// Each from an account of its own so that the order is that of their tips.
	for i, to := range []evm.Address{sink, {0xdd}} {
		call(t, c, keys[i], int64(3-i), relay, 5, append(make([]byte, 12), to[:]...))
	}
	call(t, c, keys[2], 1, evm.Address{0xdd}, 5, nil)
	mine(t, c, 1)
	b, err := c.Client().Block(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return c, b
}

// call sends a key's first transaction, with a tip in gwei.
func call(t *testing.T, c *devchain.Chain, key *ecdsa.PrivateKey, tip int64, to evm.Address, wei int64, data []byte) {
	t.Helper()
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(31337)), &types.DynamicFeeTx{
		ChainID: big.NewInt(31337), GasTipCap: big.NewInt(tip * 1e9), GasFeeCap: big.NewInt(1e10), Gas: 200_000, To: &to, Value: big.NewInt(wei), Data: data,
	})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Client().Send(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
}

// rightly checks that the calls are those of the chain's first block.
func rightly(t *testing.T, frames []evm.Frame) {
	t.Helper()
	if len(frames) != 3 {
		t.Fatalf("%d frames", len(frames))
	}
	if c := frames[0].Calls; len(c) != 1 || c[0].From != relay || c[0].To != sink || c[0].Sent() == nil || c[0].Sent().Uint64() != 5 || c[0].Type != evm.CallFrame {
		t.Errorf("what was passed on: %+v", frames[0])
	}
	if c := frames[1].Calls; frames[1].Failed() || len(c) != 1 || !c[0].Failed() || c[0].Sent() != nil {
		t.Errorf("what was refused within: %+v", frames[1])
	}
	if !frames[2].Failed() {
		t.Errorf("what was refused: %+v", frames[2])
	}
}

// as passes on to a chain, with its traces changed; it counts how often they are asked for.
func as(t *testing.T, c *devchain.Chain, asked *atomic.Int64, change func(method string, answer []byte) []byte) string {
	t.Helper()
	return through(t, c.URL(), func(method string, answer []byte) []byte {
		if !strings.HasPrefix(method, "debug_") {
			return answer
		}
		asked.Add(1)
		return change(method, answer)
	}).URL
}

func instead(old, now string) func(string, []byte) []byte {
	return func(_ string, answer []byte) []byte { return bytes.ReplaceAll(answer, []byte(old), []byte(now)) }
}

func lacking(_ string, _ []byte) []byte {
	return []byte(`{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"the method does not exist"}}`)
}

func keptAsIs(_ string, answer []byte) []byte { return answer }

const (
	sinkText   = "0xcc08000000000000000000000000000000000000"
	thiefText  = "0xee00000000000000000000000000000000000000"
	lackingSay = "does not tell which calls transactions make"
)

func TestTrace(t *testing.T) {
	c, b := tracedChain(t)
	for _, url := range []string{c.URL(), c.WSURL()} {
		client, err := rpc.Dial(t.Context(), rpc.Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		frames, err := client.Trace(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		rightly(t, frames)
		empty, err := client.Block(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if frames, err := client.Trace(t.Context(), empty); err != nil || frames == nil || len(frames) != 0 {
			t.Errorf("an empty block: %v, %v", frames, err)
		}
	}
}

func TestTraceOfOneEndpoint(t *testing.T) {
	c, b := tracedChain(t)
	input := strings.Repeat("00", 12) + sinkText[2:]
	for name, x := range map[string]struct {
		change func(string, []byte) []byte
		lie    bool
		say    string // empty: the calls are told
		asked  int64  // by three questions
	}{
		"true": {change: keptAsIs, asked: 3},
		"by number": {change: func(method string, answer []byte) []byte {
			if method == "debug_traceBlockByHash" {
				return lacking(method, answer)
			}
			return answer
		}, asked: 4},
		"not at all":      {change: lacking, say: lackingSay, asked: 2},
		"other calldata":  {change: instead(`"input":"0x`+input, `"input":"0x00`+input), lie: true, say: "cannot be true", asked: 3},
		"failure hidden":  {change: instead(`"error":"execution reverted",`, ``), lie: true, say: "cannot be true", asked: 3},
		"of another form": {change: instead(`"type"`, `"kind"`), say: "in a form that is not known", asked: 3},
		"by number, other": {change: func(method string, answer []byte) []byte {
			if method == "debug_traceBlockByHash" {
				return lacking(method, answer)
			}
			return instead(`"input":"0x`+input, `"input":"0x00`+input)(method, answer)
		}, say: "of another block", asked: 4},
		"too much at once": {change: func(string, []byte) []byte {
			return []byte(`{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"execution timeout"}}`)
		}, say: "refused debug_traceBlockByHash", asked: 3},
		"nothing": {change: func(string, []byte) []byte { return []byte(`{"jsonrpc":"2.0","id":1,"result":null}`) }, say: "does not have the calls", asked: 3},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			client, err := rpc.Dial(t.Context(), rpc.Options{URL: as(t, c, &asked, func(m string, a []byte) []byte { return sameID(a, x.change(m, a)) })})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			for range 3 {
				frames, err := client.Trace(t.Context(), b)
				if x.say == "" {
					if err != nil {
						t.Fatal(err)
					}
					rightly(t, frames)
					continue
				}
				if err == nil || !fault.Is(err, fault.Unavailable) || errors.Is(err, evm.ErrLie) != x.lie || !strings.Contains(fault.Sentence(err), x.say) {
					t.Fatalf("%v, %v", frames, err)
				}
			}
			if asked.Load() != x.asked {
				t.Errorf("asked %d times, want %d", asked.Load(), x.asked)
			}
		})
	}
}

// sameID gives a made-up answer the id of the real one.
func sameID(real, made []byte) []byte {
	const id = `"id":`
	i := bytes.Index(real, []byte(id))
	if i < 0 || bytes.Equal(real, made) {
		return made
	}
	end := i + bytes.IndexAny(real[i:], ",}")
	return bytes.Replace(made, []byte(`"id":1`), real[i:end], 1)
}

// A provider may keep its methods to those who pay with an HTTP status of its own. Blocks are still to be had.
func TestTraceThatHTTPForbids(t *testing.T) {
	c, b := tracedChain(t)
	var asked atomic.Int64
	real := through(t, c.URL(), func(_ string, answer []byte) []byte { return answer })
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := new(bytes.Buffer)
		_, _ = body.ReadFrom(r.Body)
		if bytes.Contains(body.Bytes(), []byte("debug_")) {
			asked.Add(1)
			http.Error(w, "upgrade your plan", http.StatusForbidden)
			return
		}
		resp, err := http.Post(real.URL, "application/json", body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		defer resp.Body.Close()
		w.Header().Set("Content-Type", "application/json")
		answer := new(bytes.Buffer)
		_, _ = answer.ReadFrom(resp.Body)
		_, _ = w.Write(answer.Bytes())
	}))
	defer s.Close()
	p := newPool(t, quick(s.URL))
	for range 2 {
		if frames, err := p.Trace(t.Context(), b); err == nil || !strings.Contains(fault.Sentence(err), "tells which calls") && !strings.Contains(fault.Sentence(err), lackingSay) {
			t.Fatalf("%v, %v", frames, err)
		}
	}
	if asked.Load() != 2 { // once by hash and once by number
		t.Errorf("asked %d times", asked.Load())
	}
	if _, err := p.Block(t.Context(), 1); err != nil {
		t.Errorf("its blocks: %v", err)
	}
}

// No root proves what was called within a transaction: two endpoints that agree are believed, one that contradicts what is
// proven is dropped.
func TestTraceOfSeveralEndpoints(t *testing.T) {
	c, b := tracedChain(t)
	stolen := instead(`"to":"`+sinkText, `"to":"`+thiefText)
	lying := instead(`"error":"execution reverted",`, ``)
	slow := make(chan struct{})
	for name, x := range map[string]struct {
		changes []func(string, []byte) []byte
		say     string // empty: the truth is told
		dropped int    // which is; -1: none
	}{
		"all true":             {[]func(string, []byte) []byte{keptAsIs, keptAsIs}, "", -1},
		"one cannot":           {[]func(string, []byte) []byte{lacking, keptAsIs}, "", -1},
		"none can":             {[]func(string, []byte) []byte{lacking, lacking}, "No endpoint of chain 31337 tells", -1},
		"two differ":           {[]func(string, []byte) []byte{stolen, keptAsIs}, "do not agree", -1},
		"two of three":         {[]func(string, []byte) []byte{stolen, keptAsIs, keptAsIs}, "", -1},
		"a lie":                {[]func(string, []byte) []byte{lying, keptAsIs}, "", 0},
		"one is slow":          {[]func(string, []byte) []byte{keptAsIs, func(_ string, a []byte) []byte { <-slow; return a }}, "", -1},
		"one knows what other": {[]func(string, []byte) []byte{untold(b.Transactions[0].Hash), untold(b.Transactions[1].Hash)}, "", -1},
	} {
		t.Run(name, func(t *testing.T) {
			var urls []string
			var asked atomic.Int64
			for _, change := range x.changes {
				urls = append(urls, as(t, c, &asked, func(m string, a []byte) []byte { return sameID(a, change(m, a)) }))
			}
			o := quick(urls...)
			o.DropFor = 1 << 40
			p := newPool(t, o)
			if _, err := p.Head(t.Context()); err != nil {
				t.Fatal(err)
			}
			frames, err := p.Trace(t.Context(), b)
			if name == "one is slow" {
				close(slow)
			}
			switch {
			case x.say == "" && err != nil:
				t.Fatal(err)
			case x.say == "":
				rightly(t, frames)
			case err == nil || !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Sentence(err), x.say):
				t.Fatalf("%v, %v", frames, err)
			}
			if x.dropped < 0 {
				return
			}
			found := errors.New("found")
			err = p.Troubles(t.Context(), func(tr chain.Trouble) error {
				if tr.Endpoint == urls[x.dropped] && tr.Kind == chain.Lies {
					return found
				}
				return nil
			})
			if err != found {
				t.Error(err)
			}
		})
	}
}

// untold is an endpoint that could not trace one transaction.
func untold(tx evm.Hash) func(string, []byte) []byte {
	return func(_ string, answer []byte) []byte {
		at := bytes.Index(answer, []byte(`{"txHash":"`+tx.Hex()+`"`))
		if at < 0 {
			return answer
		}
		depth, end := 0, at
		for ; end < len(answer); end++ {
			switch answer[end] {
			case '{':
				depth++
			case '}':
				depth--
			}
			if depth == 0 {
				break
			}
		}
		return append(append(bytes.Clone(answer[:at]), `{"txHash":"`+tx.Hex()+`","error":"timeout"}`...), answer[end+1:]...)
	}
}
