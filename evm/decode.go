package evm

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
)

// ErrShape is in the chain of every error about JSON that is not what the JSON-RPC interface promises.
var ErrShape = errors.New("not the shape that the interface promises")

type headerJSON struct {
	Number           hexUint64  `json:"number"`
	Hash             hexHash    `json:"hash"`
	ParentHash       hexHash    `json:"parentHash"`
	UncleHash        hexHash    `json:"sha3Uncles"`
	Coinbase         hexAddress `json:"miner"`
	StateRoot        hexHash    `json:"stateRoot"`
	TransactionsRoot hexHash    `json:"transactionsRoot"`
	ReceiptsRoot     hexHash    `json:"receiptsRoot"`
	Bloom            hexBloom   `json:"logsBloom"`
	Difficulty       hexUint256 `json:"difficulty"`
	GasLimit         hexUint64  `json:"gasLimit"`
	GasUsed          hexUint64  `json:"gasUsed"`
	Time             hexUint64  `json:"timestamp"`
	Extra            hexBytes   `json:"extraData"`
	MixDigest        hexHash    `json:"mixHash"`
	Nonce            hexNonce   `json:"nonce"`
	BaseFee          hexUint256 `json:"baseFeePerGas"`
	WithdrawalsRoot  hexHash    `json:"withdrawalsRoot"`
	BlobGasUsed      hexUint64  `json:"blobGasUsed"`
	ExcessBlobGas    hexUint64  `json:"excessBlobGas"`
	ParentBeaconRoot hexHash    `json:"parentBeaconBlockRoot"`
	RequestsHash     hexHash    `json:"requestsHash"`
	AccessListHash   hexHash    `json:"blockAccessListHash"`
	SlotNumber       hexUint64  `json:"slotNumber"`
}

type blockJSON struct {
	headerJSON
	Transactions []transactionJSON `json:"transactions"`
}

type receiptJSON struct {
	TxHash            hexHash    `json:"transactionHash"`
	TxIndex           hexUint64  `json:"transactionIndex"`
	Type              hexUint64  `json:"type"`
	From              hexAddress `json:"from"`
	To                hexAddress `json:"to"`
	ContractAddress   hexAddress `json:"contractAddress"`
	Status            hexUint64  `json:"status"`
	Root              hexBytes   `json:"root"`
	GasUsed           hexUint64  `json:"gasUsed"`
	CumulativeGasUsed hexUint64  `json:"cumulativeGasUsed"`
	EffectiveGasPrice hexUint256 `json:"effectiveGasPrice"`
	BlockHash         hexHash    `json:"blockHash"`
	BlockNumber       hexUint64  `json:"blockNumber"`
	Logs              []logJSON  `json:"logs"`
}

type logJSON struct {
	Address hexAddress `json:"address"`
	Topics  []hexHash  `json:"topics"`
	Data    hexBytes   `json:"data"`
	Index   hexUint64  `json:"logIndex"`
	TxHash  hexHash    `json:"transactionHash"`
	TxIndex hexUint64  `json:"transactionIndex"`
}

// DecodeHeader reads the header out of a block or of a new head, as eth_getBlockByNumber and eth_subscribe give it.
func DecodeHeader(data []byte) (Header, error) {
	var j headerJSON
	if err := unmarshal(data, &j); err != nil {
		return Header{}, fmt.Errorf("read header: %w", err)
	}
	h, err := j.header()
	if err != nil {
		return Header{}, fmt.Errorf("read header: %w", err)
	}
	return h, nil
}

// DecodeBlock reads a block with whole transactions, as eth_getBlockByNumber gives it. Its receipts come separately.
func DecodeBlock(data []byte) (*Block, error) {
	var j blockJSON
	if err := unmarshal(data, &j); err != nil {
		return nil, fmt.Errorf("read block: %w", err)
	}
	h, err := j.header()
	if err != nil {
		return nil, fmt.Errorf("read block: %w", err)
	}
	if j.Transactions == nil {
		return nil, fmt.Errorf("read block %d: %w", h.Number, missing("transactions"))
	}
	b := &Block{Header: h, Transactions: make([]Transaction, len(j.Transactions))}
	for i := range j.Transactions {
		if b.Transactions[i], err = j.Transactions[i].transaction(); err != nil {
			return nil, fmt.Errorf("read transaction %d of block %d: %w", i, h.Number, err)
		}
	}
	return b, nil
}

// DecodeReceipts reads the receipts of a block, as eth_getBlockReceipts gives them.
func DecodeReceipts(data []byte) ([]Receipt, error) {
	var j []receiptJSON
	if err := unmarshal(data, &j); err != nil {
		return nil, fmt.Errorf("read receipts: %w", err)
	}
	rs := make([]Receipt, len(j))
	for i := range j {
		var err error
		if rs[i], err = j[i].receipt(); err != nil {
			return nil, fmt.Errorf("read receipt %d: %w", i, err)
		}
	}
	return rs, nil
}

// DecodeReceipt reads one receipt, as eth_getTransactionReceipt gives it.
func DecodeReceipt(data []byte) (*Receipt, error) {
	var j receiptJSON
	if err := unmarshal(data, &j); err != nil {
		return nil, fmt.Errorf("read receipt: %w", err)
	}
	r, err := j.receipt()
	if err != nil {
		return nil, fmt.Errorf("read receipt: %w", err)
	}
	return &r, nil
}

