// Package action turns an action of the plan into exactly what will be sent, the reading that proves it worked, and all of
// it in words. It sends nothing.
package action

import (
	"encoding/binary"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/evm"
)

// The kinds of actions.
const (
	Call        = "call"               // one transaction from an account to a contract
	Safe        = "safe"               // a transaction of a Safe
	Signed      = "signed-transaction" // a transaction that was signed in advance
	Hook        = "hook"               // a request over HTTP
	Maintenance = "maintenance-page"   // a request over HTTP that puts up the maintenance page, or the status file that says so
	Together    = "together"           // several actions that start at the same time
)

// Prepared is exactly what an action will do. The same plan always prepares the same. Chain, To, Value and Data are what reaches the
// contract: of a Safe's action what the Safe calls, where To is zero for a batch, whose contract depends on the Safe's version. A request
// happens on no chain, nor does the status file, and neither do actions that start together: each of them has its own.
type Prepared struct {
	Action   string        `json:"action"` // id in the plan
	Kind     string        `json:"kind"`
	Chain    uint64        `json:"chain"`           // EIP-155 id
	Sender   evm.Address   `json:"sender,omitzero"` // the executor's account if zero
	To       evm.Address   `json:"to"`
	Value    *uint256.Int  `json:"value"` // wei, never nil; a decimal string in JSON
	Data     hexutil.Bytes `json:"data"`  // calldata
	Hash     evm.Hash      `json:"hash"`  // what an approval binds; see ComputeHash
	Function string        `json:"function"`
	Args     []Arg         `json:"args,omitempty"`
	Effect   *Effect       `json:"effect,omitempty"` // nil if the plan names none
	Words    Words         `json:"words"`

	Safe        *SafeCall    `json:"safe,omitempty"`        // of the kind safe
	Transaction *Transaction `json:"transaction,omitempty"` // of the kind signed-transaction
	Request     *Request     `json:"request,omitempty"`     // of the kinds hook and maintenance-page
	Status      *Status      `json:"status,omitempty"`      // of the kind maintenance-page, in place of a request
	Together    []Prepared   `json:"together,omitempty"`    // of the kind together
	Proof       *Proof       `json:"proof,omitempty"`       // nil if the plan names none
}

// Step is one call of a contract.
type Step struct {
	To       evm.Address   `json:"to"`
	Value    *uint256.Int  `json:"value"` // wei, never nil
	Data     hexutil.Bytes `json:"data"`
	Function string        `json:"function"`
	Args     []Arg         `json:"args,omitempty"`
	Words    string        `json:"words"` // "pause() on Vault (0x…)"
}

// Arg is an argument of a call in printable form.
type Arg struct {
	Name  string `json:"name,omitzero"`
	Type  string `json:"type"`
	Value string `json:"value"`
}

// hashDomain separates the hash of an action from every other hash, and states the version of the encoding.
const hashDomain = "tocsin action 1"

// ComputeHash hashes what would be sent: kind, chain, sender, target, value and data, and what else the kind has, each of fixed length or
// with its length before it, so that no two actions share an encoding. Words, effect and proof are not part of it, nor is what only a
// chain can say, such as the nonce of a Safe.
func (p Prepared) ComputeHash() evm.Hash {
	sized := func(dst, b []byte) []byte {
		return append(binary.BigEndian.AppendUint64(dst, uint64(len(b))), b...)
	}
	value := new(uint256.Int)
	if p.Value != nil {
		value = p.Value
	}
	wei := value.Bytes32()
	b := sized(nil, []byte(hashDomain))
	b = sized(b, []byte(p.Kind))
	b = binary.BigEndian.AppendUint64(b, p.Chain)
	b = append(b, p.Sender[:]...)
	b = append(b, p.To[:]...)
	b = append(b, wei[:]...)
	b = sized(b, p.Data)
	if p.Safe != nil {
		b = append(b, p.Safe.Address[:]...)
	}
	if p.Transaction != nil {
		b = append(b, p.Transaction.FileHash[:]...)
	}
	if p.Request != nil {
		for _, part := range []string{p.Request.Method, p.Request.URL, p.Request.Body, p.Request.Secret} {
			b = sized(b, []byte(part))
		}
	}
	if p.Status != nil {
		b = p.Status.encode(b, sized)
	}
	for _, part := range p.Together {
		h := part.ComputeHash()
		b = append(b, h[:]...)
	}
	return crypto.Keccak256Hash(b)
}

// Effect is the reading that proves that an action worked: a view call and what it must answer.
type Effect struct {
	Chain    uint64        `json:"chain"`
	To       evm.Address   `json:"to"`
	Data     hexutil.Bytes `json:"data"` // calldata of the reading
	Function string        `json:"function"`
	Args     []Arg         `json:"args,omitempty"`
	Want     string        `json:"want"`            // the first result, printed as it is decoded
	Within   time.Duration `json:"within,omitzero"` // after landing; nanoseconds in JSON
	Words    string        `json:"words"`           // one sentence: what is read and what it must say
}

// Words say in a person's language what an action does.
type Words struct {
	Title    string `json:"title"`             // "Pause the vault"
	Sentence string `json:"sentence"`          // "Calls pause() on Vault (0x…) on Harbour devnet."
	Target   string `json:"target"`            // "Vault (0x…)"
	Chain    string `json:"chain"`             // "Harbour devnet (chain 31337)"
	Function string `json:"function"`          // the call with its arguments: "setCap(cap: 5)"
	Value    string `json:"value,omitzero"`    // ether that goes with it; empty if none
	Sender   string `json:"sender,omitzero"`   // account that must send; empty if any may
	Changes  string `json:"changes,omitzero"`  // what changes, by the plan
	Harms    string `json:"harms,omitzero"`    // whom it harms, by the plan
	NotWhen  string `json:"not_when,omitzero"` // when not to use it, by the plan
	Undo     string `json:"undo,omitzero"`     // name of the action that undoes it
	Effect   string `json:"effect,omitzero"`   // how it will be seen to have worked
}
