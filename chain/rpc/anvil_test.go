package rpc_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	gethrpc "github.com/ethereum/go-ethereum/rpc"
	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/internal/anvil"
)

var (
	rich = common.HexToAddress("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266") // anvil's first development account
	poor = common.HexToAddress("0x000000000000000000000000000000000000dEaD")
)

// TestAnvil follows a chain that is not go-ethereum: its blocks verify, and a reorganisation is seen.
func TestAnvil(t *testing.T) {
	for _, scheme := range []string{"http://", "ws://"} {
		t.Run(scheme, func(t *testing.T) {
			addr := anvil.Start(t)
			ctx := t.Context()
			raw, err := gethrpc.DialContext(ctx, "http://"+addr)
			if err != nil {
				t.Fatal(err)
			}
			defer raw.Close()
			ask := func(method string, args ...any) {
				t.Helper()
				if err := raw.CallContext(ctx, nil, method, args...); err != nil {
					t.Fatalf("%s: %v", method, err)
				}
			}
			ask("evm_setAutomine", false)
			pay := func() { // in a block of its own
				t.Helper()
				ask("eth_sendTransaction", map[string]any{"from": rich, "to": poor, "value": "0x1"})
				ask("evm_mine")
			}
			c, err := rpc.Dial(ctx, rpc.Options{URL: scheme + addr, ChainID: 31337, PollEvery: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			for range 5 {
				pay()
			}
			genesis, err := c.Block(ctx, 0)
			if err != nil {
				t.Fatal(err)
			}
			errDone := errors.New("done")
			var seen []uint64
			orphaned := 0
			from := chain.Cursor{Recent: []chain.Ref{{Number: 0, Hash: genesis.Hash}}}
			err = c.Follow(ctx, from, func(s chain.Step) error {
				if s.Orphaned {
					orphaned++
					seen = seen[:len(seen)-1]
					return nil
				}
				if n := uint64(len(seen)) + 1; s.Ref.Number != n {
					t.Fatalf("block %d came where %d was due", s.Ref.Number, n)
				}
				if len(s.Block.Transactions) != len(s.Block.Receipts) {
					t.Fatalf("block %d has %d transactions and %d receipts", s.Ref.Number, len(s.Block.Transactions), len(s.Block.Receipts))
				}
				seen = append(seen, s.Ref.Number)
				switch {
				case len(seen) == 5 && orphaned == 0:
					ask("anvil_reorg", 2, []any{})
					pay() // a head that tells of it
				case len(seen) == 6 && orphaned == 2:
					return errDone
				}
				return nil
			})
			if !errors.Is(err, errDone) {
				t.Fatalf("Follow: %v", err)
			}
			b, err := c.Balance(ctx, poor, nil)
			if err != nil {
				t.Fatal(err)
			}
			if b.Cmp(uint256.NewInt(4)) != 0 { // five payments, two of them reorganised away, one more
				t.Errorf("balance %s, want 4", b)
			}
		})
	}
}

// TestAnvilWrongChain is refused at once: an endpoint of another chain must never be believed.
func TestAnvilWrongChain(t *testing.T) {
	addr := anvil.Start(t, "--chain-id", "5")
	if c, err := rpc.Dial(context.Background(), rpc.Options{URL: "http://" + addr, ChainID: 31337}); err == nil {
		c.Close()
		t.Fatal("an endpoint of chain 5 was taken for chain 31337")
	}
}
