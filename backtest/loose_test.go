package backtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

func mainnet(t testing.TB, number int, what string) []byte {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("../evm/testdata/%d-%s.json", number, what))
	if err != nil {
		t.Fatal(err)
	}
	var line bytes.Buffer
	if err := json.Compact(&line, b); err != nil {
		t.Fatal(err)
	}
	return line.Bytes()
}

// Contracts that are busy in nearly every block of the main network.
var (
	weth = evm.Address(hexutil.MustDecode("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"))
	usdt = evm.Address(hexutil.MustDecode("0xdAC17F958D2ee523a2206206994597C13D831ec7"))
)

// mainnetPlan looks at wrapped ether and a token.
func mainnetPlan() *plan.Plan {
	return &plan.Plan{
		Protocol: "test", Name: "Test", Chains: []plan.Chain{{ID: 1, Name: "Main"}},
		Assets: []plan.Asset{
			{ID: "weth", Name: "WETH", Kind: "token", Chain: 1, Address: weth, Unit: "WETH", Decimals: 18},
			{ID: "usdt", Name: "USDT", Kind: "token", Chain: 1, Address: usdt, Unit: "USDT", Decimals: 6},
		},
		Detectors: []plan.Detector{
			{ID: "transfers", Name: "Transfers", Kind: "match", Asset: "weth", Event: "Transfer(address indexed from, address indexed to, uint256 value)", Amount: "event.args.value"},
			{ID: "calls", Name: "Calls", Kind: "match", Asset: "weth", Transaction: true},
			{ID: "payments", Name: "Payments", Kind: "match", Asset: "usdt", Function: "transfer(address to, uint256 value)", Amount: "call.args.value"},
		},
	}
}

// Real blocks, none of which holds all that would be needed to verify it: 15537394 and 19426586 come without receipts,
// 21925176 with the hashes of its transactions only. They lie years apart.
func TestRealBlocksAsTheyAre(t *testing.T) {
	lines := [][]byte{
		fmt.Appendf(nil, `{"block":%s}`, mainnet(t, 15537394, "block")),
		fmt.Appendf(nil, `{"block":%s,"receipts":null}`, mainnet(t, 19426586, "block")),
		fmt.Appendf(nil, `{"receipts":%s,"block":%s}`, mainnet(t, 21925176, "receipts"), mainnet(t, 21925176, "block")),
	}
	path := file(t, "blocks.jsonl", append(lines, lines[0])...)
	if _, err := run(t, Options{Plan: mainnetPlan()}, path); !fault.Is(err, fault.Invalid) {
		t.Errorf("verified: %v", err)
	}
	r := sound(t, Options{Plan: mainnetPlan(), Loose: true}, path)
	if r.Verified || r.Blocks != 3 || r.From != 15537394 || r.To != 21925176 || r.Doubles != 1 || r.Share > 0.001 || len(r.Notes) != 4 {
		t.Errorf("report %+v", r)
	}
	receipts, err := evm.DecodeReceipts(mainnet(t, 21925176, "receipts"))
	if err != nil {
		t.Fatal(err)
	}
	topic := evm.Keccak([]byte("Transfer(address,address,uint256)"))
	events, calls := uint64(0), uint64(0)
	for _, rec := range receipts {
		if rec.To != nil && *rec.To == weth {
			calls++
		}
		for _, g := range rec.Logs {
			if g.Address == weth && g.Topics[0] == topic {
				events++
			}
		}
	}
	payments := uint64(0)
	for _, n := range []int{15537394, 19426586} {
		b, err := evm.DecodeBlock(mainnet(t, n, "block"))
		if err != nil {
			t.Fatal(err)
		}
		for _, tx := range b.Transactions {
			if tx.To != nil && *tx.To == weth {
				calls++
			}
			if tx.To != nil && *tx.To == usdt && bytes.HasPrefix(tx.Input, evm.Keccak([]byte("transfer(address,uint256)")).Bytes()[:4]) {
				payments++
			}
		}
	}
	for id, want := range map[string]uint64{"transfers": events, "calls": calls, "payments": payments} {
		if d := r.detector(t, id); d.Count != want || want == 0 {
			t.Errorf("%s: %d findings, want %d", id, d.Count, want)
		}
	}
}

