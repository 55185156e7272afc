package detect

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"testing"

	"tocsin/evm"
	"tocsin/plan"
)

// blocksPerRun is how many blocks one operation of a benchmark is, so that even one operation tells something.
const blocksPerRun = 400

// logsPerBlock is how many logs block 21925176 of mainnet has, in 202 receipts.
const logsPerBlock = 463

func sampleFile(b *testing.B, name string) []byte {
	b.Helper()
	data, err := os.ReadFile("../evm/testdata/" + name)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

// emitters lists the addresses that have logs in the receipts, the busiest first.
func emitters(receipts []evm.Receipt) []evm.Address {
	count := map[evm.Address]int{}
	var all []evm.Address
	for _, r := range receipts {
		for _, l := range r.Logs {
			if count[l.Address]++; count[l.Address] == 1 {
				all = append(all, l.Address)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b evm.Address) int { return count[b] - count[a] })
	return all
}

// transferIndex holds n detectors of large transfers: the first hundred at the addresses given, each at its own, as far as
// n and the addresses go; the others at contracts that are not in the block. The first ten find something, the others look
// and find nothing.
func transferIndex(b *testing.B, n int, busy []evm.Address) *Index {
	b.Helper()
	p := &plan.Plan{Chains: []plan.Chain{{ID: 1}}}
	for i := range n {
		a := plan.Asset{ID: fmt.Sprintf("a%d", i), Name: "A", Chain: 1}
		binary.BigEndian.PutUint64(a.Address[:], uint64(i+1))
		if i < min(100, len(busy)) {
			a.Address = busy[i]
		}
		least := "ether(100)"
		if i >= 10 {
			least = "ether(1000000000000)"
		}
		p.Assets = append(p.Assets, a)
		p.Detectors = append(p.Detectors, plan.Detector{
			ID: fmt.Sprintf("d%d", i), Name: "D", Kind: "match", Asset: a.ID, Mode: Page, Amount: "event.args.value",
			Event: "Transfer(address indexed from, address indexed to, uint256 value)",
			Where: "event.args.value >= " + least + " && event.args.from != event.args.to",
		})
	}
	x, problems := Compile(p, nil)
	if len(problems) > 0 {
		b.Fatal(problems[0])
	}
	return x
}

// ids lists the findings.
func ids(found []Finding) []string {
	list := make([]string, len(found))
	for i := range found {
		list[i] = found[i].ID
	}
	return list
}

// BenchmarkBlock passes mainnet block 21925176 through indexes of so many detectors. One operation is a run of blocks
// of that content, one upon the other. All indexes find the same.
func BenchmarkBlock(b *testing.B) {
	receipts, err := evm.DecodeReceipts(sampleFile(b, "21925176-receipts.json"))
	if err != nil {
		b.Fatal(err)
	}
	busy := emitters(receipts)
	block := &evm.Block{Receipts: receipts}
	block.Number, block.Hash, block.Time = 21925176, receipts[0].BlockHash, 1740614675
	want := ids(transferIndex(b, 10, busy).Block(1, block, &State{}))
	if len(want) == 0 || len(busy) < 100 {
		b.Fatalf("%d findings, %d addresses: the benchmark would show nothing", len(want), len(busy))
	}
	for _, n := range []int{10, 1_000, 10_000} {
		b.Run(fmt.Sprintf("detectors=%d", n), func(b *testing.B) {
			x := transferIndex(b, n, busy)
			if got := ids(x.Block(1, block, &State{})); !slices.Equal(got, want) {
				b.Fatalf("%d findings, others than the %d of 10 detectors", len(got), len(want))
			}
			runtime.GC() // what compiling left behind is not the block's
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				var s State
				next := *block
				for range blocksPerRun {
					if got := x.Block(1, &next, &s); len(got) != len(want) {
						b.Fatalf("%d findings, want %d", len(got), len(want))
					}
					next.Number++
					next.Time += 12
					binary.BigEndian.PutUint64(next.Hash[:], next.Number)
				}
			}
			blocks := float64(b.N) * blocksPerRun
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/blocks, "ns/block")
			b.ReportMetric(blocks*logsPerBlock/b.Elapsed().Seconds(), "logs/s")
		})
	}
}

