// Package safe owns what a Safe, the contract account with several owners, can be asked to do and what its owners sign for it:
// transactions and their hashes, batches, signatures and their order. It asks no chain; what a chain says of a Safe comes in as Facts.
package safe

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
)

// Operation says how a Safe makes a call.
type Operation uint8

// The operations.
const (
	Call         Operation = 0
	DelegateCall Operation = 1 // the code that is called acts as the Safe itself: it can replace its owners
)

func (o Operation) String() string {
	switch o {
	case Call:
		return "call"
	case DelegateCall:
		return "delegatecall"
	default:
		return "operation " + strconv.Itoa(int(o))
	}
}

// Transaction is one transaction of a Safe, as its owners sign it. The gas and refund members are zero in all that Tocsin makes:
// whoever sends it pays for it.
type Transaction struct {
	Chain          uint64        `json:"chain"` // EIP-155 id
	Safe           evm.Address   `json:"safe"`
	Version        Version       `json:"version,omitzero"`
	To             evm.Address   `json:"to"`
	Value          *uint256.Int  `json:"value"` // wei; nil is zero
	Data           hexutil.Bytes `json:"data"`
	Operation      Operation     `json:"operation"`
	SafeTxGas      *uint256.Int  `json:"safe_tx_gas,omitempty"` // nil is zero, as in the next two
	BaseGas        *uint256.Int  `json:"base_gas,omitempty"`
	GasPrice       *uint256.Int  `json:"gas_price,omitempty"`
	GasToken       evm.Address   `json:"gas_token,omitzero"`
	RefundReceiver evm.Address   `json:"refund_receiver,omitzero"`
	Nonce          uint64        `json:"nonce"`
}

// Hashes are what owners compare on their devices.
type Hashes struct {
	Domain  evm.Hash `json:"domain_hash"`
	Message evm.Hash `json:"message_hash"`
	Hash    evm.Hash `json:"hash"` // what is signed: the Safe transaction hash
}

// The hashes of the types of the domain and of the message, the same in every version known here.
var (
	domainTypeHash  = evm.Keccak([]byte("EIP712Domain(uint256 chainId,address verifyingContract)"))
	messageTypeHash = evm.Keccak([]byte("SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)"))
)

// Check says what keeps a transaction from being one of a Safe. Faults: invalid. A version that is not given is not held against it, for
// the hashes are the same in all.
func (t Transaction) Check() error {
	if t.Version != "" {
		if _, err := ParseVersion(string(t.Version)); err != nil {
			return err
		}
	}
	switch {
	case t.Chain == 0:
		return fault.New(fault.Invalid, "The Safe transaction names no chain.").Instead("Say on which chain the Safe is, by its chain id.")
	case t.Chain > math.MaxInt64:
		return fault.New(fault.Invalid, "%d is no chain id.", t.Chain)
	case t.Safe == evm.Address{}:
		return fault.New(fault.Invalid, "The Safe transaction does not name the Safe.").Instead("Give the Safe's address.")
	case t.Operation > DelegateCall:
		return fault.New(fault.Invalid, "The Safe transaction has the operation %d, which no Safe knows.", t.Operation).Instead("0 is a call, 1 a delegatecall.")
	}
	return nil
}

// Hashes works out what the owners sign. Faults as for Check.
func (t Transaction) Hashes() (Hashes, error) {
	if err := t.Check(); err != nil {
		return Hashes{}, err
	}
	h := Hashes{
		Domain: crypto.Keccak256Hash(domainTypeHash[:], number(uint256.NewInt(t.Chain)), address(t.Safe)),
		Message: crypto.Keccak256Hash(messageTypeHash[:], address(t.To), number(t.Value), crypto.Keccak256(t.Data), number(uint256.NewInt(uint64(t.Operation))),
			number(t.SafeTxGas), number(t.BaseGas), number(t.GasPrice), address(t.GasToken), address(t.RefundReceiver), number(uint256.NewInt(t.Nonce))),
	}
	h.Hash = crypto.Keccak256Hash([]byte{0x19, 0x01}, h.Domain[:], h.Message[:])
	return h, nil
}

