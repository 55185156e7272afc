package app

import (
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/chain"
	"tocsin/chain/devchain"
	"tocsin/evm"
	"tocsin/plan"
)

// What an action would do is said to whoever is asked to sign it, and not asked anew for every look at the page.
func TestTrialsSayWhatWouldHappen(t *testing.T) {
	const id = 424242
	rich := evm.Address{1}
	c, err := devchain.Start(t.Context(), devchain.Options{ChainID: id, Period: devchain.Manual, Alloc: types.GenesisAlloc{rich: {Balance: big.NewInt(1e18)}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	now := time.Now()
	x := &trials{clients: map[uint64]chain.Client{id: c.Client()}, sender: rich, now: func() time.Time { return now }, within: patience, last: map[evm.Hash]tried{}}
	p := &plan.Plan{}
	pr := action.Prepared{Kind: action.Call, Chain: id, To: evm.Address{7}, Value: uint256.NewInt(5e17)}
	pr.Hash = pr.ComputeHash()
	first := x.try(p, pr)
	if len(first) != 2 || first[0] != "It would work. Tried at block 0." || !strings.HasPrefix(first[1], "0.5 of the chain's currency from "+rich.Hex()) {
		t.Fatalf("it says %q", first)
	}
	if err := c.Mine(1); err != nil {
		t.Fatal(err)
	}
	if again := x.try(p, pr); !slices.Equal(again, first) {
		t.Errorf("a moment later it says %q", again)
	}
	now = now.Add(triedFor)
	if later := x.try(p, pr); len(later) != 2 || later[0] != "It would work. Tried at block 1." {
		t.Errorf("later it says %q", later)
	}
	if got := x.try(p, action.Prepared{Kind: action.Hook}); got != nil {
		t.Errorf("of a request it says %q", got)
	}
}