// BenchmarkScan takes the JSON bytes of mainnet block 21925176 and ends with what a hundred detectors find, over and over.
// With roots=off it reads the receipts alone. With roots=on it reads the block as well, and checks the header's hash, the
// hash of each transaction, both roots and the bloom filter. The sample of that block names its 202 transactions by hash
// only: as many stand in for them, real ones, of the same size together.
func BenchmarkScan(b *testing.B) {
	receipts, whole := sampleFile(b, "21925176-receipts.json"), wholeBlock(b)
	first, err := evm.DecodeReceipts(receipts)
	if err != nil {
		b.Fatal(err)
	}
	x := transferIndex(b, 100, emitters(first))
	scan := func(b *testing.B, read func(d *evm.Decoder) (*evm.Block, error)) {
		var d evm.Decoder
		if _, err := read(&d); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			for range blocksPerRun {
				d.Reset()
				block, err := read(&d)
				if err != nil {
					b.Fatal(err)
				}
				if found := x.Block(1, block, &State{}); len(found) == 0 {
					b.Fatal("nothing found")
				}
			}
		}
		b.ReportMetric(float64(b.N)*blocksPerRun*logsPerBlock/b.Elapsed().Seconds(), "logs/s")
	}
	b.Run("roots=off", func(b *testing.B) {
		scan(b, func(d *evm.Decoder) (*evm.Block, error) {
			rs, err := d.Receipts(receipts)
			block := &evm.Block{Receipts: rs}
			block.Number, block.Hash, block.Time = 21925176, first[0].BlockHash, 1740614675
			return block, err
		})
	})
	b.Run("roots=on", func(b *testing.B) {
		scan(b, func(d *evm.Decoder) (*evm.Block, error) {
			block, err := d.Block(whole)
			if err != nil {
				return nil, err
			}
			if err := evm.VerifyTransactions(block); err != nil {
				return nil, err
			}
			if block.Receipts, err = d.Receipts(receipts); err != nil {
				return nil, err
			}
			err = evm.VerifyReceipts(block)
			block.Transactions = nil // they are not those of the receipts
			return block, err
		})
	})
}

// wholeBlock is block 21925176 with other transactions: 77 of block 15537394, and those of 19426586 without the two
// largest, which makes 202 in about 76 KB of RLP, as the block itself says of its own.
func wholeBlock(b *testing.B) []byte {
	b.Helper()
	var txs []json.RawMessage
	for _, part := range []struct {
		name string
		most int
	}{{"15537394-block.json", 77}, {"19426586-block.json", 125}} {
		var block struct {
			Transactions []json.RawMessage `json:"transactions"`
		}
		if err := json.Unmarshal(sampleFile(b, part.name), &block); err != nil {
			b.Fatal(err)
		}
		usual := slices.DeleteFunc(block.Transactions, func(tx json.RawMessage) bool { return len(tx) > 200_000 })
		txs = append(txs, usual[:part.most]...)
	}
	index := regexp.MustCompile(`"transactionIndex":"0x[0-9a-f]+"`)
	for i := range txs {
		txs[i] = index.ReplaceAll(txs[i], fmt.Appendf(nil, `"transactionIndex":"0x%x"`, i))
	}
	var block map[string]any
	if err := json.Unmarshal(sampleFile(b, "21925176-block.json"), &block); err != nil {
		b.Fatal(err)
	}
	block["transactions"] = txs
	encode := func() (*evm.Block, []byte) {
		data, err := json.Marshal(block)
		if err != nil {
			b.Fatal(err)
		}
		read, err := evm.DecodeBlock(data)
		if err != nil {
			b.Fatal(err)
		}
		return read, data
	}
	read, _ := encode()
	size := 0
	for _, t := range read.Transactions {
		size += len(t.Raw)
	}
	if len(txs) != 202 || size < 70_000 || size > 80_000 {
		b.Fatalf("%d transactions in %d bytes", len(txs), size)
	}
	root, err := evm.TransactionsRoot(read.Transactions)
	if err != nil {
		b.Fatal(err)
	}
	block["transactionsRoot"] = root
	read, _ = encode()
	block["hash"] = read.ComputeHash()
	_, data := encode()
	return data
}