func unmarshal(data []byte, into any) error {
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%w: %w", ErrShape, err)
	}
	return nil
}

func missing(field string) error { return fmt.Errorf("%w: %s is missing", ErrShape, field) }

// presence names a field and says whether it was there.
type presence struct {
	field string
	ok    bool
}

func require(fields ...presence) error {
	for _, f := range fields {
		if !f.ok {
			return missing(f.field)
		}
	}
	return nil
}

func (j *headerJSON) header() (Header, error) {
	if err := require(
		presence{"number", j.Number.ok}, presence{"hash", j.Hash.ok}, presence{"parentHash", j.ParentHash.ok},
		presence{"sha3Uncles", j.UncleHash.ok}, presence{"miner", j.Coinbase.ok}, presence{"stateRoot", j.StateRoot.ok},
		presence{"transactionsRoot", j.TransactionsRoot.ok}, presence{"receiptsRoot", j.ReceiptsRoot.ok},
		presence{"logsBloom", j.Bloom.ok}, presence{"difficulty", j.Difficulty.ok}, presence{"gasLimit", j.GasLimit.ok},
		presence{"gasUsed", j.GasUsed.ok}, presence{"timestamp", j.Time.ok}, presence{"extraData", j.Extra.ok},
	); err != nil {
		return Header{}, err
	}
	return Header{
		Number: j.Number.v, Hash: j.Hash.v, ParentHash: j.ParentHash.v, UncleHash: j.UncleHash.v, Coinbase: j.Coinbase.v,
		StateRoot: j.StateRoot.v, TransactionsRoot: j.TransactionsRoot.v, ReceiptsRoot: j.ReceiptsRoot.v, Bloom: j.Bloom.v,
		Difficulty: j.Difficulty.pointer(), GasLimit: j.GasLimit.v, GasUsed: j.GasUsed.v, Time: j.Time.v, Extra: j.Extra.v,
		MixDigest: j.MixDigest.v, Nonce: j.Nonce.v, BaseFee: j.BaseFee.pointer(), WithdrawalsRoot: j.WithdrawalsRoot.pointer(),
		BlobGasUsed: j.BlobGasUsed.pointer(), ExcessBlobGas: j.ExcessBlobGas.pointer(),
		ParentBeaconRoot: j.ParentBeaconRoot.pointer(), RequestsHash: j.RequestsHash.pointer(),
		AccessListHash: j.AccessListHash.pointer(), SlotNumber: j.SlotNumber.pointer(),
	}, nil
}

func (j *receiptJSON) receipt() (Receipt, error) {
	if err := require(
		presence{"transactionHash", j.TxHash.ok}, presence{"transactionIndex", j.TxIndex.ok}, presence{"from", j.From.ok},
		presence{"status", j.Status.ok || j.Root.ok}, presence{"gasUsed", j.GasUsed.ok},
		presence{"cumulativeGasUsed", j.CumulativeGasUsed.ok}, presence{"blockHash", j.BlockHash.ok},
		presence{"blockNumber", j.BlockNumber.ok}, presence{"logs", j.Logs != nil},
	); err != nil {
		return Receipt{}, err
	}
	if j.Type.v > 0xff {
		return Receipt{}, fmt.Errorf("%w: type %d", ErrShape, j.Type.v)
	}
	if j.Status.v > 1 {
		return Receipt{}, fmt.Errorf("%w: status %d", ErrShape, j.Status.v)
	}
	r := Receipt{
		TxHash: j.TxHash.v, TxIndex: j.TxIndex.v, Type: uint8(j.Type.v), From: j.From.v, To: j.To.pointer(),
		ContractAddress: j.ContractAddress.pointer(), Status: j.Status.v, GasUsed: j.GasUsed.v,
		CumulativeGasUsed: j.CumulativeGasUsed.v, EffectiveGasPrice: j.EffectiveGasPrice.pointer(),
		BlockHash: j.BlockHash.v, BlockNumber: j.BlockNumber.v, Logs: make([]Log, len(j.Logs)),
	}
	if !j.Status.ok {
		r.PostState = j.Root.v
	}
	for i := range j.Logs {
		var err error
		if r.Logs[i], err = j.Logs[i].log(); err != nil {
			return Receipt{}, fmt.Errorf("log %d: %w", i, err)
		}
	}
	return r, nil
}

func (j *logJSON) log() (Log, error) {
	if err := require(presence{"address", j.Address.ok}, presence{"data", j.Data.ok}, presence{"topics", j.Topics != nil}); err != nil {
		return Log{}, err
	}
	if len(j.Topics) > 4 {
		return Log{}, fmt.Errorf("%w: %d topics", ErrShape, len(j.Topics))
	}
	l := Log{Address: j.Address.v, Topics: make([]Hash, len(j.Topics)), Data: j.Data.v, Index: j.Index.v, TxHash: j.TxHash.v, TxIndex: j.TxIndex.v}
	for i, t := range j.Topics {
		if !t.ok {
			return Log{}, missing("a topic")
		}
		l.Topics[i] = t.v
	}
	return l, nil
}