// Typed is the transaction as wallets show and sign it.
func (t Transaction) Typed() evm.TypedData {
	return evm.TypedData{
		Types: map[string][]evm.Field{
			"EIP712Domain": {{Name: "chainId", Type: "uint256"}, {Name: "verifyingContract", Type: "address"}},
			"SafeTx": {
				{Name: "to", Type: "address"},
				{Name: "value", Type: "uint256"},
				{Name: "data", Type: "bytes"},
				{Name: "operation", Type: "uint8"},
				{Name: "safeTxGas", Type: "uint256"},
				{Name: "baseGas", Type: "uint256"},
				{Name: "gasPrice", Type: "uint256"},
				{Name: "gasToken", Type: "address"},
				{Name: "refundReceiver", Type: "address"},
				{Name: "nonce", Type: "uint256"},
			},
		},
		PrimaryType: "SafeTx",
		Domain:      map[string]any{"chainId": t.Chain, "verifyingContract": t.Safe.Hex()},
		Message: map[string]any{
			"to": t.To.Hex(), "value": decimal(t.Value), "data": hexutil.Encode(t.Data), "operation": uint8(t.Operation),
			"safeTxGas": decimal(t.SafeTxGas), "baseGas": decimal(t.BaseGas), "gasPrice": decimal(t.GasPrice),
			"gasToken": t.GasToken.Hex(), "refundReceiver": t.RefundReceiver.Hex(), "nonce": strconv.FormatUint(t.Nonce, 10),
		},
	}
}

// Rejection is the transaction that takes the place of this one: it does nothing, and uses the same nonce. Whichever of the two is
// executed first, the other never is.
func (t Transaction) Rejection() Transaction {
	return Transaction{Chain: t.Chain, Safe: t.Safe, Version: t.Version, To: t.Safe, Value: new(uint256.Int), Nonce: t.Nonce}
}

// Rejects reports whether this is a transaction that does nothing but use its nonce.
func (t Transaction) Rejects() bool {
	return t.To == t.Safe && len(t.Data) == 0 && zero(t.Value) && t.Operation == Call && !t.Refunds()
}

// Refunds reports whether the Safe pays for the execution. Whoever chooses the price and the receiver can empty the Safe by it.
func (t Transaction) Refunds() bool {
	return !zero(t.SafeTxGas) || !zero(t.BaseGas) || !zero(t.GasPrice) || t.GasToken != evm.Address{} || t.RefundReceiver != evm.Address{}
}

// ExecTransaction is the calldata that has the Safe carry it out, with signatures as Encode writes them.
func (t Transaction) ExecTransaction(signatures []byte) ([]byte, error) {
	data, err := execTransaction.Encode([]string{
		t.To.Hex(), decimal(t.Value), hexutil.Encode(t.Data), strconv.Itoa(int(t.Operation)), decimal(t.SafeTxGas), decimal(t.BaseGas), decimal(t.GasPrice),
		t.GasToken.Hex(), t.RefundReceiver.Hex(), hexutil.Encode(signatures),
	})
	if err != nil {
		return nil, fmt.Errorf("encode execTransaction: %w", err)
	}
	return data, nil
}

func zero(n *uint256.Int) bool { return n == nil || n.IsZero() }

func decimal(n *uint256.Int) string {
	if n == nil {
		return "0"
	}
	return n.Dec()
}

func number(n *uint256.Int) []byte {
	if n == nil {
		return make([]byte, 32)
	}
	w := n.Bytes32()
	return w[:]
}

func address(a evm.Address) []byte { return append(make([]byte, 12), a[:]...) }

// short is a hash as it fits into a sentence.
func short(h evm.Hash) string { return "0x" + hex.EncodeToString(h[:4]) + "…" }
