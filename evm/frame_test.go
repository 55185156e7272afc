package evm

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/go-json-experiment/json"
	"github.com/holiman/uint256"
)

const (
	someone = "0xa100000000000000000000000000000000000000"
	someVat = "0xaa00000000000000000000000000000000000001"
	other   = "0xbb00000000000000000000000000000000000002"
	someTx  = "0x1111111111111111111111111111111111111111111111111111111111111111"
)

// calls is a frame in which most of what can be is.
const calls = `{"from":"` + someone + `","gas":"0x5208","gasUsed":"0x1","to":"` + someVat + `","input":"0x0102","value":"0x7","type":"CALL","calls":[
	{"type":"DELEGATECALL","from":"` + someVat + `","to":"` + other + `","input":"0x","value":"0x7","gas":"0x0","gasUsed":"0x0","calls":[
		{"type":"CREATE2","from":"` + someVat + `","to":"` + other + `","input":"0x60","output":"0x61","gas":"0x0","gasUsed":"0x0","value":"0x0"},
		{"type":"CALL","from":"` + someVat + `","to":"` + other + `","input":"0x","gas":"0x0","gasUsed":"0x0","value":"0x5","error":"execution reverted","revertReason":"no \"way\"","output":"0x08c379a0","calls":[
			{"type":"call","from":"` + other + `","to":"` + someone + `","input":"0x","gas":"0x0","gasUsed":"0x0","value":"0x5"}]}]},
	{"type":"STATICCALL","from":"` + someVat + `","to":"` + other + `","gas":"0x0","gasUsed":"0x0","input":"0x"},
	{"type":"SELFDESTRUCT","from":"` + someVat + `","to":"` + someone + `","value":"0x9","gas":"0x0","gasUsed":"0x0","input":"0x"},
	{"type":"AUTHCALL","from":"` + someVat + `","to":"` + someone + `","value":null,"error":null,"calls":null}]}`

