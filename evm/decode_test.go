package evm

import (
	"errors"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
)

func TestDecodeBlockIsStrictAboutShape(t *testing.T) {
	good := string(file(t, "15537394-block.json"))
	for name, edit := range map[string]func(string) string{
		"no hash": func(s string) string { return strings.Replace(s, `"hash":"0x56a9`, `"hush":"0x56a9`, 1) },
		"null root": func(s string) string {
			return strings.Replace(s, `"transactionsRoot":"`, `"transactionsRoot":null,"was":"`, 1)
		},
		"number as number": func(s string) string { return strings.Replace(s, `"number":"0xed14f2"`, `"number":15537394`, 1) },
		"number too long":  func(s string) string { return strings.Replace(s, `"number":"0x`, `"number":"0x1ffffffffffffffff`, 1) },
		"empty number":     func(s string) string { return strings.Replace(s, `"number":"0xed14f2"`, `"number":"0x"`, 1) },
		"bad digit":        func(s string) string { return strings.Replace(s, `"gasUsed":"0x1`, `"gasUsed":"0xg`, 1) },
		"short hash":       func(s string) string { return strings.Replace(s, `"parentHash":"0x55`, `"parentHash":"0x5`, 1) },
		"odd bytes":        func(s string) string { return strings.Replace(s, `"extraData":"0x"`, `"extraData":"0x1"`, 1) },
		"hashes only": func(s string) string {
			i := strings.Index(s, `"transactions":[`)
			return s[:i] + `"transactions":["0x01"]}`
		},
		"no transactions": func(s string) string { return strings.Replace(s, `"transactions":`, `"others":`, 1) },
		"field twice":     func(s string) string { return strings.Replace(s, `"gasUsed":`, `"gasUsed":"0x1","gasUsed":`, 1) },
		"cut":             func(s string) string { return s[:len(s)/2] },
		"null":            func(string) string { return "null" },
		"array":           func(string) string { return "[]" },
		"empty":           func(string) string { return "" },
	} {
		bad := edit(good)
		if bad == good {
			t.Errorf("%s: the edit changed nothing", name)
		}
		if b, err := DecodeBlock([]byte(bad)); !errors.Is(err, ErrShape) {
			t.Errorf("%s: %v, %v, want a fault of shape", name, b != nil, err)
		}
	}
	if _, err := DecodeBlock([]byte(strings.Replace(good, `"hash":`, `"aFieldOfTheFuture":{"x":[1]},"hash":`, 1))); err != nil {
		t.Errorf("unknown field: %v", err)
	}
}

func TestDecodeReceiptsIsStrictAboutShape(t *testing.T) {
	for name, bad := range map[string]string{
		"object":      `{}`,
		"null inside": `[null]`,
		"no logs": `[{"transactionHash":"0x` + strings.Repeat("00", 32) + `","transactionIndex":"0x0","from":"0x` + strings.Repeat("00", 20) +
			`","status":"0x1","gasUsed":"0x1","cumulativeGasUsed":"0x1","blockHash":"0x` + strings.Repeat("00", 32) + `","blockNumber":"0x1"}]`,
	} {
		if _, err := DecodeReceipts([]byte(bad)); !errors.Is(err, ErrShape) {
			t.Errorf("%s: %v, want a fault of shape", name, err)
		}
	}
}

// TestEveryTypeIsEncodedAsGoEthereumDoes takes go-ethereum's own JSON of transactions of each type and its encodings.
func TestEveryTypeIsEncodedAsGoEthereumDoes(t *testing.T) {
	for name, tx := range signedOfEachType(t) {
		data, err := tx.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		from, err := types.Sender(types.LatestSignerForChainID(tx.ChainId()), tx)
		if err != nil {
			t.Fatal(err)
		}
		s := scanner{data: []byte(strings.Replace(string(data), "{", `{"from":"`+from.Hex()+`",`, 1))}
		got := new(Decoder).transaction(&s)
		if err := s.end(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want, err := tx.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if string(got.Raw) != string(want) {
			t.Errorf("%s: encoded as %x, want %x", name, got.Raw, want)
		}
		if who, err := got.RecoverSender(); err != nil || who != from {
			t.Errorf("%s: sender %s, %v, want %s", name, who, err, from)
		}

		r := &types.Receipt{Type: tx.Type(), Status: 1, CumulativeGasUsed: 77, Logs: []*types.Log{{Address: from, Topics: []Hash{{1}, {2}}, Data: []byte{3}}}}
		r.Bloom = types.CreateBloom(r)
		ours := Receipt{Type: tx.Type(), Status: 1, CumulativeGasUsed: 77, Logs: []Log{{Address: from, Topics: []Hash{{1}, {2}}, Data: []byte{3}}}}
		bloom := ours.Bloom()
		enc, err := r.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if got := ours.encode(nil, &bloom); string(got) != string(enc) {
			t.Errorf("%s: receipt encoded as %x, want %x", name, got, enc)
		}
	}
}

func FuzzDecodeBlock(f *testing.F) {
	// The real block with its first two transactions: fuzzing wants small inputs.
	whole := string(file(f, "15537394-block.json"))
	head, txs, _ := strings.Cut(whole, `"transactions":[`)
	few := strings.SplitN(txs, "},{", 3)
	f.Add([]byte(head + `"transactions":[` + few[0] + "},{" + few[1] + "}]}"))
	f.Add([]byte(`{"number":"0x1","transactions":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := DecodeBlock(data)
		if err != nil {
			if b != nil {
				t.Fatal("a block and an error")
			}
			return
		}
		_ = VerifySenders(b)
		if err := VerifyBlock(b); err == nil && b.ComputeHash() != b.Hash {
			t.Fatal("verified a block whose hash is wrong")
		}
	})
}

func FuzzDecodeReceipts(f *testing.F) {
	f.Add([]byte(`[{"type":"0x2","status":"0x1","cumulativeGasUsed":"0x3855a","logs":[]}]`))
	whole := string(file(f, "21925176-receipts.json"))
	first, _, _ := strings.Cut(whole, `},{"type"`)
	f.Add([]byte(first + "}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rs, err := DecodeReceipts(data)
		if err != nil {
			return
		}
		if _, err := ReceiptsRoot(rs); err != nil && !errors.Is(err, ErrUnverifiable) {
			t.Fatal(err)
		}
	})
}
