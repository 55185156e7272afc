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

// Wants lists what keeps the transaction from being mined as things stand, each one sentence. It is empty if nothing does. void reports that
// it never can be again.
func (t Transaction) Wants(s Standing) (list []string, void bool) {
	switch {
	case t.Nonce < s.Nonce:
		list, void = append(list, fmt.Sprintf("Its nonce %d is used: the account %s has sent another transaction with it. Sign a new one.", t.Nonce, t.From.Hex())), true
	case t.Nonce > s.Nonce:
		list = append(list, fmt.Sprintf("Its nonce is %d and the account's next is %d: it waits until the account has sent %d more.", t.Nonce, s.Nonce, t.Nonce-s.Nonce))
	}
	if t.Most != nil && s.Balance != nil && s.Balance.Lt(t.Most) {
		list = append(list, fmt.Sprintf("The account %s holds %s, and it may take %s.", t.From.Hex(), etherText(s.Balance), etherText(t.Most)))
	}
	if t.Cap != nil && s.BaseFee != nil && t.Cap.Lt(s.BaseFee) {
		list = append(list, fmt.Sprintf("It offers at most %s gwei per gas, and a block takes %s now.", gwei(t.Cap), gwei(s.BaseFee)))
	}
	if t.ValidUntil != "" && s.At.UTC().Format(time.DateOnly) > t.ValidUntil {
		list, void = append(list, "It counted until "+t.ValidUntil+" by the plan. Sign a new one."), true
	}
	return list, void
}
