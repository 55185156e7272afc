package backtest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tocsin/evm"
)

// object is a JSON object whose values are as they were written.
type object map[string]jsontext.Value

// has reports whether a field is there.
func (o object) has(key string) bool {
	v, ok := o[key]
	return ok && string(v) != "null"
}

// fill puts in what is missing.
func (o object) fill(key, value string) {
	if !o.has(key) {
		o[key] = jsontext.Value(`"` + value + `"`)
	}
}

// text is a field that is a string; empty if it is not.
func (o object) text(key string) string {
	var s string
	if json.Unmarshal(o[key], &s) != nil {
		return ""
	}
	return s
}

// plain writes the numbers that a field may hold as other tools do, 17 or "17", as the interface does.
func (o object) plain(keys ...string) {
	for _, k := range keys {
		var q quantity
		if v, ok := o[k]; ok && json.Unmarshal(v, &q) == nil && q.ok {
			o[k] = jsontext.Value(fmt.Sprintf(`"0x%x"`, q.v))
		}
	}
}

// zero is a field of so many bytes that nobody knows.
func zero(n int) string { return "0x" + strings.Repeat("00", n) }

// quantity is a number as endpoints write it, or as other tools do.
type quantity struct {
	v  uint64
	ok bool
}

// UnmarshalJSON reads "0x11", "17" or 17.
func (q *quantity) UnmarshalJSON(b []byte) (err error) {
	s := strings.Trim(string(b), `"`)
	if s == "null" {
		return nil
	}
	base := 10
	if rest, ok := strings.CutPrefix(s, "0x"); ok {
		s, base = rest, 16
	}
	if q.v, err = strconv.ParseUint(s, base, 64); err != nil {
		return fmt.Errorf("%.40s is no number", b)
	}
	q.ok = true
	return nil
}

// decodeLoose reads a block whose transactions may be hashes only and which may lack receipts, roots and whatever else no
// detector looks at.
func decodeLoose(f fields) (Loaded, error) {
	b, err := evm.DecodeBlock(f.block)
	var l Loaded
	if err != nil {
		if b, l.Bare, err = looseBlock(f); err != nil {
			return Loaded{}, err
		}
	}
	receipts, err := evm.DecodeReceipts(orEmpty(f.receipts))
	if err != nil {
		if receipts, err = looseReceipts(b, f.receipts); err != nil {
			return Loaded{}, err
		}
	}
	l.Block = b
	l.Mute = l.Bare && len(receipts) == 0 || len(receipts) < len(b.Transactions)
	given := b.Transactions
	align(b, receipts)
	traceLoose(b, given, f.traces)
	return l, nil
}

func orEmpty(b []byte) []byte {
	if b == nil {
		return []byte("[]")
	}
	return b
}

// looseBlock reads a block with what it lacks made up for.
func looseBlock(f fields) (b *evm.Block, bare bool, err error) {
	var o object
	if err := json.Unmarshal(f.block, &o); err != nil {
		return nil, false, fmt.Errorf("its block is not an object: %w", err)
	}
	var receipts []struct {
		BlockHash   string   `json:"blockHash"`
		BlockNumber quantity `json:"blockNumber"`
	}
	if f.receipts != nil && json.Unmarshal(f.receipts, &receipts) == nil && len(receipts) > 0 {
		if !o.has("number") && receipts[0].BlockNumber.ok {
			o.fill("number", fmt.Sprintf("0x%x", receipts[0].BlockNumber.v))
		}
		if receipts[0].BlockHash != "" {
			o.fill("hash", receipts[0].BlockHash)
		}
	}
	for _, k := range []string{"number", "timestamp"} {
		if !o.has(k) {
			return nil, false, fmt.Errorf("its block has no %s", k)
		}
		if err := json.Unmarshal(o[k], new(quantity)); err != nil {
			return nil, false, fmt.Errorf("its block's %s: %w", k, err)
		}
	}
	o.plain("number", "timestamp", "gasLimit", "gasUsed")
	// A block without a name gets one of its own, so that it is told from others.
	o.fill("hash", evm.Keccak([]byte("block "+o.text("number"))).Hex())
	for _, k := range []string{"parentHash", "sha3Uncles", "stateRoot", "transactionsRoot", "receiptsRoot"} {
		o.fill(k, zero(32))
	}
	o.fill("miner", zero(20))
	o.fill("logsBloom", zero(256))
	for _, k := range []string{"difficulty", "gasLimit", "gasUsed"} {
		o.fill(k, "0x0")
	}
	o.fill("extraData", "0x")
	if bare, err = looseTransactions(o); err != nil {
		return nil, false, err
	}
	whole, err := json.Marshal(o, json.Deterministic(true))
	if err != nil {
		return nil, false, fmt.Errorf("write block anew: %w", err)
	}
	b, err = evm.DecodeBlock(whole)
	return b, bare, err
}

