package detect

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/plan"
)

// measured runs one block of each window through a spike detector and returns the windows it fired in.
func measured(t *testing.T, d plan.Detector, windows int, fill func(b *evm.Block, window int)) (fired []int, last string) {
	t.Helper()
	d.Kind, d.Mode, d.Window = "spike", "page", plan.Duration(10*time.Second)
	p := world(d)
	p.Assets = append(p.Assets, plan.Asset{ID: "till", Name: "Till", Kind: "key", Chain: testChain, Address: bob})
	x := compile(t, p)
	var s State
	for i := range windows {
		b := block(uint64(i), 1000+uint64(i)*10, 1)
		fill(b, i)
		for _, f := range x.Block(testChain, b, &s) {
			fired, last = append(fired, i), f.Say
		}
		s = stored(t, s)
	}
	return fired, last
}

func TestFailedShare(t *testing.T) {
	for _, c := range []struct {
		name string
		all  []int
		bad  []int
		d    plan.Detector
		want []int
		say  string
	}{
		{"limit", []int{0, 20, 20}, []int{0, 9, 10}, plan.Detector{Minimum: 0.5}, []int{2}, "Test: 50 % of the transactions of Vault fail within 10s."},
		{"too few to say", []int{0, 9, 9}, []int{0, 9, 9}, plan.Detector{Minimum: 0.5}, nil, ""},
		{"factor", []int{0, 20, 40, 20, 40, 100}, []int{0, 2, 4, 2, 4, 40}, plan.Detector{Baseline: 4, Factor: 4}, []int{5}, "Test: 40 % of the transactions of Vault fail within 10s, where 10 % are usual."},
		{"more of more is no greater share", []int{0, 20, 40, 20, 40, 900}, []int{0, 2, 4, 2, 4, 90}, plan.Detector{Baseline: 4, Factor: 2}, nil, ""},
		{"quiet windows say nothing", []int{0, 20, 5, 20, 5, 20}, []int{0, 2, 5, 2, 5, 18}, plan.Detector{Baseline: 4, Factor: 4}, []int{5}, "Test: 90 % of the transactions of Vault fail within 10s, where 10 % are usual."},
		{"warming while too little can be compared", []int{0, 20, 5, 5, 5, 20}, []int{0, 2, 0, 0, 0, 18}, plan.Detector{Baseline: 4, Factor: 4}, nil, ""},
		{"chance", []int{0, 20, 20, 20, 20, 20}, []int{0, 1, 1, 1, 1, 2}, plan.Detector{Baseline: 4, Score: 3}, nil, ""},
		{"score", []int{0, 20, 20, 20, 20, 20}, []int{0, 1, 1, 1, 1, 8}, plan.Detector{Baseline: 4, Score: 3}, []int{5}, "Test: 40 % of the transactions of Vault fail within 10s, where 5 % are usual."},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.d.Metric = "failed_share"
			fired, say := measured(t, c.d, len(c.all), func(b *evm.Block, w int) {
				for i := range c.all[w] {
					status := uint64(1)
					if i < c.bad[w] {
						status = 0
					}
					add(b, &vault, 0, nil, status)
				}
			})
			if !slices.Equal(fired, c.want) || say != c.say {
				t.Errorf("fired in %v saying %q", fired, say)
			}
		})
	}
}

func TestGasPrice(t *testing.T) {
	fees := []uint64{10, 12, 11, 10, 12, 70, 70, 11, 80}
	d := plan.Detector{Metric: "gas_price", Chain: testChain, Baseline: 4, Factor: 5, Clear: 2}
	fired, say := measured(t, d, len(fees), func(b *evm.Block, w int) {
		b.BaseFee = uint256.NewInt(fees[w] * 1e9)
		add(b, &vault, 0, nil, 1)
	})
	if !slices.Equal(fired, []int{5}) || say != "Test: gas costs 70 gwei on chain 31337 within 10s, where 11.5 gwei are usual." {
		t.Errorf("base fee: fired in %v saying %q", fired, say)
	}
	paid := func(b *evm.Block, w int) {
		for i := range 3 {
			add(b, &vault, 0, nil, 1)
			b.Receipts[i].EffectiveGasPrice = uint256.NewInt(fees[w] * 1e9 * uint64(i))
		}
	}
	if fired, say = measured(t, d, 6, paid); len(fired) != 1 || !strings.Contains(say, "70 gwei") {
		t.Errorf("no base fee: fired in %v saying %q", fired, say)
	}
	d.Chain, d.Asset, d.Baseline, d.Factor, d.Clear, d.Minimum = 0, "vault", 0, 0, 0, 70
	if fired, say = measured(t, d, 6, paid); len(fired) != 1 || say != "Test: gas costs 70 gwei on Vault within 10s." {
		t.Errorf("of an asset: fired in %v saying %q", fired, say)
	}
	if fired, _ = measured(t, d, 6, func(b *evm.Block, _ int) { add(b, &vault, 0, nil, 1) }); len(fired) != 0 {
		t.Error("fired where no price is known")
	}
}

