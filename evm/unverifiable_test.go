package evm

import (
	"errors"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

// unverifiable returns what an error says about a block that cannot be verified, nil if it is anything else.
func unverifiable(err error) *Unverifiable {
	var u *Unverifiable
	if !errors.As(err, &u) || errors.Is(err, ErrLie) || !errors.Is(err, ErrUnverifiable) {
		return nil
	}
	return u
}

// A header with fields that Ethereum does not have may be hashed with them; one without may not.
func TestAHeaderWithForeignFieldsIsInDoubt(t *testing.T) {
	whole := string(file(t, "15537394-block.json"))
	foreign := strings.Replace(whole, `"gasUsed":`, `"l1BatchNumber":"0x1","gasUsed":`, 1)
	tampered := func(s string) string { return strings.Replace(s, `"timestamp":"0x6`, `"timestamp":"0x7`, 1) }
	for name, c := range map[string]struct {
		data       string
		lie, doubt bool
	}{
		"as it is":                        {whole, false, false},
		"a field more that is not hashed": {foreign, false, false},
		"tampered":                        {tampered(whole), true, false},
		"hashed otherwise":                {tampered(foreign), false, true},
	} {
		b, err := DecodeBlock([]byte(c.data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		err = VerifyTransactions(b)
		if u := unverifiable(err); errors.Is(err, ErrLie) != c.lie || (u != nil) != c.doubt || (u != nil && !u.Header) {
			t.Errorf("%s: %v, lie %v, doubt %v", name, err, c.lie, c.doubt)
		}
	}
}

// Where the header is in doubt its roots are as well, but what contradicts itself is a lie all the same.
func TestABlockWithAForeignHeader(t *testing.T) {
	doubtful := func() *Block {
		b := sample(t)
		b.Foreign = true
		b.Time++
		return b
	}
	for name, change := range map[string]func(*Block){
		"nothing":          func(*Block) {},
		"receipts root":    func(b *Block) { b.ReceiptsRoot = Hash{} },
		"transactionsRoot": func(b *Block) { b.TransactionsRoot = Hash{} },
		"bloom":            func(b *Block) { b.Bloom = [256]byte{} },
		"cumulative gas":   func(b *Block) { b.Receipts[4].CumulativeGasUsed = 0 },
	} {
		b := doubtful()
		change(b)
		if u := unverifiable(VerifyBlock(b)); u == nil || !u.Header {
			t.Errorf("%s: %v, want the header in doubt", name, VerifyBlock(b))
		}
	}
	for name, change := range map[string]func(*Block){
		"a receipt less":           func(b *Block) { b.Receipts = b.Receipts[1:] },
		"receipt of another":       func(b *Block) { b.Receipts[3].TxHash = Hash{} },
		"transaction's content":    func(b *Block) { b.Transactions[3].Raw = b.Transactions[4].Raw },
		"order of transactions":    func(b *Block) { b.Transactions[3].Index = 9 },
		"another block's receipts": func(b *Block) { b.Receipts[0].BlockNumber++ },
	} {
		b := doubtful()
		change(b)
		if err := VerifyBlock(b); !errors.Is(err, ErrLie) {
			t.Errorf("%s: %v, want a lie", name, err)
		}
	}
}

// A transaction of a known type with a field that Ethereum's lack is verified if it hashes without, else in doubt.
func TestTransactionsWithForeignFields(t *testing.T) {
	whole := string(file(t, "15537394-block.json"))
	foreign := strings.Replace(whole, `"gasPrice":`, `"feeCurrency":"0x1","gasPrice":`, 1)
	if foreign == whole {
		t.Fatal("the edit changed nothing")
	}
	b, err := DecodeBlock([]byte(foreign))
	if err != nil || VerifyTransactions(b) != nil {
		t.Errorf("a field more: %v, %v", err, VerifyTransactions(b))
	}
	hash := b.Transactions[0].Hash.Hex()
	b, err = DecodeBlock([]byte(strings.Replace(foreign, `"hash":"`+hash, `"hash":"0xff`+hash[4:], 1)))
	if err != nil {
		t.Fatal(err)
	}
	if u := unverifiable(VerifyTransactions(b)); u == nil || u.Header || !strings.Contains(u.Reason, "fields that Ethereum's do not have") {
		t.Errorf("hashed otherwise: %v", VerifyTransactions(b))
	}
}

// Some chains add transactions that nobody signed, and leave them out of both roots.
func TestTransactionsThatNobodySigned(t *testing.T) {
	b := sample(t)
	last := len(b.Transactions) - 1
	own := &b.Transactions[last]
	own.Raw, own.From, own.To = nil, Address{}, &Address{}
	b.Receipts[last].From, b.Receipts[last].To = Address{}, &Address{}
	seal(t, b)
	kept := b.Receipts
	b.Receipts = kept[:last]
	var err error
	if b.ReceiptsRoot, err = ReceiptsRoot(b.Receipts); err != nil {
		t.Fatal(err)
	}
	b.Hash = b.ComputeHash()
	b.Receipts = kept
	for i := range b.Receipts {
		b.Receipts[i].BlockHash = b.Hash
	}
	if u := unverifiable(VerifyBlock(b)); u == nil || u.Header {
		t.Errorf("%v, want unverifiable", VerifyBlock(b))
	}
	own.From = common.HexToAddress("0x00000000000000000000000000000000000000aa")
	b.Receipts[last].From = own.From
	if err := VerifyBlock(b); !errors.Is(err, ErrLie) {
		t.Errorf("somebody's transaction that the root of receipts leaves out: %v, want a lie", err)
	}
	s := scanner{data: []byte(`{"hash":"` + own.Hash.Hex() + `","type":"0x0","from":"0x0000000000000000000000000000000000000000","nonce":"0x0","value":"0x0","input":"0x","gas":"0x0","gasPrice":"0x0","v":"0x0","r":"0x0","s":"0x0"}`)}
	if tx := new(Decoder).transaction(&s); s.err != nil || tx.Raw != nil {
		t.Errorf("a signature of zeros: %v, rebuilt as %x", s.err, tx.Raw)
	}
}

// The reason is the same for every block of the kind, and names the type.
func TestReasonsNameTheType(t *testing.T) {
	for _, i := range []int{2, 5} {
		b := sample(t)
		b.Transactions[i].Raw, b.Transactions[i].Type, b.Receipts[i].Type = nil, 0x6a, 0x6a
		seal(t, b)
		if u := unverifiable(VerifyBlock(b)); u == nil || u.Reason != "it has transactions of type 0x6a, whose encoding is not known here" {
			t.Errorf("%v", VerifyBlock(b))
		}
	}
}