// looseTransactions makes up for what transactions lack. Those of which only the hash is known are left out.
func looseTransactions(block object) (bare bool, err error) {
	if !block.has("transactions") {
		block["transactions"] = jsontext.Value("[]")
		return true, nil
	}
	var list []jsontext.Value
	if err := json.Unmarshal(block["transactions"], &list); err != nil {
		return false, errors.New("its block's transactions are not a list")
	}
	whole := make([]object, 0, len(list))
	for i, v := range list {
		if v.Kind() == '"' {
			bare = true
			continue
		}
		var o object
		if err := json.Unmarshal(v, &o); err != nil {
			return false, fmt.Errorf("transaction %d is not an object: %w", i, err)
		}
		if o.has("data") && !o.has("input") {
			o["input"] = o["data"]
		}
		for _, k := range []string{"nonce", "value", "gas"} {
			o.fill(k, "0x0")
		}
		o.fill("input", "0x")
		o.fill("transactionIndex", fmt.Sprintf("0x%x", i))
		o.plain("nonce", "gas", "transactionIndex", "type")
		whole = append(whole, o)
	}
	block["transactions"], err = json.Marshal(whole)
	return bare, err
}

// looseReceipts reads receipts with what they lack made up for. One that does not say has succeeded.
func looseReceipts(b *evm.Block, data []byte) ([]evm.Receipt, error) {
	var list []object
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("its receipts are not a list of objects: %w", err)
	}
	from := map[string]string{}
	for _, t := range b.Transactions {
		from[t.Hash.Hex()] = "0x" + hex.EncodeToString(t.From[:])
	}
	for i, o := range list {
		hash := strings.ToLower(o.text("transactionHash"))
		sender := from[hash]
		if sender == "" {
			sender = zero(20)
		}
		o.fill("from", sender)
		o.fill("transactionIndex", fmt.Sprintf("0x%x", i))
		o.plain("transactionIndex", "status", "type", "gasUsed", "cumulativeGasUsed", "blockNumber")
		if !o.has("root") {
			o.fill("status", "0x1")
		}
		o.fill("gasUsed", "0x0")
		o.fill("cumulativeGasUsed", "0x0")
		o.fill("blockHash", b.Hash.Hex())
		o.fill("blockNumber", fmt.Sprintf("0x%x", b.Number))
		if err := looseLogs(o); err != nil {
			return nil, fmt.Errorf("receipt %d: %w", i, err)
		}
	}
	whole, err := json.Marshal(list, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("write receipts anew: %w", err)
	}
	return evm.DecodeReceipts(whole)
}

func looseLogs(receipt object) error {
	if !receipt.has("logs") {
		receipt["logs"] = jsontext.Value("[]")
		return nil
	}
	var list []object
	if err := json.Unmarshal(receipt["logs"], &list); err != nil {
		return fmt.Errorf("its logs are not a list of objects: %w", err)
	}
	for i, o := range list {
		o.fill("data", "0x")
		if !o.has("topics") {
			o["topics"] = jsontext.Value("[]")
		}
		o.fill("logIndex", fmt.Sprintf("0x%x", i))
		o.plain("logIndex", "transactionIndex")
	}
	whole, err := json.Marshal(list, json.Deterministic(true))
	receipt["logs"] = whole
	return err
}

// align puts each receipt beside its transaction, as detectors expect them. What has no counterpart comes after: nothing is
// known of its other half.
func align(b *evm.Block, receipts []evm.Receipt) {
	at := make(map[evm.Hash]int, len(receipts))
	for i := range receipts {
		at[receipts[i].TxHash] = i
	}
	var txs, alone []evm.Transaction
	paired := make([]evm.Receipt, 0, len(receipts))
	used := make([]bool, len(receipts))
	for _, t := range b.Transactions {
		i, ok := at[t.Hash]
		if !ok || used[i] {
			alone = append(alone, t)
			continue
		}
		used[i] = true
		txs, paired = append(txs, t), append(paired, receipts[i])
	}
	rest := len(paired)
	for i := range receipts {
		if !used[i] {
			paired = append(paired, receipts[i])
		}
	}
	if len(paired) > rest && len(alone) > 0 { // receipts of a kind, so that those left over do not pair with what follows
		made := make([]evm.Receipt, len(alone))
		for i, t := range alone {
			made[i] = evm.Receipt{TxHash: t.Hash, From: t.From, To: t.To, Status: 1}
		}
		paired = append(paired[:rest:rest], append(made, paired[rest:]...)...)
	}
	b.Transactions, b.Receipts = append(txs, alone...), paired
}
