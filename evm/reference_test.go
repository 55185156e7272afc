package evm

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"github.com/holiman/uint256"
)

// The functions of this file read the same JSON as the Decoder, slowly and by other means: encoding/json into maps, and
// big integers. What the Decoder accepts they must accept, and read the same out of it.

type members map[string]json.RawMessage

func (m members) has(name string) bool {
	v, ok := m[name]
	return ok && strings.TrimSpace(string(v)) != "null"
}

// reference collects the first error of many readings.
type reference struct{ err error }

func (r *reference) note(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *reference) object(raw json.RawMessage) members {
	var m members
	r.note(json.Unmarshal(raw, &m))
	if m == nil {
		r.note(fmt.Errorf("null"))
	}
	return m
}

func (r *reference) list(raw json.RawMessage) []json.RawMessage {
	var l []json.RawMessage
	if raw != nil {
		r.note(json.Unmarshal(raw, &l))
	}
	return l
}

func (r *reference) digits(m members, name string) string {
	if !m.has(name) {
		return ""
	}
	var s string
	r.note(json.Unmarshal(m[name], &s))
	d, ok := strings.CutPrefix(s, "0x")
	if !ok {
		r.note(fmt.Errorf("%s: %q", name, s))
	}
	return d
}

func (r *reference) bytes(m members, name string) []byte {
	b, err := hex.DecodeString(r.digits(m, name))
	r.note(err)
	return b
}

func (r *reference) big(m members, name string) *uint256.Int {
	if !m.has(name) {
		return nil
	}
	n, ok := new(big.Int).SetString(r.digits(m, name), 16)
	if !ok || n.Sign() < 0 || n.BitLen() > 256 {
		r.note(fmt.Errorf("%s is no number", name))
		return nil
	}
	return uint256.MustFromBig(n)
}

func (r *reference) uint(m members, name string) *uint64 {
	n := r.big(m, name)
	if n == nil {
		return nil
	}
	if !n.IsUint64() {
		r.note(fmt.Errorf("%s is too large", name))
	}
	return new(n.Uint64())
}

func (r *reference) number(m members, name string) uint64 {
	if n := r.uint(m, name); n != nil {
		return *n
	}
	return 0
}

func (r *reference) hash(m members, name string) *Hash {
	if !m.has(name) {
		return nil
	}
	b := r.bytes(m, name)
	if len(b) != 32 {
		r.note(fmt.Errorf("%s has %d bytes", name, len(b)))
		return new(Hash)
	}
	return new(Hash(b))
}

func (r *reference) address(m members, name string) *Address {
	if !m.has(name) {
		return nil
	}
	b := r.bytes(m, name)
	if len(b) != 20 {
		r.note(fmt.Errorf("%s has %d bytes", name, len(b)))
		return new(Address)
	}
	return new(Address(b))
}

func must[T any](r *reference, v *T, name string) T {
	if v == nil {
		r.note(fmt.Errorf("%s is missing", name))
		return *new(T)
	}
	return *v
}

func (r *reference) receipts(data []byte) []Receipt {
	var out []Receipt
	for _, raw := range r.list(data) {
		m := r.object(raw)
		x := Receipt{
			TxHash: must(r, r.hash(m, "transactionHash"), "transactionHash"), TxIndex: r.number(m, "transactionIndex"),
			Type: uint8(r.number(m, "type")), From: must(r, r.address(m, "from"), "from"), To: r.address(m, "to"),
			ContractAddress: r.address(m, "contractAddress"), Status: r.number(m, "status"), GasUsed: r.number(m, "gasUsed"),
			CumulativeGasUsed: r.number(m, "cumulativeGasUsed"), EffectiveGasPrice: r.big(m, "effectiveGasPrice"),
			BlockHash: must(r, r.hash(m, "blockHash"), "blockHash"), BlockNumber: r.number(m, "blockNumber"),
			DepositNonce: r.uint(m, "depositNonce"), DepositVersion: r.uint(m, "depositReceiptVersion"), Logs: []Log{},
		}
		if !m.has("status") {
			x.PostState = r.bytes(m, "root")
		}
		for _, raw := range r.list(m["logs"]) {
			m := r.object(raw)
			l := Log{
				Address: must(r, r.address(m, "address"), "address"), Data: r.bytes(m, "data"), Index: r.number(m, "logIndex"),
				TxIndex: r.number(m, "transactionIndex"), Topics: []Hash{},
			}
			if h := r.hash(m, "transactionHash"); h != nil {
				l.TxHash = *h
			}
			for _, raw := range r.list(m["topics"]) {
				l.Topics = append(l.Topics, must(r, r.hash(members{"topic": raw}, "topic"), "topic"))
			}
			x.Logs = append(x.Logs, l)
		}
		out = append(out, x)
	}
	return out
}