// What no detector looks at may be missing or written otherwise.
func TestSparseBlocks(t *testing.T) {
	rec := recorded(t)
	path := file(t, "blocks.jsonl", rec.lines...)
	o := Options{Loose: true, AttackTx: rec.attack}
	want := sound(t, o, path)
	strip := func(keep func(path, key string) bool, more func(map[string]any)) [][]byte {
		var out [][]byte
		for _, line := range rec.lines {
			var v map[string]any
			if err := json.Unmarshal(line, &v); err != nil {
				t.Fatal(err)
			}
			thin(v, "", keep)
			if more != nil {
				more(v)
			}
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, b)
		}
		return out
	}
	needed := []string{
		"block", "receipts", "block.number", "block.hash", "block.timestamp", "block.baseFeePerGas", "block.transactions", "block.transactions.hash",
		"block.transactions.from", "block.transactions.to", "block.transactions.input", "receipts.transactionHash", "receipts.status", "receipts.logs",
		"receipts.logs.address", "receipts.logs.topics", "receipts.logs.data", "receipts.logs.logIndex",
	}
	least := func(path, key string) bool { return slices.Contains(needed, path+key) }
	for name, lines := range map[string][][]byte{
		"only what is needed": strip(least, nil),
		"other numbers": strip(least, func(v map[string]any) {
			b := v["block"].(map[string]any)
			b["number"], b["timestamp"] = json.Number(decimals(t, b["number"])), decimals(t, b["timestamp"])
		}),
		"receipts turned round": strip(least, func(v map[string]any) { slices.Reverse(v["receipts"].([]any)) }),
		"transactions of which nothing is known but their receipts": strip(least, func(v map[string]any) {
			txs := v["block"].(map[string]any)["transactions"].([]any)
			for i, r := range v["receipts"].([]any) {
				tx := txs[i].(map[string]any)
				r.(map[string]any)["to"], r.(map[string]any)["from"] = tx["to"], tx["from"]
				txs[i] = tx["hash"]
			}
		}),
	} {
		o.Source = nil
		r := sound(t, o, file(t, "blocks.jsonl", lines...))
		if got, want := found(t, r), found(t, want); got != want {
			t.Errorf("%s: found\n%s\nwant\n%s", name, got, want)
		}
	}
}

func decimals(t testing.TB, v any) string {
	t.Helper()
	n, err := hexutil.DecodeUint64(v.(string))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(n)
}

// thin drops what is not to be kept.
func thin(v any, path string, keep func(path, key string) bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if !keep(path, k) {
				delete(v, k)
				continue
			}
			thin(x, path+k+".", keep)
		}
	case []any:
		for _, x := range v {
			thin(x, path, keep)
		}
	}
}

// Where nothing is verified blocks may be missing, but not out of order: windows would be counted wrongly.
func TestGapsAndDisorder(t *testing.T) {
	rec := recorded(t)
	o := Options{Loose: true}
	var some [][]byte
	for i, l := range rec.lines {
		if i%3 != 1 {
			some = append(some, l)
		}
	}
	r := sound(t, o, file(t, "blocks.jsonl", append(some, some[4], some[9])...))
	if r.Blocks != uint64(len(some)) || r.Doubles != 2 || r.Share >= 1 {
		t.Errorf("report %+v", r)
	}
	path := file(t, "blocks.jsonl", append(some, rec.lines[1])...)
	o.Source = nil
	r, err := run(t, o, path)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), fmt.Sprintf("%s:%d: block 1 comes after block", path, len(some)+1)) {
		t.Errorf("out of order: %v", err)
	}
	if r == nil || r.Blocks != uint64(len(some)) {
		t.Errorf("report %+v", r)
	}
}