func TestOutflow(t *testing.T) {
	d := plan.Detector{Metric: "outflow", Event: "Withdraw", Amount: "event.args.assets", Where: "event.args.owner != tx.to", Minimum: 100}
	fired, say := measured(t, d, 4, func(b *evm.Block, w int) {
		for range 2 {
			add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, uint64(20*w)), withdrawal(t, vault, alice, vault, 999))
			add(b, &vault, 0, nil, 0) // moved nothing
		}
	})
	if !slices.Equal(fired, []int{3}) || say != "Test: 120 HUSD leave Vault within 10s." {
		t.Errorf("events: fired in %v saying %q", fired, say)
	}
	d = plan.Detector{Metric: "outflow", Asset: "till", Baseline: 2, Factor: 3, Minimum: 1, Message: "{count} of {usual}"}
	fired, say = measured(t, d, 5, func(b *evm.Block, w int) {
		for _, status := range []uint64{1, 0} {
			add(b, &vault, []uint64{0, 1, 1, 1, 4}[w]*1e18, nil, status)
			b.Transactions[len(b.Transactions)-1].From = bob
		}
		add(b, &bob, 90e17, nil, 1) // comes in
	})
	if !slices.Equal(fired, []int{4}) || say != "4 ETH of 1 ETH" {
		t.Errorf("native value: fired in %v saying %q", fired, say)
	}
	d = plan.Detector{Metric: "outflow", Event: "Withdraw", Amount: "-event.args.assets", Minimum: 1}
	if fired, _ = measured(t, d, 2, func(b *evm.Block, _ int) { add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 5)) }); len(fired) != 0 {
		t.Error("what comes in was taken for an outflow")
	}
	d.Amount = "event.args.assets / (event.args.assets - event.args.shares)"
	if fired, say = measured(t, d, 1, func(b *evm.Block, _ int) { add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 5)) }); len(fired) != 1 || !strings.Contains(say, "could not judge (amount") {
		t.Errorf("an amount that cannot be told: fired in %v saying %q", fired, say)
	}
}

// Sums of the largest numbers there are neither wrap nor disturb what comes before and after.
func TestHugeAmountsAreTakenBack(t *testing.T) {
	d := plan.Detector{Kind: "spike", Metric: "outflow", Event: "Withdraw", Window: min1, Minimum: 1, Amount: `event.args.assets * u256("100000000000000000000000000000000000000000000000000")`}
	x := compile(t, world(d))
	var s State
	for n := range uint64(3) {
		b := block(n, 1000, 1)
		add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, n*1e6), withdrawal(t, vault, alice, bob, n*1e6))
		x.Block(testChain, b, &s)
	}
	s = stored(t, s)
	s.Rollback(hashOf(2, 1))
	if got := s.Spikes["d"].Windows[0].Sum; got == nil || got.Cmp(new(uint256.Int).Lsh(uint256.NewInt(1), 193)) != 0 {
		t.Errorf("left is %v", got)
	}
	s.Rollback(hashOf(1, 1))
	if left := s.Spikes["d"].Windows; len(left) != 0 {
		t.Errorf("left is %+v", left)
	}
}

// A state that a release before wrote still loads.
func TestStateOfBeforeLoads(t *testing.T) {
	d := failures()
	x := compile(t, world(d))
	of := fmt.Sprintf("failed_transactions %d %s    10", testChain, vault)
	var s State
	old := `{"recent":[{"number":4,"hash":"` + hashOf(4, 1).Hex() + `","time":1050},{"number":5,"hash":"` + hashOf(5, 1).Hex() + `","time":1055,"undo":{"d":{"window":105,"n":2,"last":{"window":100,"time":1001},"fired":true}}}],
		"spikes":{"d":{"of":"` + of + `","from":99,"windows":[{"window":103,"n":1},{"window":105,"n":3}],"last":{"window":105,"time":1055}}}}`
	load(t, old, &s)
	s.Rollback(hashOf(5, 1))
	c := s.Spikes["d"]
	if c == nil || len(c.Windows) != 2 || c.Windows[1].N != 1 || c.Last == nil || c.Last.Window != 100 {
		t.Fatalf("counter %+v", c)
	}
	load(t, old, &s)
	if found := x.Block(testChain, failing(6, 1099, 1, 9), &s); len(found) != 1 || s.Spikes["d"].From != 99 {
		t.Errorf("found %s of counter %+v", say(found), s.Spikes["d"])
	}
}
