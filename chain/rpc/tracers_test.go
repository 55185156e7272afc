package rpc_test

import (
	"context"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	gethrpc "github.com/ethereum/go-ethereum/rpc"

	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/internal/anvil"
	"tocsin/stage"
)

// The attack on the example protocol, told by go-ethereum and, played again, by a tracer of another make: both tell the same
// calls.
func TestTracersAgree(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	s, err := stage.Start(ctx, stage.Options{Period: 5 * time.Millisecond, Seed: 7, Pace: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	here, err := rpc.Dial(ctx, rpc.Options{URL: s.Endpoint(), ChainID: stage.ChainID})
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	if err := s.Attack(ctx); err != nil {
		t.Fatal(err)
	}
	addr := anvil.Start(t, "--chain-id", fmt.Sprint(stage.ChainID), "--no-mining", "--order", "fifo", "--gas-limit", "60000000", "--block-base-fee-per-gas", "0", "--timestamp", "1700000000")
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
	there, err := rpc.Dial(ctx, rpc.Options{URL: "http://" + addr, ChainID: stage.ChainID})
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	funded := map[evm.Address]bool{}
	thefts, compared := 0, 0
	for n := uint64(1); thefts < 3; n++ {
		b, err := here.Block(ctx, n)
		for fault.Is(err, fault.NotFound) {
			b, err = here.Block(ctx, n)
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Transactions {
			tx := &b.Transactions[i]
			if !funded[tx.From] {
				ask("anvil_setBalance", tx.From, hexutil.EncodeBig(new(big.Int).Mul(big.NewInt(10_000), big.NewInt(1e18))))
				funded[tx.From] = true
			}
			ask("eth_sendRawTransaction", hexutil.Encode(tx.Raw))
		}
		ask("evm_setNextBlockTimestamp", hexutil.EncodeUint64(b.Time))
		ask("evm_mine")
		if len(b.Transactions) == 0 {
			continue
		}
		again, err := there.Block(ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Transactions) != len(b.Transactions) {
			t.Fatalf("block %d holds %d transactions there and %d here", n, len(again.Transactions), len(b.Transactions))
		}
		x, err := here.Trace(ctx, b)
		if err != nil {
			t.Fatal(err)
		}
		y, err := there.Trace(ctx, again)
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Transactions {
			for k := range again.Transactions {
				if again.Transactions[k].Hash != b.Transactions[i].Hash {
					continue
				}
				compared++
				if a, c := told(&x[i]), told(&y[k]); a != c {
					t.Fatalf("transaction %s of block %d, here\n%s\nthere\n%s", b.Transactions[i].Hash, n, a, c)
				}
			}
			for _, g := range b.Receipts[i].Logs {
				if g.Topics[0] == evm.Keccak([]byte("Withdraw(address,address,address,uint256,uint256)")) && g.Topics[1] != g.Topics[3] {
					thefts++
				}
			}
		}
	}
	if compared == 0 {
		t.Error("nothing was compared")
	}
}

// told writes what happened in a transaction.
func told(root *evm.Frame) (s string) {
	root.Walk(func(f *evm.Frame, depth int) {
		s += fmt.Sprintf("%d %s %s %s %v %x\n", depth, f.Type, f.From, f.To, f.Sent(), f.Input)
	})
	return s
}
