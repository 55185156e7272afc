package action

import (
	"fmt"
	"time"

	"github.com/holiman/uint256"
)

// Standing is what a chain says of the account that signed a transaction in advance, at one block.
type Standing struct {
	Nonce   uint64       // of the account's next transaction
	Balance *uint256.Int // wei
	BaseFee *uint256.Int // wei per gas, of the block
	At      time.Time    // of the block
}

// Hindrance is a kind of thing that keeps a transaction that was signed in advance from being mined.
type Hindrance string

// The hindrances.
const (
	Used   Hindrance = "used"   // another transaction took its nonce: it never can be mined again
	Past   Hindrance = "past"   // the plan says that it no longer counts
	Early  Hindrance = "early"  // its account must send others first
	Unpaid Hindrance = "unpaid" // its account holds too little
	Cheap  Hindrance = "cheap"  // blocks take more for gas than it offers; that may pass
)

// Want is something that keeps a transaction from being mined as things stand.
type Want struct {
	Kind Hindrance
	Say  string // a sentence, or several
}

// Wants lists what keeps the transaction from being mined as things stand. It is empty if nothing does.
func (t Transaction) Wants(s Standing) []Want {
	var list []Want
	add := func(k Hindrance, format string, args ...any) {
		list = append(list, Want{k, fmt.Sprintf(format, args...)})
	}
	switch {
	case t.Nonce < s.Nonce:
		add(Used, "Its nonce %d is used: the account %s has sent another transaction with it. Sign a new one.", t.Nonce, t.From.Hex())
	case t.Nonce > s.Nonce:
		add(Early, "Its nonce is %d and the account's next is %d: it waits until the account %s has sent %d more.", t.Nonce, s.Nonce, t.From.Hex(), t.Nonce-s.Nonce)
	}
	if t.Most != nil && s.Balance != nil && s.Balance.Lt(t.Most) {
		add(Unpaid, "The account %s holds %s, and it may take %s.", t.From.Hex(), etherText(s.Balance), etherText(t.Most))
	}
	if t.Cap != nil && s.BaseFee != nil && t.Cap.Lt(s.BaseFee) {
		add(Cheap, "It offers at most %s gwei per gas, and a block takes %s now.", gwei(t.Cap), gwei(s.BaseFee))
	}
	if t.ValidUntil != "" && s.At.UTC().Format(time.DateOnly) > t.ValidUntil {
		add(Past, "It counted until %s by the plan. Sign a new one.", t.ValidUntil)
	}
	return list
}
