package incident

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/holiman/uint256"

	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/journal"
)

// Asking is what the owners of a Safe are asked to sign, by what the chain said of the Safe. Every asking is numbered: another
// transaction, or other owners, is another asking.
type Asking struct {
	Number   int              `json:"number"` // from 1
	At       time.Time        `json:"at"`
	Facts    safe.Facts       `json:"facts"`
	Tx       safe.Transaction `json:"tx"`
	Hashes   safe.Hashes      `json:"hashes"` // Hash is what is signed
	Warnings []string         `json:"warnings,omitempty"`
}

// Anyway says that somebody has it sent although the plan's rule is not met.
type Anyway struct {
	By  string           `json:"by"`
	At  time.Time        `json:"at"`
	Why journal.Personal `json:"why"`
}

// The forms of an approval; empty is the EIP-712 message.
const FormSafe = "safe" // the Safe transaction itself

// Sealed is a text of bytes that must not be shown before it has been used, such as a Safe's signature, which carries no expiry. It
// stands in the record as a commitment, as texts about people do, and not at all in what is written for people.
type Sealed []byte

// Text is how the bytes stand in the journal beside their commitment.
func (b Sealed) Text() string { return hexutil.Encode(b) }

// MarshalJSON marks the bytes so that the journal seals them.
func (b Sealed) MarshalJSON() ([]byte, error) {
	return journal.Personal(b.Text()).MarshalJSON()
}

// UnmarshalJSON reads what MarshalJSON wrote; nothing if it was removed.
func (b *Sealed) UnmarshalJSON(data []byte) error {
	var text journal.Personal
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*b = nil
	if text == "" {
		return nil
	}
	raw, err := hexutil.Decode(string(text))
	if err != nil {
		return fmt.Errorf("read sealed bytes: %w", err)
	}
	*b = raw
	return nil
}

// Send is what the executor's transaction does, exactly as it was authorised. It is sent, never made anew.
type Send struct {
	To    evm.Address   `json:"to"`
	Value *uint256.Int  `json:"value"` // wei, never nil
	Data  hexutil.Bytes `json:"data,omitempty"`
	Safe  Sealed        `json:"safe,omitempty"` // in place of Data: the calldata of a Safe's execTransaction, signatures included
}

// Calldata is what is sent with the transaction.
func (s *Send) Calldata() []byte {
	if len(s.Safe) > 0 {
		return s.Safe
	}
	return s.Data
}

// left reports whether a signature that a decision gathered may be known outside: a transaction with it has been signed.
func (s *State) left(decision string) bool {
	return find(s.Actions, func(a *Action) bool { return a.Decision == decision && len(a.Sends) > 0 }) != nil
}

// Unsent reports whether what was signed for a decision must be kept from everybody: nothing of it has been sent yet.
func (s *State) Unsent(decision string) bool { return !s.left(decision) }
