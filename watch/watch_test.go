package watch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/chain"
	"tocsin/chain/devchain"
	"tocsin/chain/rpc"
	"tocsin/detect"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
)

const chainID = 424242

var target = evm.Address{0x70, 0x07}

// desk is an engine as far as a watch sees it: it commits whole observations or nothing.
type desk struct {
	mu        sync.Mutex
	owner     string
	epoch     uint64
	state     []byte
	last      engine.Observation
	commits   int
	live      map[string]string // finding → transaction
	doubled   []string
	unknown   []string                    // retracted without having been found
	said      map[string]incident.Finding // the last of each detector
	over      []string                    // why findings were retracted that no reorganisation took
	changed   chan struct{}
	fail      func() (before, after bool) // errors to inject
	exercises map[string]int
	heard     func(say string) // what each finding says; nil: nobody listens
}

func newDesk() *desk {
	return &desk{live: map[string]string{}, said: map[string]incident.Finding{}, changed: make(chan struct{}, 1), exercises: map[string]int{}}
}

var errInjected = errors.New("the process died")

func (d *desk) Observe(_ context.Context, o engine.Observation) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	before, after := false, false
	if d.fail != nil {
		before, after = d.fail()
	}
	if before {
		return errInjected
	}
	if o.Epoch != d.epoch {
		return errors.New("the lease has passed to somebody else")
	}
	if len(o.Retracted) > 0 && o.RetractedWhy != whyRetracted {
		d.over = append(d.over, o.RetractedWhy)
	}
	for _, id := range o.Retracted {
		if _, ok := d.live[id]; !ok {
			d.unknown = append(d.unknown, id)
		}
		delete(d.live, id)
	}
	for _, f := range o.Findings {
		if _, ok := d.live[f.ID]; ok {
			d.doubled = append(d.doubled, f.ID)
		}
		d.live[f.ID], d.said[f.Detector] = f.Tx.Hex(), f
		if d.heard != nil {
			d.heard(f.Say)
		}
	}
	if o.Exercise != nil {
		d.exercises[o.Exercise.Scenario]++
	}
	d.state, d.last = o.State, o
	d.commits++
	select {
	case d.changed <- struct{}{}:
	default:
	}
	if after {
		return errInjected
	}
	return nil
}

func (d *desk) WatchState(context.Context, string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state, nil
}

func (d *desk) Lease(context.Context, string, time.Time) (uint64, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.owner == "another" {
		return 0, false, nil
	}
	if d.owner == "" {
		d.owner, d.epoch = "us", d.epoch+1
	}
	return d.epoch, true, nil
}

func (d *desk) Release(context.Context, string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.owner = ""
	return nil
}

// await waits until what was committed fulfils a condition.
func (d *desk) await(t *testing.T, ctx context.Context, what string, ok func() bool) {
	t.Helper()
	for {
		d.mu.Lock()
		done := ok()
		d.mu.Unlock()
		if done {
			return
		}
		select {
		case <-d.changed:
		case <-ctx.Done():
			t.Fatalf("never: %s", what)
		}
	}
}

func testPlan(kind string) *plan.Plan {
	return &plan.Plan{
		Protocol:  "test",
		Chains:    []plan.Chain{{ID: chainID, Name: "Test", Kind: kind, Reorg: 16}},
		Assets:    []plan.Asset{{ID: "till", Name: "Till", Kind: "contract", Chain: chainID, Address: target}},
		Detectors: []plan.Detector{{ID: "paid", Name: "Paid", Kind: "match", Mode: "page", Asset: "till", Transaction: true}},
		Exercises: plan.Exercises{Scenarios: []plan.Scenario{{ID: "talk"}, {ID: "fire", Live: "vault"}}},
	}
}

func testIndex(t *testing.T, p *plan.Plan) *detect.Index {
	t.Helper()
	x, problems := detect.Compile(p, nil)
	for _, problem := range problems {
		t.Fatal(problem)
	}
	return x
}

// node is a chain that mines when told to, and an account that pays.
type node struct {
	*devchain.Chain
	client *rpc.Client
	t      *testing.T
	nonce  uint64
}

