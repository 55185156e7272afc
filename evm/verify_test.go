package evm

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decodeBlock(t testing.TB, name string) *Block {
	t.Helper()
	b, err := DecodeBlock(file(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRealTransactionsHaveTheRootOfTheirHeader(t *testing.T) {
	for name, want := range map[string]struct {
		number uint64
		txs    int
	}{"15537394-block.json": {15537394, 80}, "19426586-block.json": {19426586, 127}} {
		b := decodeBlock(t, name)
		if b.Number != want.number || len(b.Transactions) != want.txs {
			t.Errorf("%s: block %d with %d transactions", name, b.Number, len(b.Transactions))
		}
		if got := b.ComputeHash(); got != b.Hash {
			t.Errorf("%s: header hashes to %s, want %s", name, got, b.Hash)
		}
		if err := verifyTransactions(b, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := VerifySenders(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRealReceiptsHaveTheRootOfTheirHeader(t *testing.T) {
	h, err := DecodeHeader(file(t, "21925176-block.json"))
	if err != nil {
		t.Fatal(err)
	}
	if got := h.ComputeHash(); got != h.Hash {
		t.Errorf("header hashes to %s, want %s", got, h.Hash)
	}
	rs, err := DecodeReceipts(file(t, "21925176-receipts.json"))
	if err != nil {
		t.Fatal(err)
	}
	if root, err := ReceiptsRoot(rs); err != nil || root != h.ReceiptsRoot {
		t.Errorf("receipts root %s, %v, want %s", root, err, h.ReceiptsRoot)
	}
	var failed, logs int
	for i := range rs {
		failed += int(1 - rs[i].Status)
		logs += len(rs[i].Logs)
	}
	if len(rs) != 202 || failed != 3 || logs != 463 {
		t.Errorf("%d receipts, %d failed, %d logs, want 202, 3, 463", len(rs), failed, logs)
	}
}

// sample is a whole consistent block: the transactions are real, the receipts ours.
func sample(t testing.TB) *Block {
	b := decodeBlock(t, "15537394-block.json")
	b.Receipts = make([]Receipt, len(b.Transactions))
	var logs uint64
	for i := range b.Transactions {
		tx, r := &b.Transactions[i], &b.Receipts[i]
		*r = Receipt{
			TxHash: tx.Hash, TxIndex: tx.Index, Type: tx.Type, From: tx.From, To: tx.To, Status: 1,
			GasUsed: 21000, CumulativeGasUsed: uint64(i+1) * 21000, BlockNumber: b.Number,
		}
		if tx.To == nil {
			made := crypto.CreateAddress(tx.From, tx.Nonce)
			r.ContractAddress = &made
		}
		if i%3 == 0 {
			r.Logs = []Log{{Address: tx.From, Topics: []Hash{tx.Hash}, Data: []byte{1, 2}, Index: logs, TxHash: tx.Hash, TxIndex: tx.Index}}
			logs++
		}
	}
	seal(t, b)
	return b
}

// seal makes header and receipts agree with each other.
func seal(t testing.TB, b *Block) {
	t.Helper()
	b.Bloom = [256]byte{}
	for i := range b.Receipts {
		for k, x := range b.Receipts[i].Bloom() {
			b.Bloom[k] |= x
		}
	}
	if root, err := ReceiptsRoot(b.Receipts); err == nil {
		b.ReceiptsRoot = root
	}
	b.Hash = b.ComputeHash()
	for i := range b.Receipts {
		b.Receipts[i].BlockHash = b.Hash
	}
}

func TestVerifyBlockAcceptsWhatIsConsistent(t *testing.T) {
	if err := VerifyBlock(sample(t)); err != nil {
		t.Fatal(err)
	}
	empty := &Block{Header: Header{
		Number: 7, Difficulty: new(uint256.Int),
		TransactionsRoot: common.HexToHash("0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"),
		ReceiptsRoot:     common.HexToHash("0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"),
	}}
	empty.Hash = empty.ComputeHash()
	if err := VerifyBlock(empty); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyBlockSeesEveryLie(t *testing.T) {
	other := common.HexToAddress("0x00000000000000000000000000000000000000aa")
	lies := map[string]func(*Block){
		"header field":         func(b *Block) { b.Time++ },
		"hash":                 func(b *Block) { b.Hash[0]++ },
		"transaction left out": func(b *Block) { b.Transactions = b.Transactions[1:]; b.Receipts = b.Receipts[1:] },
		"last transaction gone": func(b *Block) {
			n := len(b.Receipts) - 1
			b.Transactions, b.Receipts = b.Transactions[:n], b.Receipts[:n]
		},
		"transaction content":    func(b *Block) { b.Transactions[2].Raw = append([]byte(nil), b.Transactions[3].Raw...) },
		"transaction hash":       func(b *Block) { b.Transactions[2].Hash[5]++; b.Receipts[2].TxHash = b.Transactions[2].Hash },
		"transaction index":      func(b *Block) { b.Transactions[2].Index = 9 },
		"receipts left out":      func(b *Block) { b.Receipts = nil },
		"status":                 func(b *Block) { b.Receipts[4].Status = 0 },
		"log left out":           func(b *Block) { b.Receipts[0].Logs = nil },
		"log data":               func(b *Block) { b.Receipts[0].Logs[0].Data = []byte{9} },
		"log address":            func(b *Block) { b.Receipts[0].Logs[0].Address = other },
		"log topic":              func(b *Block) { b.Receipts[3].Logs[0].Topics[0][0]++ },
		"log index":              func(b *Block) { b.Receipts[3].Logs[0].Index = 7 },
		"log's transaction":      func(b *Block) { b.Receipts[3].Logs[0].TxHash[0]++ },
		"gas of one":             func(b *Block) { b.Receipts[4].GasUsed++ },
		"cumulative gas":         func(b *Block) { b.Receipts[4].CumulativeGasUsed++ },
		"receipt's sender":       func(b *Block) { b.Receipts[4].From = other },
		"receipt's recipient":    func(b *Block) { b.Receipts[4].To = nil },
		"receipt's transaction":  func(b *Block) { b.Receipts[4].TxHash = b.Receipts[5].TxHash },
		"receipt's block":        func(b *Block) { b.Receipts[4].BlockHash[0]++ },
		"receipt's block number": func(b *Block) { b.Receipts[4].BlockNumber++ },
		"receipts' order":        func(b *Block) { b.Receipts[4], b.Receipts[5] = b.Receipts[5], b.Receipts[4] },
	}
	for name, tamper := range lies {
		b := sample(t)
		tamper(b)
		if err := VerifyBlock(b); !errors.Is(err, ErrLie) {
			t.Errorf("%s: %v, want a lie", name, err)
		}
	}
	b := sample(t)
	b.Transactions[1].From, b.Receipts[1].From = other, other
	if err := VerifySenders(b); !errors.Is(err, ErrLie) {
		t.Errorf("sender: %v, want a lie", err)
	}
}

func TestUnknownKindsAreUnverifiableNotLies(t *testing.T) {
	b := sample(t)
	b.Transactions[2].Raw, b.Transactions[2].Type, b.Receipts[2].Type = nil, 0x6a, 0x6a
	seal(t, b)
	if err := VerifyBlock(b); !errors.Is(err, ErrUnverifiable) || errors.Is(err, ErrLie) {
		t.Errorf("unknown transaction: %v, want unverifiable", err)
	}
	b.Receipts[0].Logs[0].Address = common.HexToAddress("0x00000000000000000000000000000000000000aa")
	if err := VerifyBlock(b); !errors.Is(err, ErrLie) {
		t.Errorf("log that the bloom filter does not know: %v, want a lie", err)
	}
}

func BenchmarkDecodeAndRootOfReceipts(b *testing.B) {
	data := file(b, "21925176-receipts.json")
	for b.Loop() {
		rs, err := DecodeReceipts(data)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := ReceiptsRoot(rs); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(463*float64(b.N)/b.Elapsed().Seconds(), "logs/s")
}
