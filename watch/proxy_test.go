package watch

import (
	"context"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/chain/devchain"
	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/plan"
)

var (
	older   = evm.Address{0x01, 0x0d} // code that can be paused
	newer   = evm.Address{0x0e, 0x0e} // code that cannot
	lantern = evm.Address{0xbe, 0xac} // a beacon
)

// slots of the standard, as a proxy of the test's making writes them
var (
	implementationSlot = common.HexToHash("0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc")
	beaconSlot         = common.HexToHash("0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50")
)

// upgradable is the code of a contract that puts the word it is called with into its slot and says so.
func upgradable() []byte {
	code := []byte{0x5f, 0x35, 0x80, 0x7f} // PUSH0 CALLDATALOAD DUP1 PUSH32
	code = append(code, implementationSlot[:]...)
	code = append(code, 0x55, 0x7f) // SSTORE PUSH32
	code = append(code, crypto.Keccak256([]byte("Upgraded(address)"))...)
	return append(code, 0x5f, 0x5f, 0xa2, 0x00) // PUSH0 PUSH0 LOG2 STOP
}

// beaconCode is the code of a contract that answers every call with an address.
func beaconCode(a evm.Address) []byte {
	code := append([]byte{0x73}, a[:]...)
	return append(code, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3) // PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
}

func minimalCode(a evm.Address) []byte {
	code := append(common.FromHex("363d3d373d3d3d363d73"), a[:]...)
	return append(code, common.FromHex("5af43d82803e903d91602b57fd5bf3")...)
}

func proxyPlan(kind string) *plan.Plan {
	p := testPlan("")
	p.Assets[0].Proxy = kind
	p.Actions = []plan.Action{{ID: "pause", Name: "Pause", Kind: "call", Asset: "till", Function: "pause()"}}
	return p
}