func newNode(t *testing.T, ctx context.Context) *node {
	t.Helper()
	rich := new(big.Int).Mul(big.NewInt(1000), big.NewInt(1e18))
	c, err := devchain.Start(ctx, devchain.Options{
		ChainID: chainID, Period: devchain.Manual,
		Alloc: types.GenesisAlloc{crypto.PubkeyToAddress(payer(t).PublicKey): {Balance: rich}},
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
	return &node{Chain: c, client: client, t: t}
}

// pay sends one payment and mines it.
func (n *node) pay(ctx context.Context) {
	n.t.Helper()
	key := payer(n.t)
	nonce, err := n.client.Nonce(ctx, crypto.PubkeyToAddress(key.PublicKey), false)
	if err != nil {
		n.t.Fatal(err)
	}
	n.nonce++ // makes payments differ even where a reorganisation forgot the one before
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(chainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(chainID), Nonce: nonce, To: &target, Value: big.NewInt(int64(n.nonce)), Gas: 21000,
		GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(100e9),
	})
	if err != nil {
		n.t.Fatal(err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		n.t.Fatal(err)
	}
	if _, err := n.client.Send(ctx, raw); err != nil {
		n.t.Fatal(err)
	}
	if err := n.Mine(1); err != nil {
		n.t.Fatal(err)
	}
}

// payments counts the canonical ones from a block on.
func (n *node) payments(ctx context.Context, from uint64) map[string]int {
	n.t.Helper()
	all := map[string]int{}
	for at := from; at <= n.Head().Number; at++ {
		b, err := n.client.Block(ctx, at)
		if err != nil {
			n.t.Fatal(err)
		}
		for _, tx := range b.Transactions {
			if tx.To != nil && *tx.To == target {
				all[tx.Hash.Hex()]++
			}
		}
	}
	return all
}

// start runs a watcher; the function returned kills it.
func start(ctx context.Context, o Options) (kill func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	w := New(o)
	wg.Go(func() { _ = w.Run(ctx) })
	return func() { cancel(); wg.Wait() }
}

// Whatever happens between chain, watcher and database, the findings that stand in the end are those of the canonical
// blocks, each once.
func TestNoBlockIsSkippedOrDoubled(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 7))
			n, d, p := newNode(t, ctx), newDesk(), testPlan("")
			dice := rand.New(rand.NewPCG(seed, 8)) // its own: the watcher rolls it
			d.fail = func() (bool, bool) { return dice.IntN(8) == 0, dice.IntN(8) == 0 }
			first := uint64(1)
			o := Options{Engine: d, Client: n.client, Plan: p, Index: testIndex(t, p), From: &first}
			kill := start(ctx, o)
			for range 40 {
				switch r.IntN(6) {
				case 0:
					if depth := 1 + r.IntN(4); uint64(depth) < n.Head().Number {
						if err := n.Reorg(ctx, depth, r.IntN(2) == 0); err != nil {
							t.Fatal(err)
						}
					}
				case 1:
					kill()
					kill = start(ctx, o)
				case 2:
					head := n.Head()
					d.await(t, ctx, "the head is seen", func() bool { return d.last.Block >= head.Number })
				default:
					n.pay(ctx)
				}
			}
			n.pay(ctx)
			head := n.Head()
			d.await(t, ctx, "the last head is seen", func() bool { return d.last.Block == head.Number })
			kill()
			d.mu.Lock()
			defer d.mu.Unlock()
			got := map[string]int{}
			for _, tx := range d.live {
				got[tx]++
			}
			want := n.payments(ctx, 1)
			if len(want) == 0 || len(got) != len(want) {
				t.Errorf("%d payments stand, %d were made", len(got), len(want))
			}
			for tx, times := range want {
				if got[tx] != times {
					t.Errorf("payment %s was found %d times", tx, got[tx])
				}
			}
			if len(d.doubled) > 0 || len(d.unknown) > 0 {
				t.Errorf("doubled %v, retracted without having been found %v", d.doubled, d.unknown)
			}
		})
	}
}

