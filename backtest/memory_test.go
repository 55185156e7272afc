package backtest

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime/metrics"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"tocsin/plan"
)

// live is how much the process keeps in memory, in bytes, as of the last collection.
func live() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// A long history takes no more memory than a short one, also where every block brings findings.
func TestMemoryStaysFlat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "long.jsonl.zst")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewWriter(f)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(z)
	const blocks, txs = 6_000, 12
	filler := strings.Repeat("ab", 1500)
	size := 0
	for n := range blocks {
		var transactions, receipts []string
		for i := range txs {
			hash := fmt.Sprintf("0x%064x", n*txs+i+1)
			transactions = append(transactions, fmt.Sprintf(`{"hash":%q,"from":"0x%040x","to":%q,"value":"0x1","input":"0x%s"}`, hash, n, strings.ToLower(weth.Hex()), filler))
			receipts = append(receipts, fmt.Sprintf(`{"transactionHash":%q,"status":"0x1"}`, hash))
		}
		k, err := fmt.Fprintf(w, `{"block":{"number":"0x%x","timestamp":"0x%x","transactions":[%s]},"receipts":[%s]}`+"\n", 100+n, 1_700_000_000+12*n, strings.Join(transactions, ","), strings.Join(receipts, ","))
		if err != nil {
			t.Fatal(err)
		}
		size += k
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	p := mainnetPlan()
	p.Detectors = append(p.Detectors, plan.Detector{ID: "many", Name: "Many", Kind: "spike", Asset: "weth", Metric: "transactions", Window: plan.Duration(60e9), Baseline: 10, Factor: 50})
	before := live()
	most := before
	r := sound(t, Options{Plan: p, Loose: true, Progress: func(Progress) { most = max(most, live()) }}, path)
	if d := r.detector(t, "calls"); d.Count != blocks*txs || len(d.Findings) != keepEach || d.Omitted != blocks*txs-keepEach || d.FalseAlarms != d.Count {
		t.Errorf("%d findings, %d listed, %d omitted", d.Count, len(d.Findings), d.Omitted)
	}
	const bound = 100 << 20
	if size < 2*bound {
		t.Errorf("%d bytes prove nothing", size)
	}
	if most-before > bound {
		t.Errorf("the replay kept %d MB of a file of %d MB", (most-before)>>20, size>>20)
	}
}
