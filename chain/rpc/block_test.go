package rpc_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/chain"
	"tocsin/chain/devchain"
	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/fault"
)

// paidChain is a chain whose block 1 holds two payments, by different accounts.
func paidChain(t *testing.T) *devchain.Chain {
	t.Helper()
	var payers []*ecdsa.PrivateKey
	alloc := make(types.GenesisAlloc)
	for _, name := range []string{"first", "second"} {
		key, err := crypto.ToECDSA(crypto.Keccak256([]byte("rpc test: " + name)))
		if err != nil {
			t.Fatal(err)
		}
		payers = append(payers, key)
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
	for _, key := range payers {
		tx, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(31337)), &types.DynamicFeeTx{
			ChainID: big.NewInt(31337), GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e10), Gas: 21000,
			To: &evm.Address{0xbb}, Value: big.NewInt(5),
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
	mine(t, c, 1)
	return c
}

func TestBlockRefusesLies(t *testing.T) {
	c := paidChain(t)
	swap := func(method, from, to string) func(string, []byte) []byte {
		return func(m string, answer []byte) []byte {
			if m != method {
				return answer
			}
			return bytes.Replace(answer, []byte(from), []byte(to), 1)
		}
	}
	const block, receipts = "eth_getBlockByNumber", "eth_getBlockReceipts"
	sender, err := c.Client().Block(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	from := strings.ToLower(sender.Transactions[0].From.Hex())
	liar := "0x00000000000000000000000000000000000000aa"
	for name, change := range map[string]func(string, []byte) []byte{
		"value":   swap(block, `"value":"0x5"`, `"value":"0x6"`),
		"gas":     swap(block, `"gasUsed":"0xa410"`, `"gasUsed":"0xa411"`),
		"status":  swap(receipts, `"status":"0x1"`, `"status":"0x0"`),
		"removed": swap(receipts, `"result":[`, `"result":[],"was":[`),
		"sender": func(m string, answer []byte) []byte {
			return bytes.ReplaceAll(answer, []byte(`"from":"`+from+`"`), []byte(`"from":"`+liar+`"`))
		},
	} {
		client := dial(t, rpc.Options{URL: through(t, c.URL(), change).URL})
		if _, err := client.Block(t.Context(), 1); !errors.Is(err, evm.ErrLie) || !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v, want a lie", name, err)
		}
		if err := client.Follow(t.Context(), chain.Cursor{}, func(chain.Step) error { return errEnough }); !errors.Is(err, evm.ErrLie) {
			t.Errorf("%s: following ends with %v, want a lie", name, err)
		}
	}
	another := dial(t, rpc.Options{URL: through(t, c.URL(), swap(block, `"number":"0x1"`, `"number":"0x2"`)).URL})
	if _, err := another.Block(t.Context(), 1); !errors.Is(err, evm.ErrLie) {
		t.Errorf("another block: %v, want a lie", err)
	}
	garbled := dial(t, rpc.Options{URL: through(t, c.URL(), swap(block, `"gasUsed":"0x`, `"gasUsed":"x`)).URL})
	if _, err := garbled.Block(t.Context(), 1); !fault.Is(err, fault.Unavailable) || errors.Is(err, evm.ErrLie) {
		t.Errorf("garbled: %v, want unavailable", err)
	}
	if _, err := c.Client().Block(t.Context(), 99); !fault.Is(err, fault.NotFound) {
		t.Errorf("block to come: %v, want not found", err)
	}
}

func TestBlockOfUnknownKindIsAcceptedAndSaysSo(t *testing.T) {
	c := paidChain(t)
	// As if the chain had a type of transaction that we do not know.
	exotic := through(t, c.URL(), func(_ string, answer []byte) []byte {
		return bytes.ReplaceAll(answer, []byte(`"type":"0x2"`), []byte(`"type":"0x6a"`))
	})
	b, err := dial(t, rpc.Options{URL: exotic.URL}).Block(t.Context(), 1)
	if err != nil || b.Unverified == "" || len(b.Receipts) != 2 {
		t.Errorf("block %v, %v, want one with two receipts, marked as unverified", b != nil, err)
	}
}

func TestReceiptsAreAskedForOneByOneWhereTheyMust(t *testing.T) {
	c := paidChain(t)
	old := through(t, c.URL(), func(m string, answer []byte) []byte {
		if m != "eth_getBlockReceipts" {
			return answer
		}
		id := answer[bytes.Index(answer, []byte(`"id":`)):]
		id = id[:bytes.IndexByte(id, ',')]
		return []byte(`{"jsonrpc":"2.0",` + string(id) + `,"error":{"code":-32601,"message":"the method eth_getBlockReceipts does not exist/is not available"}}`)
	})
	client := dial(t, rpc.Options{URL: old.URL})
	for range 2 {
		b, err := client.Block(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Receipts) != 2 || b.Unverified != "" {
			t.Errorf("%d receipts, unverified %q", len(b.Receipts), b.Unverified)
		}
	}
}

func TestFollowBearsAFailingEndpointForAWhile(t *testing.T) {
	c := paidChain(t)
	var failures atomic.Int64 // that are still to come
	target := through(t, c.URL(), func(_ string, answer []byte) []byte { return answer })
	flaky := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if failures.Add(-1) < 0 {
			target.Config.Handler.ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer flaky.Close()
	client := dial(t, rpc.Options{URL: flaky.URL, Patience: time.Minute})
	failures.Store(4)
	if err := client.Follow(t.Context(), chain.Cursor{}, func(chain.Step) error { return errEnough }); err != errEnough {
		t.Errorf("after four failures: %v", err)
	}
	failures.Store(0)
	impatient := dial(t, rpc.Options{URL: flaky.URL, Patience: 20 * time.Millisecond})
	failures.Store(1 << 40)
	if err := impatient.Follow(t.Context(), chain.Cursor{}, func(chain.Step) error { return nil }); !fault.Is(err, fault.Unavailable) {
		t.Errorf("an endpoint that is gone: %v, want unavailable", err)
	}
}

func TestHeadsComeBackAfterTheConnectionBreaks(t *testing.T) {
	first := paidChain(t)
	gate := newGate(t, strings.TrimPrefix(first.URL(), "http://"))
	client := dial(t, rpc.Options{URL: "ws://" + gate.address()})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	broken := false
	err := client.Heads(ctx, func(h evm.Header) error {
		switch {
		case !broken:
			broken = true
			gate.cut()
			mine(t, first, 1)
		case h.Number == 2:
			return errEnough
		}
		return nil
	})
	if err != errEnough {
		t.Error(err)
	}
}