func TestNewWatchBeginsAtTheHead(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	n, d, p := newNode(t, ctx), newDesk(), testPlan("drill")
	for range 5 {
		n.pay(ctx)
	}
	o := Options{Engine: d, Client: n.client, Plan: p, Index: testIndex(t, p), Logger: slog.New(slog.DiscardHandler)}
	defer start(ctx, o)()
	d.await(t, ctx, "the head is seen", func() bool { return d.last.Block == 5 })
	n.pay(ctx)
	d.await(t, ctx, "the next one is seen", func() bool { return d.last.Block == 6 })
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.live) != 2 {
		t.Errorf("%d payments found, want those of the head and of the block after it", len(d.live))
	}
	if d.exercises["fire"] != d.commits || d.last.Exercise.Chain != chainID {
		t.Errorf("exercises %v of %d commits", d.exercises, d.commits)
	}
	if d.last.Key != engine.WatchKey("test", chainID) || d.last.Protocol != "test" || d.last.BlockTime.IsZero() {
		t.Errorf("observation %+v", d.last)
	}
}

// A new watch begins at the head, and fills its baselines from before beside it.
func TestNewWatchFillsBaselinesFromBefore(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	n, d, p := newNode(t, ctx), newDesk(), testPlan("")
	rush := plan.Detector{
		ID: "rush", Name: "Rush", Kind: "spike", Mode: "page", Asset: "till", Metric: "transactions",
		Window: plan.Duration(time.Second), Baseline: 12, Factor: 1, Backfill: 20,
	}
	p.Detectors = append(p.Detectors, rush)
	for range 30 {
		n.pay(ctx)
	}
	o := Options{Engine: d, Client: n.client, Plan: p, Index: testIndex(t, p)}
	kill := start(ctx, o)
	warm := func() bool { s := new(state); return json.Unmarshal(d.state, s) == nil && len(s.Warming) == 0 }
	d.await(t, ctx, "the baseline is filled", func() bool { return d.last.Block == 30 && warm() })
	if d.found() != 1 {
		t.Errorf("found %v, want the head's payment, and nothing of before", d.live)
	}
	n.pay(ctx)
	// Blocks of a chain that mines at once are a second apart: they fill windows.
	d.await(t, ctx, "the rush is found", func() bool { return d.last.Block == 31 && len(d.live) == 3 })
	kill()
	rush.ID, rush.Window, rush.Backfill = "late", plan.Duration(2*time.Second), 0
	p.Detectors = append(p.Detectors, rush)
	o.Index = testIndex(t, p)
	defer start(ctx, o)()
	n.pay(ctx)
	d.await(t, ctx, "the baseline of another detector is filled as well", func() bool { return d.last.Block == 32 && warm() })
	n.pay(ctx)
	n.pay(ctx)
	d.await(t, ctx, "it finds what it would have found", func() bool { return d.last.Block == 34 && d.said["late"].Block > 32 })
	if len(d.doubled)+len(d.unknown) > 0 {
		t.Errorf("doubled %v, unknown %v", d.doubled, d.unknown)
	}
}

// A backlog is committed in batches, but what was found waits for none of it.
func TestBacklogIsCommittedInBatches(t *testing.T) {
	b, d, p := &blinking{more: make(chan struct{})}, newDesk(), testPlan("")
	b.set(false, maxBatch)
	b.blocks[20].Transactions = []evm.Transaction{{To: &target}}
	d.epoch = 1
	w := New(Options{Engine: d, Client: b, Plan: p, Index: testIndex(t, p)})
	c := committer{w: w, epoch: 1, items: make(chan item, 2*maxBatch), state: &state{V: stateVersion}}
	for _, blk := range b.blocks {
		c.items <- item{step: &chain.Step{Ref: chain.Ref{Number: blk.Number, Hash: blk.Hash}, Block: blk}}
	}
	var blocks []uint64
	d.fail = func() (bool, bool) {
		if d.commits > 0 {
			blocks = append(blocks, d.last.Block)
		}
		return false, d.commits == 1
	}
	if err := c.run(t.Context()); !errors.Is(err, errInjected) {
		t.Fatal(err)
	}
	if len(blocks) != 1 || blocks[0] != 20 || d.last.Block != maxBatch-1 {
		t.Errorf("commits after blocks %v, the last at %d", blocks, d.last.Block)
	}
}
