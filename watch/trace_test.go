package watch

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/chain"
	"tocsin/chain/devchain"
	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// pipe passes what it is paid on to the address in its calldata.
var (
	pipe     = evm.Address{0xaa, 7}
	pipeCode = []byte{0x5f, 0x5f, 0x5f, 0x5f, 0x34, 0x5f, 0x35, 0x5a, 0xf1, 0x00}
)

// tracing is a client whose traces can be spoilt.
type tracing struct {
	*rpc.Client
	mu    sync.Mutex
	spoil func(ctx context.Context, b *evm.Block) error // nil: all is well
}

func (t *tracing) Trace(ctx context.Context, b *evm.Block) ([]evm.Frame, error) {
	t.mu.Lock()
	spoil := t.spoil
	t.mu.Unlock()
	if spoil != nil {
		if err := spoil(ctx, b); err != nil {
			return nil, err
		}
	}
	return t.Client.Trace(ctx, b)
}

func (t *tracing) be(spoil func(context.Context, *evm.Block) error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.spoil = spoil
}

// piped is a chain with such a contract, and a plan that looks for payments that come through it.
func piped(t *testing.T, ctx context.Context) (*node, *plan.Plan) {
	t.Helper()
	rich := new(big.Int).Mul(big.NewInt(1000), big.NewInt(1e18))
	c, err := devchain.Start(ctx, devchain.Options{
		ChainID: chainID, Period: devchain.Manual,
		Alloc: types.GenesisAlloc{crypto.PubkeyToAddress(payer(t).PublicKey): {Balance: rich}, pipe: {Balance: new(big.Int), Code: pipeCode}},
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := rpc.Dial(ctx, rpc.Options{URL: c.WSURL(), ChainID: chainID})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	p := testPlan("")
	p.Detectors[0].Internal = true
	p.Detectors[0].Where = `call.depth > 0`
	return &node{Chain: c, client: client, t: t}, p
}

// pipe pays through the contract and mines it.
func (n *node) pipe(ctx context.Context) evm.Hash {
	n.t.Helper()
	key := payer(n.t)
	nonce, err := n.client.Nonce(ctx, crypto.PubkeyToAddress(key.PublicKey), false)
	if err != nil {
		n.t.Fatal(err)
	}
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(chainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(chainID), Nonce: nonce, To: &pipe, Value: big.NewInt(3), Gas: 100_000, Data: append(make([]byte, 12), target[:]...),
		GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(100e9),
	})
	if err != nil {
		n.t.Fatal(err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		n.t.Fatal(err)
	}
	hash, err := n.client.Send(ctx, raw)
	if err != nil {
		n.t.Fatal(err)
	}
	if err := n.Mine(1); err != nil {
		n.t.Fatal(err)
	}
	return hash
}

// Payments from within other calls are found, at the head and in a gap, each once; a chain that reorganises takes them back.
func TestInternalCallsAreFound(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	n, p := piped(t, ctx)
	d, first := newDesk(), uint64(1)
	want := map[string]bool{}
	for range farBehind + 8 {
		want[n.pipe(ctx).Hex()] = true
	}
	defer start(ctx, Options{Engine: d, Client: n.client, Plan: p, Index: testIndex(t, p), From: &first})()
	d.await(t, ctx, "the gap is filled", func() bool { return d.last.Block == farBehind+8 })
	for range 3 {
		want[n.pipe(ctx).Hex()] = true
	}
	d.await(t, ctx, "the head is seen", func() bool { return d.last.Block == farBehind+11 })
	d.mu.Lock()
	if len(d.live) != len(want) || len(d.doubled) > 0 {
		t.Errorf("%d found, want %d; doubled %v", len(d.live), len(want), d.doubled)
	}
	for _, tx := range d.live {
		if !want[tx] {
			t.Errorf("found %s", tx)
		}
	}
	d.mu.Unlock()
	if err := n.Reorg(ctx, 2, false); err != nil {
		t.Fatal(err)
	}
	d.await(t, ctx, "two are taken back", func() bool { return len(d.live) == len(want)-2 })
}

// A block whose traces do not come goes on without them, after its time; those who look for internal calls say that they
// cannot see them, once, and what the blocks themselves hold is found all the same.
func TestMissingTracesHoldNothingUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	n, p := piped(t, ctx)
	p.Detectors = append(p.Detectors, plan.Detector{ID: "plain", Name: "Plain", Kind: "match", Mode: "page", Asset: "till", Transaction: true})
	c, d, first := &tracing{Client: n.client}, newDesk(), uint64(1)
	defer start(ctx, Options{Engine: d, Client: c, Plan: p, Index: testIndex(t, p), From: &first})()
	n.pipe(ctx)
	d.await(t, ctx, "the first is seen", func() bool { return len(d.live) == 1 && d.last.Block == 1 })

	c.be(func(ctx context.Context, _ *evm.Block) error { <-ctx.Done(); return context.Cause(ctx) })
	n.pay(ctx)
	d.await(t, ctx, "it is told that calls cannot be seen", func() bool { return strings.Contains(d.said["paid"].Say, "cannot see internal calls") })
	d.await(t, ctx, "the payment is found", func() bool { return d.said["plain"].Block == 2 })
	c.be(func(context.Context, *evm.Block) error {
		return fault.New(fault.Unavailable, "No.").Because(chain.ErrNoTraces)
	})
	n.pay(ctx)
	d.await(t, ctx, "the next payment is found", func() bool { return d.said["plain"].Block == 3 })
	c.be(nil)
	n.pipe(ctx)
	d.await(t, ctx, "internal calls are seen again", func() bool { return d.said["paid"].Block == 4 })
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.live) != 5 || len(d.doubled) > 0 {
		t.Errorf("%d findings, doubled %v", len(d.live), d.doubled)
	}
}

// Whoever takes the steps and has had enough is heard at once, not with the next block.
func TestWalkEndsWithWhoeverTakesTheSteps(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	n, p := piped(t, ctx)
	n.pipe(ctx)
	w := New(Options{Engine: newDesk(), Client: n.client, Plan: p, Index: testIndex(t, p)})
	enough, steps := errors.New("enough"), 0
	err := w.walk(ctx, chain.Cursor{}, func(s chain.Step) error {
		steps++
		if len(s.Block.Traces) != len(s.Block.Transactions) {
			t.Errorf("block %d has %d traces", s.Ref.Number, len(s.Block.Traces))
		}
		return enough
	})
	if err != enough || steps != 1 {
		t.Errorf("%d steps, then %v", steps, err)
	}
}
