package backtest

import (
	"context"
	"math/big"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/chain/devchain"
	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

const spentChain = 424243

// spent is a chain on which an account pays one coin in each of ten blocks.
func spent(t *testing.T) (chain.Client, evm.Address) {
	t.Helper()
	payer, err := crypto.ToECDSA(crypto.Keccak256([]byte("payer")))
	if err != nil {
		t.Fatal(err)
	}
	who := crypto.PubkeyToAddress(payer.PublicKey)
	coin := big.NewInt(1e18)
	node, err := devchain.Start(t.Context(), devchain.Options{ChainID: spentChain, Alloc: types.GenesisAlloc{who: {Balance: new(big.Int).Mul(big.NewInt(20), coin)}}})
	if err != nil {
		t.Fatal(err)
	}
	client, err := rpc.Dial(t.Context(), rpc.Options{URL: node.WSURL(), ChainID: spentChain})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		if err := node.Close(); err != nil {
			t.Error(err)
		}
	})
	to := evm.Address{1}
	for nonce := range uint64(10) {
		tx, err := types.SignNewTx(payer, types.LatestSignerForChainID(big.NewInt(spentChain)), &types.DynamicFeeTx{
			ChainID: big.NewInt(spentChain), Nonce: nonce, To: &to, Value: coin, Gas: 21_000, GasTipCap: big.NewInt(1), GasFeeCap: big.NewInt(2e9),
		})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := tx.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Send(t.Context(), raw); err != nil {
			t.Fatal(err)
		}
		if err := node.Mine(1); err != nil {
			t.Fatal(err)
		}
	}
	return client, who
}

func spentPlan(who evm.Address) *plan.Plan {
	return &plan.Plan{
		Protocol: "small", Chains: []plan.Chain{{ID: spentChain, Name: "Small"}},
		Detectors: []plan.Detector{
			{ID: "poor", Name: "Poor", Kind: "balance", Mode: "page", Account: who.Hex(), Chain: spentChain, Below: "15500000000000000000"},
			{ID: "paid", Name: "Paid", Kind: "match", Chain: spentChain, Transaction: true},
		},
	}
}

// What stood at each block is read as it was then, and a replay that goes on finds it once.
func TestBalanceOfThePast(t *testing.T) {
	client, who := spent(t)
	head, err := client.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var fell uint64 // first block at which it holds less
	for n := head.Number; ; n-- {
		has, err := client.Balance(t.Context(), who, &n)
		if err != nil {
			t.Fatal(err)
		}
		if has.Cmp(uint256.MustFromDecimal("15500000000000000000")) >= 0 {
			fell = n + 1
			break
		}
	}
	for name, c := range map[string]struct {
		every uint64
		block uint64
	}{"each block": {1, fell}, "now and then": {4, (fell + 3) / 4 * 4}} {
		o := Options{Plan: spentPlan(who), ReadEvery: c.every, State: filepath.Join(t.TempDir(), "state")}
		for to := fell - 1; to <= head.Number; to++ { // each run goes on by a block
			o.Source = NewEndpoint(client, 1, to, 0)
			r, err := run(t, o)
			if err != nil || len(r.NotRun) > 0 || len(r.Detectors) != 2 {
				t.Fatalf("%s, to %d: %v, report %+v", name, to, err, r)
			}
			got := r.Detectors[0]
			if to < c.block && got.Count != 0 || to >= c.block && (got.Count != 1 || got.First.Block != c.block) {
				t.Fatalf("%s, to %d: found %d, first %+v, want it in block %d", name, to, got.Count, got.First, c.block)
			}
		}
		o.ReadEvery = 3
		if _, err := run(t, o); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: a state that was read at other blocks was gone on with: %v", name, err)
		}
	}
}

// forgetful is an endpoint that holds the blocks and no longer how things stood.
type forgetful struct{ chain.Client }

func (forgetful) Balance(context.Context, evm.Address, *uint64) (*uint256.Int, error) {
	return nil, fault.New(fault.Invalid, "The endpoint answers: missing trie node.")
}

func TestStateThatIsForgotten(t *testing.T) {
	client, who := spent(t)
	r, err := run(t, Options{Plan: spentPlan(who), Source: NewEndpoint(forgetful{client}, 1, 5, 0)})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Detectors) != 1 || r.Detectors[0].ID != "paid" || len(r.NotRun) != 1 || !strings.Contains(r.NotRun[0].Why, "missing trie node") {
		t.Errorf("replayed %+v, not %+v", r.Detectors, r.NotRun)
	}
}
