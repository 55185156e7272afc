package watch

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/detect"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/internal/chaos"
	"tocsin/plan"
	"tocsin/store/memory"
)

var (
	storms    = flag.Int("storms", 3, "storms that TestStorm raises")
	stormSeed = flag.Uint64("storm", 1, "seed of the first of them")
)

// relay tells when an engine has taken an observation.
type relay struct {
	*engine.Engine
	changed chan struct{}
}

func (r relay) Observe(ctx context.Context, o engine.Observation) error {
	err := r.Engine.Observe(ctx, o)
	select {
	case r.changed <- struct{}{}:
	default:
	}
	return err
}

// stormPlan watches the till of a chain in each way that goes by blocks, and calls people for all of it.
func stormPlan(chain uint64) (*plan.Plan, *detect.Index, error) {
	p, _, err := plan.Load(os.DirFS("../incident/testdata/plan"))
	if err != nil {
		return nil, nil, err
	}
	p.Chains = []plan.Chain{{ID: chain, Name: "Test", Reorg: 128}}
	p.Assets = append(p.Assets, plan.Asset{ID: "till", Name: "Till", Kind: "contract", Chain: chain, Address: target})
	p.Detectors = nil
	for _, d := range []plan.Detector{
		{ID: "paid", Kind: "match", Transaction: true},
		{ID: "even", Kind: "match", Transaction: true, Where: "tx.value % u256(2) == u256(0)", Amount: "tx.value"},
		{ID: "deep", Kind: "match", Transaction: true, Depth: "2"},
		{ID: "rush", Kind: "spike", Metric: "transactions", Window: plan.Duration(3 * time.Second), Minimum: 2},
		{ID: "quiet", Kind: "absence", Transaction: true, Silent: plan.Duration(3 * time.Second)},
	} {
		d.Name, d.Mode, d.Asset = d.ID, "page", "till"
		p.Detectors = append(p.Detectors, d)
		p.Issues[0].Detection.Detectors = append(p.Issues[0].Detection.Detectors, d.ID)
	}
	x, problems := detect.Compile(p, nil)
	if len(problems) > 0 {
		return nil, nil, problems[0]
	}
	return p, x, nil
}

// told names a finding by what was found where. Its id also tells how often its block came.
func told(detector string, block evm.Hash, tx evm.Hash, say string) string {
	return fmt.Sprintf("%s %s %s %s", detector, block, tx, say)
}

