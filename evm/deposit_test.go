package evm

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/trie"
)

// opBlock is OP mainnet's block 120794432, whose only transaction is a deposit.
func opBlock(t *testing.T) *Block {
	t.Helper()
	b := decodeBlock(t, "op-120794432-block.json")
	var err error
	if b.Receipts, err = DecodeReceipts(file(t, "op-120794432-receipts.json")); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRealDepositsAreVerified(t *testing.T) {
	b := opBlock(t)
	if b.Number != 120794432 || len(b.Transactions) != 1 || b.Transactions[0].Type != DepositType {
		t.Fatalf("block %d with %d transactions", b.Number, len(b.Transactions))
	}
	if err := VerifyBlock(b); err != nil {
		t.Error(err)
	}
	if err := VerifySenders(b); err != nil {
		t.Error(err)
	}
	if from, err := b.Transactions[0].RecoverSender(); err != nil || from != b.Transactions[0].From {
		t.Errorf("sender %s, %v", from, err)
	}
	for name, change := range map[string]func(*Block){
		"nonce of the receipt":   func(b *Block) { *b.Receipts[0].DepositNonce++ },
		"version of the receipt": func(b *Block) { b.Receipts[0].DepositVersion = nil },
		"status":                 func(b *Block) { b.Receipts[0].Status = 0 },
		"content":                func(b *Block) { b.Transactions[0].Raw[40] ^= 1 },
	} {
		b := opBlock(t)
		change(b)
		if err := VerifyBlock(b); !errors.Is(err, ErrLie) {
			t.Errorf("%s: %v, want a lie", name, err)
		}
	}
	for _, edit := range [][2]string{
		{`"from":"0xdead`, `"from":"0xbead`},
		{`"value":"0x0"`, `"value":"0x1"`},
		{`"mint":"0x0"`, `"mint":"0x1"`},
		{`"isSystemTx":false`, `"isSystemTx":true`},
		{`"gas":"0xf4240"`, `"gas":"0xf4241"`},
		{`"to":"0x42`, `"to":"0x43`},
		{`"sourceHash":"0x03`, `"sourceHash":"0x04`},
		{`"input":"0x44`, `"input":"0x45`},
	} {
		old := string(file(t, "op-120794432-block.json"))
		edited := strings.Replace(old, edit[0], edit[1], 1)
		b, err := DecodeBlock([]byte(edited))
		if err != nil || edited == old {
			t.Fatalf("%s: %v", edit[1], err)
		}
		if err := VerifyTransactions(b); !errors.Is(err, ErrLie) {
			t.Errorf("%s: %v, want a lie", edit[1], err)
		}
	}
}

// Hashes of real deposits, with their JSON as endpoints gave it: of OP mainnet's block 127446283, and of block 1048576 of
// another chain of the OP stack (4326), which leaves out isSystemTx and the signature of zeros.
func TestRealDepositsHashAsTheyShould(t *testing.T) {
	for hash, data := range map[string]string{
		"0xbc9329afac05556497441e2b3ee4c5d4da7ca0b2a4c212c212d0739e94a24df9": `{"blockHash":"0x9d86bb313ebeedf4f9f82bf8a19b426be656a365648a7c089b618771311db9f9","blockNumber":"0x798ad0b","hash":"0xbc9329afac05556497441e2b3ee4c5d4da7ca0b2a4c212c212d0739e94a24df9","transactionIndex":"0x0","type":"0x7e","nonce":"0x152ea95","input":"0x440a5e200000146b000f79c50000000000000003000000006725333f000000000141e287000000000000000000000000000000000000000000000000000000012439ee7e0000000000000000000000000000000000000000000000000000000063f363e973e96e7145ff001c81b9562cba7b6104eeb12a2bc4ab9f07c27d45cd81a986620000000000000000000000006887246668a3b87f54deb3b94ba47a6f63f32985","mint":"0x0","sourceHash":"0x04e9a69416471ead93b02f0c279ab11ca0b635db5c1726a56faf22623bafde52","r":"0x0","s":"0x0","v":"0x0","yParity":"0x0","gas":"0xf4240","from":"0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001","to":"0x4200000000000000000000000000000000000015","depositReceiptVersion":"0x1","value":"0x0","gasPrice":"0x0"}`,
		"0x243d39c7f6cd74a9a081a6fe4bdfce37ac6136b9454691aeeb9ed77998450cbc": `{"type":"0x7e","sourceHash":"0x79ab34de993de378f15eafd864cab321ca382dc65b7aa82d0cc10618e68041e6","from":"0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001","to":"0x4200000000000000000000000000000000000015","mint":"0x0","value":"0x0","gas":"0x5f5e100","input":"0x098999be00000558000c5fc50000000000000053000000006922225700000000016c074600000000000000000000000000000000000000000000000000000000041577640000000000000000000000000000000000000000000000000000000000000001f7c63d3b8cb8f194b5ac53452faf9f8c0d14f790e43e85a12558906bbe6a5adf000000000000000000000000b98c6b1a805b96707a43e1f1acfa163b68098fa6000000000000000000000000","hash":"0x243d39c7f6cd74a9a081a6fe4bdfce37ac6136b9454691aeeb9ed77998450cbc","blockHash":"0xe0b5b2b8222c00dcbe9f359fc917a9190127bd1b958e11b6caa2035dd03952f1","blockNumber":"0x100000","transactionIndex":"0x0","depositReceiptVersion":"0x1","gasPrice":"0x0","nonce":"0xfffff"}`,
	} {
		s := scanner{data: []byte(data)}
		tx := new(Decoder).transaction(&s)
		if err := s.end(); err != nil {
			t.Fatal(err)
		}
		if tx.Raw == nil || tx.Hash.Hex() != hash || crypto.Keccak256Hash(tx.Raw) != tx.Hash {
			t.Errorf("%s: hashes to %s", hash, crypto.Keccak256Hash(tx.Raw))
		}
	}
}

// depositTx is a deposit as the specification of the OP stack lays it out, for go-ethereum's RLP to encode.
type depositTx struct {
	SourceHash Hash
	From       Address
	To         *Address `rlp:"nil"`
	Mint       uint64
	Value      uint64
	Gas        uint64
	System     bool
	Data       []byte
}

func TestDepositsAreEncodedAsTheSpecificationSays(t *testing.T) {
	to := Address{0xbb}
	for name, want := range map[string]depositTx{
		"user's":   {SourceHash: Hash{1}, From: Address{0xaa}, To: &to, Mint: 5, Value: 300, Gas: 21000, Data: []byte{1, 2}},
		"system's": {SourceHash: Hash{2}, From: Address{0xaa}, To: &to, Gas: 1, System: true, Data: []byte{0}},
		"creation": {SourceHash: Hash{}, From: Address{0xaa}, Value: 0x80, Gas: 1 << 40},
	} {
		recipient := "null"
		if want.To != nil {
			recipient = `"` + want.To.Hex() + `"`
		}
		data := fmt.Sprintf(`{"type":"0x7e","hash":"%s","sourceHash":"%s","from":"%s","to":%s,"mint":"0x%x","value":"0x%x","gas":"0x%x","isSystemTx":%t,"input":"0x%x","nonce":"0x0"}`,
			Hash{}, want.SourceHash, want.From, recipient, want.Mint, want.Value, want.Gas, want.System, want.Data)
		s := scanner{data: []byte(data)}
		got := new(Decoder).transaction(&s)
		if err := s.end(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		enc, err := rlp.EncodeToBytes(&want)
		if err != nil {
			t.Fatal(err)
		}
		if enc = append([]byte{0x7e}, enc...); !bytes.Equal(got.Raw, enc) {
			t.Errorf("%s: encoded as %x, want %x", name, got.Raw, enc)
		}
	}
}

// depositReceipt is a deposit's receipt as the root has it since Canyon; before, the last two were left out.
type depositReceipt struct {
	Status  uint64
	Gas     uint64
	Bloom   types.Bloom
	Logs    []*types.Log
	Nonce   *uint64 `rlp:"optional"`
	Version *uint64 `rlp:"optional"`
}

type rawList [][]byte

func (l rawList) Len() int                           { return len(l) }
func (l rawList) EncodeIndex(i int, w *bytes.Buffer) { w.Write(l[i]) }

func TestRootsOfDepositReceipts(t *testing.T) {
	for name, c := range map[string]struct {
		nonce, version *uint64
		inRoot         bool
	}{
		"before Regolith": {nil, nil, false},
		"before Canyon":   {new(uint64(7)), nil, false},
		"since Canyon":    {new(uint64(7)), new(uint64(1)), true},
		"nonce of zero":   {new(uint64(0)), new(uint64(1)), true},
	} {
		log := &types.Log{Address: Address{1}, Topics: []Hash{{2}}, Data: []byte{3}}
		want := depositReceipt{Status: 1, Gas: 50_000, Bloom: types.CreateBloom(&types.Receipt{Logs: []*types.Log{log}}), Logs: []*types.Log{log}}
		if c.inRoot {
			want.Nonce, want.Version = c.nonce, c.version
		}
		enc, err := rlp.EncodeToBytes(&want)
		if err != nil {
			t.Fatal(err)
		}
		ours := Receipt{
			Type: DepositType, Status: 1, CumulativeGasUsed: 50_000, DepositNonce: c.nonce, DepositVersion: c.version,
			Logs: []Log{{Address: Address{1}, Topics: []Hash{{2}}, Data: []byte{3}}},
		}
		root, err := ReceiptsRoot([]Receipt{ours})
		if ref := types.DeriveSha(rawList{append([]byte{0x7e}, enc...)}, trie.NewStackTrie(nil)); err != nil || root != ref {
			t.Errorf("%s: root %s, %v, want %s", name, root, err, ref)
		}
	}
}

// A contract made by a deposit stands where the nonce in the receipt puts it.
func TestContractsMadeByDeposits(t *testing.T) {
	b := opBlock(t)
	tx, r := &b.Transactions[0], &b.Receipts[0]
	tx.To, r.To = nil, nil
	made := crypto.CreateAddress(tx.From, *r.DepositNonce)
	r.ContractAddress = &made
	if err := verifyDerived(b, false); err != nil {
		t.Error(err)
	}
	r.ContractAddress = &Address{1}
	if err := verifyDerived(b, false); !errors.Is(err, ErrLie) {
		t.Errorf("another contract: %v, want a lie", err)
	}
}