func (r *reference) header(m members) Header {
	h := Header{
		Number: r.number(m, "number"), Hash: must(r, r.hash(m, "hash"), "hash"),
		ParentHash: must(r, r.hash(m, "parentHash"), "parentHash"), UncleHash: must(r, r.hash(m, "sha3Uncles"), "sha3Uncles"),
		Coinbase: must(r, r.address(m, "miner"), "miner"), StateRoot: must(r, r.hash(m, "stateRoot"), "stateRoot"),
		TransactionsRoot: must(r, r.hash(m, "transactionsRoot"), "transactionsRoot"),
		ReceiptsRoot:     must(r, r.hash(m, "receiptsRoot"), "receiptsRoot"),
		Difficulty:       r.big(m, "difficulty"), GasLimit: r.number(m, "gasLimit"), GasUsed: r.number(m, "gasUsed"),
		Time: r.number(m, "timestamp"), Extra: r.bytes(m, "extraData"), BaseFee: r.big(m, "baseFeePerGas"),
		WithdrawalsRoot: r.hash(m, "withdrawalsRoot"), BlobGasUsed: r.uint(m, "blobGasUsed"),
		ExcessBlobGas: r.uint(m, "excessBlobGas"), ParentBeaconRoot: r.hash(m, "parentBeaconBlockRoot"),
		RequestsHash: r.hash(m, "requestsHash"), AccessListHash: r.hash(m, "blockAccessListHash"), SlotNumber: r.uint(m, "slotNumber"),
	}
	if mix := r.hash(m, "mixHash"); mix != nil {
		h.MixDigest = *mix
	}
	if bloom := r.bytes(m, "logsBloom"); len(bloom) == 256 {
		h.Bloom = [256]byte(bloom)
	} else {
		r.note(fmt.Errorf("logsBloom has %d bytes", len(bloom)))
	}
	if nonce := r.bytes(m, "nonce"); m.has("nonce") {
		if len(nonce) != 8 {
			r.note(fmt.Errorf("nonce has %d bytes", len(nonce)))
		} else {
			h.Nonce = [8]byte(nonce)
		}
	}
	return h
}

// block reads all but what rebuilding makes: Raw and Foreign.
func (r *reference) block(data []byte) *Block {
	m := r.object(data)
	b := &Block{Header: r.header(m)}
	if !m.has("transactions") {
		r.note(fmt.Errorf("transactions are missing"))
	}
	for _, raw := range r.list(m["transactions"]) {
		m := r.object(raw)
		b.Transactions = append(b.Transactions, Transaction{
			Hash: must(r, r.hash(m, "hash"), "hash"), Type: uint8(r.number(m, "type")), From: must(r, r.address(m, "from"), "from"),
			To: r.address(m, "to"), Nonce: r.number(m, "nonce"), Value: r.big(m, "value"), Input: r.bytes(m, "input"),
			Gas: r.number(m, "gas"), GasPrice: r.big(m, "gasPrice"), Index: r.number(m, "transactionIndex"),
		})
	}
	return b
}

// text writes a value so that two of them can be compared: nil and empty are the same, pointers are what they point to.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	for _, empty := range []string{"null", `""`} {
		b = bytes.ReplaceAll(b, []byte(":"+empty), []byte(":[]"))
	}
	return string(b)
}
