package evm

import (
	"errors"
	"fmt"

	"github.com/holiman/uint256"
)

// ErrShape is in the chain of every error about JSON that is not what the JSON-RPC interface promises. The error says at
// which byte.
var ErrShape = errors.New("not the shape that the interface promises")

// Decoder reads what endpoints give, one block after the other, into memory that it uses again. The zero Decoder is ready;
// it is not for concurrent use.
type Decoder struct {
	transactions []Transaction
	receipts     []Receipt
	logs         []Log
	words        []Hash // topics, keys of storage, hashes of blobs

	bytes     arena[byte]
	hashes    arena[Hash]
	addresses arena[Address]
	small     arena[uint64]
	large     arena[uint256.Int]
	frames    arena[Frame]

	open    []Frame // of lists of calls that have not ended
	framed  int     // calls read of one block
	tx      transactionJSON
	scratch []byte
}

// Reset takes back everything that the decoder returned: the next block overwrites it.
func (d *Decoder) Reset() {
	d.transactions, d.receipts, d.logs, d.words = d.transactions[:0], d.receipts[:0], d.logs[:0], d.words[:0]
	d.bytes.reset()
	d.hashes.reset()
	d.addresses.reset()
	d.small.reset()
	d.large.reset()
	d.frames.reset()
}

// DecodeHeader reads the header out of a block or of a new head, as eth_getBlockByNumber and eth_subscribe give it.
func DecodeHeader(data []byte) (Header, error) { return new(Decoder).Header(data) }

// DecodeBlock reads a block with whole transactions, as eth_getBlockByNumber gives it. Its receipts come separately.
func DecodeBlock(data []byte) (*Block, error) { return new(Decoder).Block(data) }

// DecodeReceipts reads the receipts of a block, as eth_getBlockReceipts gives them.
func DecodeReceipts(data []byte) ([]Receipt, error) { return new(Decoder).Receipts(data) }

// DecodeReceipt reads one receipt, as eth_getTransactionReceipt gives it.
func DecodeReceipt(data []byte) (*Receipt, error) {
	s := scanner{data: data}
	r := new(Decoder).receipt(&s)
	if err := s.end(); err != nil {
		return nil, fmt.Errorf("read receipt: %w", err)
	}
	return &r, nil
}

// Header is DecodeHeader.
func (d *Decoder) Header(data []byte) (Header, error) {
	s := scanner{data: data}
	var j headerJSON
	for name, ok := s.object(); ok; name, ok = s.member() {
		if !j.member(&s, d, name) {
			s.skip()
		}
	}
	h := j.header(&s, d)
	if err := s.end(); err != nil {
		return Header{}, fmt.Errorf("read header: %w", err)
	}
	return h, nil
}

// Block is DecodeBlock.
func (d *Decoder) Block(data []byte) (*Block, error) {
	s := scanner{data: data}
	var j headerJSON
	var txs []Transaction
	there := false
	for name, ok := s.object(); ok; name, ok = s.member() {
		switch {
		case string(name) == "transactions" && there:
			s.fail(s.at, "a second value of the same name")
		case string(name) == "transactions":
			there = true
			txs = d.readTransactions(&s)
		case !j.member(&s, d, name):
			s.skip()
		}
	}
	h := j.header(&s, d)
	s.require(there, "transactions")
	if err := s.end(); err != nil {
		return nil, fmt.Errorf("read block: %w", err)
	}
	return &Block{Header: h, Transactions: txs}, nil
}

func (d *Decoder) readTransactions(s *scanner) []Transaction {
	start := len(d.transactions)
	for ok := s.array(); ok; ok = s.element() {
		d.transactions = append(d.transactions, d.transaction(s))
	}
	return d.transactions[start:len(d.transactions):len(d.transactions)]
}

// Receipts is DecodeReceipts.
func (d *Decoder) Receipts(data []byte) ([]Receipt, error) {
	s := scanner{data: data}
	start := len(d.receipts)
	for ok := s.array(); ok; ok = s.element() {
		d.receipts = append(d.receipts, d.receipt(&s))
	}
	if err := s.end(); err != nil {
		return nil, fmt.Errorf("read receipts: %w", err)
	}
	return d.receipts[start:len(d.receipts):len(d.receipts)], nil
}

// require fails if what an object must hold was not there.
func (s *scanner) require(ok bool, field string) {
	if !ok {
		s.fail(s.at, "%s is missing in what ends here", field)
	}
}