func proxyNode(t *testing.T, ctx context.Context, at types.Account) *node {
	t.Helper()
	pause := crypto.Keccak256([]byte("pause()"))[:4]
	rich := new(big.Int).Mul(big.NewInt(1000), big.NewInt(1e18))
	at.Balance = new(big.Int)
	c, err := devchain.Start(ctx, devchain.Options{
		ChainID: chainID, Period: devchain.Manual,
		Alloc: types.GenesisAlloc{
			crypto.PubkeyToAddress(payer(t).PublicKey): {Balance: rich},
			target:  at,
			older:   {Balance: new(big.Int), Code: append([]byte{0x63}, pause...)},
			newer:   {Balance: new(big.Int), Code: []byte{0x00, 0x00}},
			lantern: {Balance: new(big.Int), Code: beaconCode(newer)},
		},
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

// call sends data to the till and mines it.
func (n *node) call(ctx context.Context, data []byte) {
	n.t.Helper()
	key := payer(n.t)
	nonce, err := n.client.Nonce(ctx, crypto.PubkeyToAddress(key.PublicKey), false)
	if err != nil {
		n.t.Fatal(err)
	}
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(chainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(chainID), Nonce: nonce, To: &target, Value: new(big.Int), Gas: 200_000, Data: data,
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

func slotWord(a evm.Address) (h common.Hash) { copy(h[12:], a[:]); return h }

// An upgrade is found, and that the new code lacks what an action calls is told at once, each once.
func TestUpgradeToCodeThatCannotBePaused(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	n := proxyNode(t, ctx, types.Account{Code: upgradable(), Storage: map[common.Hash]common.Hash{implementationSlot: slotWord(older)}})
	d, p := newDesk(), proxyPlan("eip1967")
	w := New(Options{Engine: d, Client: n.client, Plan: p, Index: testIndex(t, p)})
	var said []string
	d.heard = func(say string) { said = append(said, say) }
	done := make(chan struct{})
	running, stop := context.WithCancel(ctx)
	go func() { defer close(done); _ = w.Run(running) }()
	if err := n.Mine(1); err != nil {
		t.Fatal(err)
	}
	d.await(t, ctx, "the watch stands", func() bool { return d.last.Block > 0 })
	word := slotWord(newer)
	n.call(ctx, word[:])
	lacks := func(s string) bool {
		return strings.Contains(s, "lacks what the plan looks for: no function pause(), for which the action Pause looks")
	}
	d.await(t, ctx, "what the new code lacks is told", func() bool { return slices.ContainsFunc(said, lacks) })
	stop()
	<-done
	var upgrades, moves, missing int
	for _, s := range said {
		switch {
		case strings.Contains(s, "was replaced by "+newer.Hex()):
			upgrades++
		case strings.Contains(s, "runs the code at "+newer.Hex()+" now; it ran that at "+older.Hex()):
			moves++
		case lacks(s):
			missing++
		}
	}
	if upgrades != 1 || moves > 1 || missing != 1 || len(d.doubled) > 0 {
		t.Errorf("said %q, doubled %v", said, d.doubled)
	}
}

func TestCodeBehindEachKindOfProxy(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	for name, c := range map[string]struct {
		kind string
		at   types.Account
		want string // part of what is said at the start; nothing if empty
	}{
		"all is well":           {"eip1967", types.Account{Code: []byte{0}, Storage: map[common.Hash]common.Hash{implementationSlot: slotWord(older)}}, ""},
		"no address":            {"eip1967", types.Account{Code: []byte{0}}, "Till is no proxy of kind eip1967"},
		"an address, no code":   {"eip1967", types.Account{Code: []byte{0}, Storage: map[common.Hash]common.Hash{implementationSlot: slotWord(evm.Address{9})}}, "There is no code behind Till"},
		"through a beacon":      {"beacon", types.Account{Code: []byte{0}, Storage: map[common.Hash]common.Hash{beaconSlot: slotWord(lantern)}}, "at " + newer.Hex() + ", lacks"},
		"a beacon that is none": {"beacon", types.Account{Code: []byte{0}, Storage: map[common.Hash]common.Hash{beaconSlot: slotWord(older)}}, "Till is no proxy of kind beacon"},
		"minimal":               {"minimal", types.Account{Code: minimalCode(newer)}, "at " + newer.Hex() + ", lacks"},
		"minimal, well":         {"minimal", types.Account{Code: minimalCode(older)}, ""},
		"minimal that is none":  {"minimal", types.Account{Code: []byte{0}}, "Till is no proxy of kind minimal"},
	} {
		t.Run(name, func(t *testing.T) {
			n, p := proxyNode(t, ctx, c.at), proxyPlan(c.kind)
			w := New(Options{Engine: newDesk(), Client: n.client, Plan: p, Index: testIndex(t, p)})
			co := committer{w: w, items: make(chan item, 8)}
			for range 2 { // what is told once is not told again
				if err := w.lookBehind(ctx, &co, w.o.Index.Proxies(chainID)); err != nil {
					t.Fatal(err)
				}
			}
			close(co.items)
			var said []string
			for it := range co.items {
				for _, f := range it.behind.found {
					said = append(said, f.Say)
				}
			}
			if got := strings.Join(said, "\n"); (c.want == "") != (got == "") || !strings.Contains(got, c.want) || len(said) > 1 {
				t.Errorf("says %q, want %q", got, c.want)
			}
		})
	}
}

// What is put behind a proxy while nobody watches, and says nothing of itself, is noticed by whoever watches next.
func TestCodeReplacedWhileNobodyWatched(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	d, p := newDesk(), proxyPlan("eip1967")
	var said []string
	d.heard = func(say string) { said = append(said, say) }
	for i, code := range []evm.Address{older, newer, newer} {
		n := proxyNode(t, ctx, types.Account{Code: []byte{0}, Storage: map[common.Hash]common.Hash{implementationSlot: slotWord(code)}})
		if _, _, err := d.Lease(ctx, "", time.Time{}); err != nil {
			t.Fatal(err)
		}
		w := New(Options{Engine: d, Client: n.client, Plan: p, Index: testIndex(t, p)})
		s, err := w.load(ctx)
		if err != nil {
			t.Fatal(err)
		}
		c := &committer{w: w, epoch: d.epoch, items: make(chan item, 8), state: s}
		w.attic.recall(w.o.Index.Proxies(chainID), s.Behind)
		if err := w.lookBehind(ctx, c, w.o.Index.Proxies(chainID)); err != nil {
			t.Fatal(err)
		}
		for len(c.items) > 0 {
			c.take(<-c.items)
		}
		if err := c.commit(ctx); err != nil {
			t.Fatal(err)
		}
		moves := 0
		for _, s := range said {
			if strings.Contains(s, "it ran that at "+older.Hex()+" before") {
				moves++
			}
		}
		if moves != min(i, 1) {
			t.Fatalf("watch %d says %q", i, said)
		}
	}
}
