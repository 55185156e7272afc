package detect

import (
	"encoding/binary"
	"fmt"
	"os"
	"testing"

	"tocsin/evm"
	"tocsin/plan"
)

// mainnet is block 21925176: 202 receipts with 463 logs.
func mainnet(b *testing.B) *evm.Block {
	b.Helper()
	data, err := os.ReadFile("../evm/testdata/21925176-receipts.json")
	if err != nil {
		b.Fatal(err)
	}
	receipts, err := evm.DecodeReceipts(data)
	if err != nil {
		b.Fatal(err)
	}
	block := &evm.Block{Receipts: receipts}
	block.Number, block.Hash, block.Time = 21925176, receipts[0].BlockHash, 1740614675
	return block
}

// BenchmarkBlock passes a mainnet block through an index of so many detectors, ten or a hundred of which look at contracts
// that are busy in it. One operation is the whole block; the state is fresh each time.
func BenchmarkBlock(b *testing.B) {
	blk := mainnet(b)
	var busy []evm.Address
	seen := map[evm.Address]bool{}
	for _, r := range blk.Receipts {
		for _, l := range r.Logs {
			if !seen[l.Address] {
				seen[l.Address] = true
				busy = append(busy, l.Address)
			}
		}
	}
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("detectors=%d", n), func(b *testing.B) {
			p := &plan.Plan{Chains: []plan.Chain{{ID: 1}}}
			for i := range n {
				a := plan.Asset{ID: fmt.Sprintf("a%d", i), Name: "A", Chain: 1}
				binary.BigEndian.PutUint64(a.Address[:], uint64(i+1))
				if i < 10 || (i < 100 && n > 10) {
					a.Address = busy[i%min(len(busy), 10)]
				}
				p.Assets = append(p.Assets, a)
				p.Detectors = append(p.Detectors, plan.Detector{
					ID: fmt.Sprintf("d%d", i), Name: "D", Kind: "match", Asset: a.ID,
					Event: "Transfer(address indexed from, address indexed to, uint256 value)", Where: "event.args.value > ether(100000000) && event.args.from != tx.from",
				})
			}
			x, problems := Compile(p, nil)
			if len(problems) > 0 {
				b.Fatal(problems[0])
			}
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				var s State
				x.Block(1, blk, &s)
			}
			b.ReportMetric(float64(463*b.N)/b.Elapsed().Seconds(), "logs/s")
		})
	}
}
