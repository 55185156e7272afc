package rpc_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/fault"
)

// What to offer is learnt from the blocks that took something: the middle of their tips, and room for the base fee to grow.
func TestUrgentFee(t *testing.T) {
	const gwei = 1_000_000_000
	for answer, want := range map[string][2]uint64{ // tip and cap in gwei; zero: it is not known
		`{"baseFeePerGas":["0x3b9aca00","0x77359400"],"gasUsedRatio":[0.5],"reward":[["0xb2d05e00"]]}`:                                             {3, 13},
		`{"baseFeePerGas":["0x0","0x0","0x0","0x3b9aca00"],"gasUsedRatio":[0.1,0.1,0.1],"reward":[["0x3b9aca00"],["0x12a05f200"],["0x77359400"]]}`: {2, 7},
		`{"baseFeePerGas":["0x0","0x0","0x3b9aca00"],"gasUsedRatio":[0,0.1],"reward":[["0x0"],["0x77359400"]]}`:                                    {2, 7}, // an empty block says nothing
		`{"baseFeePerGas":["0x0","0x3b9aca00"],"gasUsedRatio":[0],"reward":[["0x0"]]}`:                                                             {},
		`{"baseFeePerGas":[],"gasUsedRatio":[],"reward":[]}`:                                                                                       {},
		`{"baseFeePerGas":[null],"gasUsedRatio":[1],"reward":[[null]]}`:                                                                            {},
		`{"baseFeePerGas":["0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"],"gasUsedRatio":[1],"reward":[["0x1"]]}`:           {},
		`"nonsense"`: {},
	} {
		var asked []json.RawMessage
		s := endpoint{"eth_feeHistory": func(p []json.RawMessage) string { asked = p; return `"result":` + answer }}.serve(t)
		c, err := rpc.Dial(t.Context(), rpc.Options{URL: s.URL, ChainID: 31337})
		if err != nil {
			t.Fatal(err)
		}
		fee, err := c.UrgentFee(t.Context(), chain.Emergency)
		c.Close()
		if want == [2]uint64{} {
			if !fault.Is(err, fault.Unavailable) {
				t.Errorf("%s is read as %v, %v", answer, fee, err)
			}
			continue
		}
		if err != nil || fee.Tip.Uint64() != want[0]*gwei || fee.Cap.Uint64() != want[1]*gwei {
			t.Errorf("%s is read as %v, %v", answer, fee, err)
		}
		if len(asked) != 3 || string(asked[2]) != "[95]" {
			t.Errorf("asked %s", asked)
		}
	}
}

// proposer proposes a fee by itself, and has a history or none.
type proposer struct {
	chain.Client
	by  chain.Fee
	err error
}

func (p proposer) Fee(context.Context) (chain.Fee, error) {
	return chain.Fee{Tip: uint256.NewInt(5), Cap: uint256.NewInt(50)}, nil
}

func (p proposer) UrgentFee(context.Context, chain.Urgency) (chain.Fee, error) { return p.by, p.err }

// An endpoint that has no history is no reason not to act, and one whose history is low does not make us offer less than is proposed.
func TestFeeForFallsBack(t *testing.T) {
	for name, c := range map[string]struct {
		client   chain.Client
		tip, cap uint64
	}{
		"none":         {proposer{err: fault.New(fault.Unavailable, "It has no history.")}, 5, 50},
		"low":          {proposer{by: chain.Fee{Tip: uint256.NewInt(1), Cap: uint256.NewInt(2)}}, 5, 50},
		"high":         {proposer{by: chain.Fee{Tip: uint256.NewInt(9), Cap: uint256.NewInt(90)}}, 9, 90},
		"not a client": {struct{ chain.Client }{proposer{}}, 5, 50},
	} {
		if fee, err := chain.FeeFor(t.Context(), c.client, chain.High); err != nil || fee.Tip.Uint64() != c.tip || fee.Cap.Uint64() != c.cap {
			t.Errorf("%s: %v, %v", name, fee, err)
		}
	}
}

// Where an endpoint cannot simulate, another is asked; what it answers is read, and too few results are not believed.
func TestSimulate(t *testing.T) {
	call := chain.Message{To: &evm.Address{7}}
	const ok = `{"returnData":"0x01","gasUsed":"0x5208","status":"0x1","logs":[{"address":"0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee","topics":["0x0000000000000000000000000000000000000000000000000000000000000001"],"data":"0x02"}]}`
	const bad = `{"returnData":"0x","gasUsed":"0x1","status":"0x0","error":{"code":3,"message":"execution reverted","data":"0x08c379a0000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000026e6f000000000000000000000000000000000000000000000000000000000000"},"logs":[]}`
	for _, c := range []struct {
		answer func([]json.RawMessage) string
		n      int
		fails  bool
	}{
		{result(`[{"calls":[` + ok + `,` + bad + `]}]`), 2, false},
		{result(`[{"calls":[` + ok + `]}]`), 2, true},
		{result(`[]`), 1, true},
		{refuse(-32601, "the method eth_simulateV1 does not exist", "null"), 1, true},
	} {
		s := endpoint{"eth_simulateV1": c.answer}.serve(t)
		client, err := rpc.Dial(t.Context(), rpc.Options{URL: s.URL, ChainID: 31337})
		if err != nil {
			t.Fatal(err)
		}
		list := make([]chain.Message, c.n)
		for i := range list {
			list[i] = call
		}
		got, err := client.Simulate(t.Context(), list, nil)
		client.Close()
		if c.fails {
			if !fault.Is(err, fault.Unavailable) {
				t.Errorf("%+v, %v", got, err)
			}
			continue
		}
		if err != nil || len(got) != 2 || got[0].Failed != nil || got[0].Gas != 21000 || len(got[0].Logs) != 1 || got[0].Logs[0].Address != chain.Currency ||
			got[1].Failed == nil || !strings.Contains(got[1].Failed.Reason, "no") {
			t.Errorf("%+v, %v", got, err)
		}
	}
}
