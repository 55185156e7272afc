package watch

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/plan"
)

// A real chain is asked at its heads; what is found at a block that goes is retracted, and found again where it still is so.
func TestReadingsOfARealChain(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	n, d, p := newNode(t, ctx), newDesk(), testPlan("")
	who := crypto.PubkeyToAddress(payer(t).PublicKey)
	p.Detectors = []plan.Detector{
		{ID: "till-full", Name: "Till", Kind: "balance", Mode: "page", Account: "till", Above: "2"}, // payments are of 1, 2, 3 … wei
		{ID: "nobody-home", Name: "No code", Kind: "state", Mode: "page", Readings: map[string]plan.Reading{"a": {Asset: "till", Function: "a() returns (uint256)"}}, Holds: "a > 0"},
		{ID: "payer-low", Name: "Payer", Kind: "balance", Mode: "page", Account: who.Hex(), Chain: chainID, Below: "1"},
	}
	n.pay(ctx)
	defer start(ctx, Options{Engine: d, Client: n.client, Plan: p, Index: testIndex(t, p)})()
	read := func() bool {
		return strings.Contains(string(d.state), fmt.Sprintf(`"looked":{"number":%d,`, n.Head().Number))
	}
	d.await(t, ctx, "the first head is read", read)
	if d.found() != 0 {
		t.Fatal("found before anything was wrong")
	}
	n.pay(ctx)
	d.await(t, ctx, "the second head is read", read)
	if d.found() != 1 {
		t.Fatalf("%d findings of a full till", d.found())
	}
	n.pay(ctx)
	d.await(t, ctx, "the third head is read", read)
	if d.found() != 2 {
		t.Fatalf("%d findings: the full till, and an invariant that could not be told three times", d.found())
	}
	if err := n.Reorg(ctx, 2, true); err != nil {
		t.Fatal(err)
	}
	if err := n.Mine(1); err != nil {
		t.Fatal(err)
	}
	d.await(t, ctx, "the other chain is read", read)
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.unknown) > 0 || len(d.doubled) > 0 {
		t.Errorf("doubled %v, retracted without having been found %v", d.doubled, d.unknown)
	}
}
