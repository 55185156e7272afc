package evm

import "github.com/holiman/uint256"

// Header is a block header. Hash is what the endpoint said; ComputeHash says what it must be.
type Header struct {
	Number           uint64
	Hash             Hash
	ParentHash       Hash
	UncleHash        Hash
	Coinbase         Address
	StateRoot        Hash
	TransactionsRoot Hash
	ReceiptsRoot     Hash
	Bloom            [256]byte
	Difficulty       *uint256.Int
	GasLimit         uint64
	GasUsed          uint64
	Time             uint64 // Unix seconds
	Extra            []byte
	MixDigest        Hash
	Nonce            [8]byte
	BaseFee          *uint256.Int // wei; nil before London
	WithdrawalsRoot  *Hash
	BlobGasUsed      *uint64
	ExcessBlobGas    *uint64
	ParentBeaconRoot *Hash
	RequestsHash     *Hash
	AccessListHash   *Hash   // EIP-7928
	SlotNumber       *uint64 // EIP-7843
	Foreign          bool    // its JSON has fields that Ethereum's blocks do not have: the hash may cover them
}

// Transaction is a signed transaction as a block holds it.
type Transaction struct {
	Hash     Hash
	Type     uint8 // EIP-2718 type
	From     Address
	To       *Address // nil creates a contract
	Nonce    uint64
	Value    *uint256.Int // wei
	Input    []byte
	Gas      uint64
	GasPrice *uint256.Int // wei; effective price where the endpoint gives it
	Index    uint64       // position in the block
	Raw      []byte       // EIP-2718 encoding, where it could be rebuilt; nil if unverifiable
	Foreign  bool         // its JSON has fields that Ethereum's transactions do not have: the hash may cover them
}

// Receipt is what became of a transaction.
type Receipt struct {
	TxHash            Hash
	TxIndex           uint64
	Type              uint8
	From              Address
	To                *Address
	ContractAddress   *Address
	Status            uint64 // 1 succeeded, 0 failed (EIP-658)
	PostState         []byte // state root in place of a status, before Byzantium; nil since
	GasUsed           uint64
	CumulativeGasUsed uint64
	EffectiveGasPrice *uint256.Int
	BlockHash         Hash
	BlockNumber       uint64
	Logs              []Log
	DepositNonce      *uint64 // of deposits of the OP stack: nonce of the sender when it ran; nil before Regolith
	DepositVersion    *uint64 // of deposits of the OP stack, since Canyon
}

// Log is an event a contract emitted.
type Log struct {
	Address Address
	Topics  []Hash // at most four
	Data    []byte
	Index   uint64 // position in the block
	TxHash  Hash
	TxIndex uint64
}

// Block is a whole block: header, transactions and their receipts, in order.
type Block struct {
	Header
	Transactions []Transaction
	Receipts     []Receipt
	Traces       []Frame // one for each transaction; nil if they were not asked for. No root proves them
	Unverified   string  // why it cannot be verified (see Unverifiable) and is the endpoint's word alone; empty if it was
}