func TestBadLooseLines(t *testing.T) {
	for _, c := range []struct{ line, says string }{
		{`{"block":7}`, "not an object"},
		{`{"block":{"timestamp":"0x1"}}`, "no number"},
		{`{"block":{"number":"0x1"}}`, "no timestamp"},
		{`{"block":{"number":"0x1","timestamp":"soon"}}`, "timestamp"},
		{`{"block":{"number":"0x1","timestamp":"0x1","transactions":{}}}`, "not a list"},
		{`{"block":{"number":"0x1","timestamp":"0x1","transactions":[7]}}`, "transaction 0"},
		{`{"block":{"number":"0x1","timestamp":"0x1","transactions":[{}]}}`, "hash"},
		{`{"block":{"number":"0x1","timestamp":"0x1"},"receipts":7}`, "not a list"},
		{`{"block":{"number":"0x1","timestamp":"0x1"},"receipts":[{}]}`, "transactionHash"},
		{`{"block":{"number":"0x1","timestamp":"0x1"},"receipts":[{"transactionHash":"0x12"}]}`, "digits"},
		{`{"block":{"number":"0x1","timestamp":"0x1"},"receipts":[{"transactionHash":"0x` + strings.Repeat("0", 64) + `","logs":[7]}]}`, "logs"},
	} {
		if _, err := decodeLine([]byte(c.line), true, true); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.line, err)
		}
	}
	l, err := decodeLine([]byte(`{"block":{"number":"0x7","timestamp":"0x1"}}`), true, true)
	if err != nil || l.Block.Number != 7 || l.Block.Time != 1 || l.Block.Hash == (evm.Hash{}) {
		t.Errorf("the least that is a block: %+v, %v", l.Block, err)
	}
}

// Receipts stand beside their transactions, and what has no counterpart is never taken for somebody else's.
func TestAlign(t *testing.T) {
	h := func(b byte) evm.Hash { return evm.Hash{b} }
	txs := func(l ...byte) (out []evm.Transaction) {
		for _, b := range l {
			out = append(out, evm.Transaction{Hash: h(b)})
		}
		return out
	}
	recs := func(l ...byte) (out []evm.Receipt) {
		for _, b := range l {
			out = append(out, evm.Receipt{TxHash: h(b), GasUsed: uint64(b)})
		}
		return out
	}
	for _, c := range []struct{ txs, receipts []byte }{
		{[]byte{1, 2, 3}, []byte{1, 2, 3}},
		{[]byte{1, 2, 3}, []byte{3, 1, 2}},
		{[]byte{1, 2, 3}, []byte{2}},
		{[]byte{2}, []byte{1, 2, 3}},
		{[]byte{1, 2}, []byte{2, 3}},
		{nil, []byte{1, 2}},
		{[]byte{1, 2}, nil},
		{[]byte{1, 1, 2}, []byte{1, 1, 3}},
	} {
		b := &evm.Block{Transactions: txs(c.txs...)}
		align(b, recs(c.receipts...))
		if len(b.Transactions) != len(c.txs) {
			t.Errorf("%v: %d transactions", c, len(b.Transactions))
		}
		given := 0
		for i, r := range b.Receipts {
			if i < len(b.Transactions) && b.Transactions[i].Hash != r.TxHash {
				t.Errorf("%v: the receipt of %s stands beside %s", c, r.TxHash, b.Transactions[i].Hash)
			}
			if r.GasUsed > 0 {
				given++
			} else if r.Status != 1 {
				t.Errorf("%v: a transaction of which nothing is known has failed", c)
			}
		}
		if given != len(c.receipts) {
			t.Errorf("%v: %d of %d receipts are left", c, given, len(c.receipts))
		}
	}
}

func FuzzDecodeLine(f *testing.F) {
	f.Add([]byte(`{"block":{"number":"0x1","timestamp":"0x1","transactions":["0x00"]},"receipts":[{"transactionHash":"0x12","logs":[{}]}]}`), true)
	f.Add([]byte(`{"block":{"number":1,"timestamp":"7","transactions":[{"hash":"0x"}]},"receipts":null,"traces":[]}`), true)
	f.Add([]byte(`{"block":{},"receipts":[]}`), false)
	f.Add([]byte(`{"block":{"number":1,"timestamp":"7"},"receipts":[{"transactionHash":"0x12"}],"traces":[{"type":"CALL","from":"0x1","to":null}]}`), true)
	f.Fuzz(func(t *testing.T, line []byte, loose bool) {
		l, err := decodeLine(line, loose, true)
		if (err == nil) != (l.Block != nil) {
			t.Errorf("block %v, error %v", l.Block, err)
		}
		numberOf(line)
	})
}