// undisturbed is what the detectors find in the chain as it is.
func undisturbed(t *testing.T, c chain.Client, head uint64, x *detect.Index) map[string]int {
	t.Helper()
	all, s := map[string]int{}, &detect.State{}
	for at := uint64(0); at <= head; at++ {
		b, err := c.Block(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		if at == 0 {
			s.Recent = []detect.Past{{Hash: b.Hash, Time: b.Time}}
			continue
		}
		for _, f := range x.Block(c.ChainID(), b, s) {
			all[told(f.Detector, f.BlockHash, f.Tx, f.Say)]++
		}
	}
	return all
}

// standing is what stands in all incidents, but for what is said of single endpoints.
func standing(t *testing.T, e *engine.Engine) map[string]int {
	t.Helper()
	list, err := e.List(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]int{}
	for _, i := range list {
		v, err := e.View(t.Context(), i.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range v.State.Findings {
			if f.Retracted == "" && f.Detector != "endpoint" {
				all[told(f.Detector, f.BlockHash, f.Tx, f.Say)]++
			}
		}
	}
	return all
}

// stands says at which block the watch stands, and whether anything is open in it.
func (r relay) stands(ctx context.Context, protocol string, chain uint64) (at evm.Hash, open bool) {
	b, err := r.WatchState(ctx, engine.WatchKey(protocol, chain))
	s := &state{}
	if err != nil || json.Unmarshal(b, s) != nil {
		return evm.Hash{}, true
	}
	last, _ := s.Detect.Last()
	return last.Hash, len(s.Alarms)+len(s.Ahead) > 0
}

// same checks that what stands is what is to be found, each once, and nothing else.
func same(t *testing.T, want, got map[string]int) {
	t.Helper()
	if len(want) == 0 {
		t.Fatal("there was nothing to find")
	}
	for _, f := range slices.Sorted(maps.Keys(want)) {
		if got[f] != want[f] {
			t.Errorf("%d times, not %d: %s", got[f], want[f], f)
		}
	}
	for _, f := range slices.Sorted(maps.Keys(got)) {
		if want[f] == 0 {
			t.Errorf("stands, and is not so: %s", f)
		}
	}
}

// Three endpoints, of which one lies at a time and all of which drop, stall and limit, show a chain that is reorganised at
// random to a watch that is killed at random. What stands once it is quiet is what an undisturbed look at the chain finds,
// each once, and nothing else.
func TestStorm(t *testing.T) {
	for i := range uint64(*storms) {
		seed := *stormSeed + i
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			r := rand.New(rand.NewPCG(seed, 21))
			n := newNode(t, ctx)
			p, x, err := stormPlan(chainID)
			if err != nil {
				t.Fatal(err)
			}
			e := engine.New(engine.Options{Store: memory.New(nil), Node: "a"})
			if _, err := e.Pin(ctx, p, nil); err != nil {
				t.Fatal(err)
			}
			desk := relay{e, make(chan struct{}, 1)}
			ends := []*chaos.Endpoint{chaos.Start(t, n.URL()), chaos.Start(t, n.WSURL()), chaos.Start(t, n.WSURL())}
			pool, err := rpc.NewPool(rpc.PoolOptions{
				Options: rpc.Options{ChainID: chainID, PollEvery: 4 * time.Millisecond, Backoff: time.Millisecond, Timeout: 200 * time.Millisecond, Patience: time.Minute, Depth: 128},
				URLs:    []string{ends[0].URL(), ends[1].WSURL(), ends[2].WSURL()}, HedgeAfter: 20 * time.Millisecond, LagFor: 40 * time.Millisecond,
				DisagreeFor: 40 * time.Millisecond, DropFor: 5 * time.Millisecond, ReportAfter: 1, AuditEvery: 1,
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(pool.Close)
			first := uint64(1)
			o := Options{Engine: desk, Client: pool, Plan: p, Index: x, From: &first, Blind: 600 * time.Millisecond}
			kill := start(ctx, o)
			defer func() { kill() }()
			await := func(what string, ok func() bool) {
				t.Helper()
				for !ok() {
					select {
					case <-desk.changed:
					case <-ctx.Done():
						at, open := desk.stands(ctx, p.Protocol, chainID)
						t.Fatalf("never: %s; the watch stands at %s (open %v), the chain at %v", what, at, open, n.Head())
					}
				}
			}
			n.pay(ctx)
			liar := -1
			for range 60 {
				switch at := r.IntN(3); r.IntN(9) {
				case 0, 1: // one says what is not so
					if liar >= 0 {
						ends[liar].Be(chaos.Fine)
					}
					liar = at
					if w := chaos.Ways()[r.IntN(len(chaos.Ways()))]; w == chaos.Lags {
						ends[at].Lag(n.Head().Number - uint64(r.IntN(2)))
					} else {
						ends[at].Be(w)
					}
				case 2, 3: // any says too little
					if at != liar {
						ends[at].Be(chaos.Quiet()[r.IntN(len(chaos.Quiet()))])
					}
				case 4:
					ends[at].Be(chaos.Fine)
					if at == liar {
						liar = -1
					}
				case 5:
					if depth := 1 + r.IntN(4); uint64(depth) < n.Head().Number {
						if err := n.Reorg(ctx, depth, r.IntN(2) == 0); err != nil {
							t.Fatal(err)
						}
					}
				case 6:
					if r.IntN(3) == 0 {
						kill()
						kill = start(ctx, o)
					}
				case 7:
					if err := n.Mine(1 + r.IntN(4)); err != nil {
						t.Fatal(err)
					}
				case 8:
					for _, x := range ends {
						x.Be(chaos.Fine)
					}
					liar = -1
					head := n.Head()
					await("the head is seen in a lull", func() bool { at, _ := desk.stands(ctx, p.Protocol, chainID); return at == head.Hash })
				}
				n.pay(ctx)
			}
			for _, x := range ends {
				x.Be(chaos.Fine)
			}
			n.pay(ctx)
			head := n.Head()
			await("the last head is seen", func() bool { at, open := desk.stands(ctx, p.Protocol, chainID); return at == head.Hash && !open })
			kill()
			want := undisturbed(t, n.client, head.Number, x)
			same(t, want, standing(t, e))
			if t.Failed() {
				t.Logf("run again with -run TestStorm -storms 1 -storm %d", seed)
			}
			counts := map[string]int{}
			for f := range want {
				id, _, _ := strings.Cut(f, " ")
				counts[id]++
			}
			t.Logf("%d blocks, found %v", head.Number, counts)
		})
	}
}