func TestDecodeTraces(t *testing.T) {
	for name, text := range map[string]string{
		"beside a hash": `[{"txHash":"` + someTx + `","result":` + calls + `}]`,
		"as a result":   `[{"result":` + calls + `}]`,
		"alone":         `[` + calls + `]`,
	} {
		traces, err := DecodeTraces([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(traces) != 1 || (traces[0].TxHash == common.HexToHash(someTx)) != strings.Contains(text, "txHash") {
			t.Fatalf("%s: %+v", name, traces)
		}
		var list []string
		var sent []uint64
		root := &traces[0].Frame
		root.Walk(func(f *Frame, depth int) {
			list = append(list, fmt.Sprint(depth, " ", f.Type))
			if v := f.Sent(); v != nil {
				sent = append(sent, v.Uint64())
			}
		})
		if got := strings.Join(list, ", "); got != "0 CALL, 1 DELEGATECALL, 2 CREATE2, 1 STATICCALL, 1 SELFDESTRUCT, 1 other" {
			t.Errorf("%s: happened %s", name, got)
		}
		if !slices.Equal(sent, []uint64{7, 9}) {
			t.Errorf("%s: sent %v", name, sent)
		}
		reverted := root.Calls[0].Calls[1]
		if reverted.Error != "execution reverted" || reverted.RevertReason != `no "way"` || !reverted.Failed() || reverted.Calls[0].Type != CallFrame || len(reverted.Output) != 4 {
			t.Errorf("%s: reverted %+v", name, reverted)
		}
		if root.Gas != 0x5208 || root.GasUsed != 1 || !bytes.Equal(root.Input, []byte{1, 2}) || root.From != common.HexToAddress(someone) || root.Calls[3].Value != nil {
			t.Errorf("%s: root %+v", name, root)
		}
	}
}

func TestDecodeTracesThatAreNot(t *testing.T) {
	traces, err := DecodeTraces([]byte(`[{"txHash":"` + someTx + `","error":"execution timeout"}]`))
	if err != nil || len(traces) != 1 || traces[0].Type != UnknownFrame || traces[0].Error != "execution timeout" {
		t.Errorf("what could not be traced: %+v, %v", traces, err)
	}
	deep := func(n int) string {
		one := `{"type":"CALL","from":"` + someone + `","to":"` + other + `","calls":[`
		return "[" + strings.Repeat(one, n) + strings.TrimSuffix(one, `,"calls":[`) + "}" + strings.Repeat("]}", n) + "]"
	}
	if _, err := DecodeTraces([]byte(deep(MaxFrameDepth))); err != nil {
		t.Errorf("as deep as a chain allows: %v", err)
	}
	for name, text := range map[string]string{
		"too deep":      deep(MaxFrameDepth + 1),
		"no list":       calls,
		"no type":       `[{"from":"` + someone + `","to":"` + other + `"}]`,
		"no caller":     `[{"type":"CALL","to":"` + other + `"}]`,
		"nothing":       `[{}]`,
		"null":          `[{"result":null}]`,
		"no callee":     `[{"type":"CALL","from":"` + someone + `"}]`,
		"two results":   `[{"result":` + calls + `,"result":` + calls + `}]`,
		"two lists":     `[{"type":"CALL","from":"` + someone + `","to":"` + other + `","calls":[],"calls":[]}]`,
		"both forms":    `[` + strings.TrimSuffix(calls, "}") + `,"result":` + calls + `}]`,
		"an odd error":  `[{"txHash":"` + someTx + `","error":{"code":1}}]`,
		"cut off":       `[` + calls,
		"not hex":       `[{"type":"CALL","from":"` + someone + `","to":"` + other + `","input":"0xzz"}]`,
		"another value": `[{"type":"CALL","from":"` + someone + `","to":"` + other + `","value":"0x1` + strings.Repeat("0", 64) + `"}]`,
	} {
		if got, err := DecodeTraces([]byte(text)); !errors.Is(err, ErrShape) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := DecodeTraces([]byte("[" + strings.Repeat(`{"type":"CALL","from":"`+someone+`","to":"`+other+`"},`, maxFrames) + `{"type":"CALL","from":"` + someone + `","to":"` + other + `"}]`)); !errors.Is(err, ErrShape) {
		t.Errorf("too many: %v", err)
	}
}

// traced is a block of two transactions, a call and a creation that failed, and their traces.
func traced() (*Block, []Trace) {
	to, made := common.HexToAddress(someVat), common.HexToAddress(other)
	b := &Block{
		Transactions: []Transaction{
			{Hash: Hash{1}, From: common.HexToAddress(someone), To: &to, Value: uint256.NewInt(7), Input: []byte{1, 2}},
			{Hash: Hash{2}, From: common.HexToAddress(someone), Value: new(uint256.Int), Input: []byte{3}},
		},
		Receipts: []Receipt{{Status: 1}, {Status: 0, ContractAddress: &made}},
	}
	b.Number = 5
	return b, []Trace{
		{TxHash: Hash{1}, Frame: Frame{Type: CallFrame, From: common.HexToAddress(someone), To: to, Value: uint256.NewInt(7), Input: []byte{1, 2}}},
		{TxHash: Hash{2}, Frame: Frame{Type: CreateFrame, From: common.HexToAddress(someone), Input: []byte{3}, Error: "out of gas"}},
	}
}

func TestCheckTraces(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(b *Block, ts []Trace) []Trace
		lie     bool
		unknown [2]bool // on a chain that cannot be verified
	}{
		"true":                 {change: func(_ *Block, ts []Trace) []Trace { return ts }},
		"without hashes":       {change: func(_ *Block, ts []Trace) []Trace { ts[0].TxHash, ts[1].TxHash = Hash{}, Hash{}; return ts }},
		"one not traced":       {change: func(_ *Block, ts []Trace) []Trace { ts[0].Frame = Frame{Error: "timeout"}; return ts }, unknown: [2]bool{true, false}},
		"one left out":         {func(_ *Block, ts []Trace) []Trace { return ts[:1] }, true, [2]bool{false, true}},
		"the first left out":   {func(_ *Block, ts []Trace) []Trace { return ts[1:] }, true, [2]bool{true, false}},
		"one too many":         {func(_ *Block, ts []Trace) []Trace { return append(ts, ts[0]) }, true, [2]bool{}},
		"of another":           {func(_ *Block, ts []Trace) []Trace { ts[0].TxHash = Hash{9}; return ts }, true, [2]bool{true, true}},
		"another sender":       {func(_ *Block, ts []Trace) []Trace { ts[0].From = Address{9}; return ts }, true, [2]bool{true, false}},
		"another callee":       {func(_ *Block, ts []Trace) []Trace { ts[0].To = Address{9}; return ts }, true, [2]bool{true, false}},
		"another way":          {func(_ *Block, ts []Trace) []Trace { ts[0].Type = DelegateCallFrame; return ts }, true, [2]bool{true, false}},
		"another value":        {func(_ *Block, ts []Trace) []Trace { ts[0].Value = nil; return ts }, true, [2]bool{true, false}},
		"other calldata":       {func(_ *Block, ts []Trace) []Trace { ts[0].Input = []byte{1}; return ts }, true, [2]bool{true, false}},
		"failed":               {func(_ *Block, ts []Trace) []Trace { ts[0].Error = "x"; return ts }, true, [2]bool{true, false}},
		"not failed":           {func(_ *Block, ts []Trace) []Trace { ts[1].Error = ""; return ts }, true, [2]bool{false, true}},
		"a call, no creation":  {func(_ *Block, ts []Trace) []Trace { ts[1].Type = CallFrame; return ts }, true, [2]bool{false, true}},
		"another contract":     {func(b *Block, ts []Trace) []Trace { b.Receipts[1].Status, ts[1].Error = 1, ""; return ts }, true, [2]bool{false, true}},
		"before statuses":      {change: func(b *Block, ts []Trace) []Trace { b.Receipts[1].PostState, ts[1].Error = []byte{1}, ""; return ts }},
		"without its receipts": {change: func(b *Block, ts []Trace) []Trace { b.Receipts = nil; return ts }},
	} {
		b, ts := traced()
		ts = c.change(b, ts)
		frames, err := CheckTraces(b, ts)
		if errors.Is(err, ErrLie) != c.lie || (err == nil) == c.lie || !c.lie && len(frames) != 2 {
			t.Errorf("%s: %v, %v", name, frames, err)
		}
		b.Unverified = "of a kind that nobody knows"
		frames, err = CheckTraces(b, ts)
		if err != nil || len(frames) != 2 {
			t.Errorf("%s, unverified: %v, %v", name, frames, err)
			continue
		}
		for i := range frames {
			if (frames[i].Type == UnknownFrame) != c.unknown[i] {
				t.Errorf("%s, unverified: %d is %+v", name, i, frames[i])
			}
		}
	}
}

// referenceFrame is a frame as another reader of JSON sees it.
type referenceFrame struct {
	Type    string           `json:"type"`
	From    *common.Address  `json:"from"`
	To      *common.Address  `json:"to"`
	Value   *hexutil.Big     `json:"value"`
	Gas     *hexutil.Uint64  `json:"gas"`
	GasUsed *hexutil.Uint64  `json:"gasUsed"`
	Input   *hexutil.Bytes   `json:"input"`
	Output  *hexutil.Bytes   `json:"output"`
	Error   string           `json:"error"`
	Reason  string           `json:"revertReason"`
	Calls   []referenceFrame `json:"calls"`
}

func sameFrame(f *Frame, r *referenceFrame) string {
	number := func(v *uint256.Int) *big.Int {
		if v == nil {
			return new(big.Int)
		}
		return v.ToBig()
	}
	switch {
	case r.From == nil || f.From != *r.From || r.To != nil && f.To != *r.To:
		return "addresses"
	case r.Value != nil && number(f.Value).Cmp((*big.Int)(r.Value)) != 0, r.Value == nil && f.Value != nil:
		return "value"
	case r.Gas != nil && uint64(*r.Gas) != f.Gas, r.GasUsed != nil && uint64(*r.GasUsed) != f.GasUsed:
		return "gas"
	case r.Input != nil && !bytes.Equal(*r.Input, f.Input), r.Output != nil && !bytes.Equal(*r.Output, f.Output):
		return "bytes"
	case f.Error != r.Error || f.RevertReason != r.Reason:
		return "why it failed"
	case len(f.Calls) != len(r.Calls):
		return "calls"
	}
	for i := range f.Calls {
		if say := sameFrame(&f.Calls[i], &r.Calls[i]); say != "" {
			return say
		}
	}
	return ""
}

// FuzzDecodeTraces: whatever comes, it is refused or read as another reader does, and can be walked.
func FuzzDecodeTraces(f *testing.F) {
	f.Add([]byte(`[{"txHash":"` + someTx + `","result":` + calls + `}]`))
	f.Add([]byte(`[` + calls + `]`))
	f.Add([]byte(`[{"txHash":"` + someTx + `","error":"timeout"}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		traces, err := DecodeTraces(data)
		if err != nil {
			if !errors.Is(err, ErrShape) {
				t.Fatal(err)
			}
			return
		}
		b, _ := traced()
		b.Unverified = "fuzzed"
		if frames, err := CheckTraces(b, traces); err != nil || len(frames) != 2 {
			t.Fatalf("%v, %v", frames, err)
		}
		for i := range traces {
			traces[i].Walk(func(f *Frame, _ int) { f.Sent() })
		}
		var wrapped []struct {
			Result *referenceFrame `json:"result"`
		}
		var bare []referenceFrame
		if json.Unmarshal(data, &wrapped) != nil || json.Unmarshal(data, &bare) != nil {
			return // it is pickier about quantities
		}
		for i := range traces {
			want := &bare[i]
			if wrapped[i].Result != nil {
				want = wrapped[i].Result
			}
			if traces[i].Type == UnknownFrame {
				continue
			}
			if say := sameFrame(&traces[i].Frame, want); say != "" {
				t.Fatalf("%s: %+v, want %+v", say, traces[i].Frame, want)
			}
		}
	})
}
