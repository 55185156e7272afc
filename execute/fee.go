package execute

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/chain"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/signer"
)

// maxRaises bounds how often a fee is raised, each time by an eighth: in all to about ten times the first.
const maxRaises = 20

// patience is how long a transaction may wait.
type patience struct {
	resend  uint64 // blocks after which it is sent again
	raise   uint64 // blocks after which it is signed anew with a higher fee and the same nonce
	seconds uint64 // which must have passed by the chain's clock, too: some chains have several blocks a second
}

func patienceOf(u chain.Urgency) patience {
	switch u {
	case chain.Normal:
		return patience{resend: 2, raise: 10, seconds: 60}
	case chain.Emergency:
		return patience{resend: 1, raise: 2, seconds: 6}
	default:
		return patience{resend: 2, raise: 4, seconds: 15}
	}
}

// over reports whether a fee that was offered at one head is to be raised at another.
func (p patience) over(first, head evm.Header) bool {
	return head.Number >= first.Number+p.raise && head.Time >= first.Time+p.seconds
}

// planned is the action as the plan of the incident writes it.
func (w *work) planned() plan.Action {
	if w.action.Prepared == nil {
		return plan.Action{}
	}
	a, _ := w.view.Plan.Action(w.action.Prepared.Action) // of a rejection that of what it rejects
	return a
}

func (w *work) urgency() chain.Urgency { return chain.ParseUrgency(w.planned().Urgency) }

// weiPerGwei is what the plan's gwei are.
const weiPerGwei = 1_000_000_000

// fee is what a transaction should offer now, by the urgency of the action and no more than the plan allows.
func (w *work) fee(ctx context.Context) (chain.Fee, error) {
	fee, err := chain.FeeFor(ctx, w.client, w.urgency())
	if err != nil {
		return chain.Fee{}, err
	}
	return w.bounded(fee), nil
}

// bounded keeps a fee within what the plan allows for the action.
func (w *work) bounded(fee chain.Fee) chain.Fee {
	most := w.planned().MaxFee
	if most == 0 {
		return fee
	}
	return capped(fee, new(uint256.Int).Mul(uint256.NewInt(most), uint256.NewInt(weiPerGwei)))
}

// capped offers no more than so many wei per gas.
func capped(fee chain.Fee, most *uint256.Int) chain.Fee {
	if fee.Cap.Gt(most) {
		fee.Cap = most
	}
	if fee.Tip.Gt(fee.Cap) {
		fee.Tip = fee.Cap
	}
	return fee
}

// afford offers no more than the account can pay for. What it cannot pay for even as fees are now is refused: it would wait in vain, and
// nobody would hear of it.
func (w *work) afford(ctx context.Context, from evm.Address, gas uint64, fee chain.Fee) (chain.Fee, error) {
	has, err := w.client.Balance(ctx, from, nil)
	if err != nil {
		return fee, err
	}
	value := w.message(from).Value
	if value == nil {
		value = new(uint256.Int)
	}
	wants, over := new(uint256.Int).MulOverflow(uint256.NewInt(gas), fee.Cap)
	if !over {
		wants, over = new(uint256.Int).AddOverflow(wants, value)
	}
	if !over && !has.Lt(wants) {
		return fee, nil
	}
	if has.Gt(value) && gas > 0 {
		head, err := w.client.Head(ctx)
		if err != nil {
			return fee, err
		}
		left := new(uint256.Int).Sub(has, value)
		left.Div(left, uint256.NewInt(gas))
		if head.BaseFee != nil && !left.Lt(least(head.BaseFee, fee.Tip)) {
			return capped(fee, left), nil
		}
	}
	return fee, refuse("The account %s holds %s wei, and sending may take %s. Send it some of the chain's currency.", from.Hex(), has.Dec(), wants.Dec())
}

// least is the lowest offer that can be mined in the next block, however full the last one was.
func least(base, tip *uint256.Int) *uint256.Int {
	up := new(uint256.Int).Add(base, new(uint256.Int).Div(base, uint256.NewInt(8)))
	return up.Add(up, tip)
}

// raise signs the same call anew with the same nonce and a higher fee, so that at most one of both can land. What cannot be
// raised is left as it is.
func (w *work) raise(ctx context.Context, old incident.Transaction) error {
	if w.view.State.Rejected(w.action.Decision) != nil {
		return nil // what takes its place would have to outbid it
	}
	if w.action.Prepared.Transaction != nil {
		return w.wait(ctx, "It was signed in advance, so it cannot offer more than it does.")
	}
	if len(w.action.Sends) > maxRaises {
		return w.wait(ctx, fmt.Sprintf("It was offered more %d times already.", maxRaises))
	}
	if w.signer == nil || w.signer.Address() != old.From {
		return w.wait(ctx, fmt.Sprintf("It is not offered more: this server cannot sign for %s.", old.From.Hex()))
	}
	var tx types.Transaction
	if err := tx.UnmarshalBinary(old.Raw); err != nil {
		return refuse("The stored transaction %s cannot be read: %s.", old.Hash.Hex(), err)
	}
	now, err := w.fee(ctx)
	if err != nil {
		return err
	}
	tip, _ := uint256.FromBig(tx.GasTipCap())
	limit, _ := uint256.FromBig(tx.GasFeeCap())
	fee := w.bounded(chain.Fee{Tip: raised(tip, now.Tip), Cap: raised(limit, now.Cap)})
	var poor *refusal
	fee, err = w.afford(ctx, old.From, tx.Gas(), fee)
	switch {
	case errors.As(err, &poor):
		return w.wait(ctx, "It is not offered more: "+lower(poor.say))
	case err != nil:
		return err
	case fee.Tip.Lt(raised(tip, tip)) || fee.Cap.Lt(raised(limit, limit)):
		return w.wait(ctx, w.mostOffered(limit)) // less than this no node takes in the place of another
	}
	m := w.message(old.From)
	return w.sign(ctx, signer.Transaction{
		ChainID: w.action.Prepared.Chain, Nonce: old.Nonce, To: m.To, Value: m.Value, Data: m.Data, Gas: tx.Gas(), Tip: fee.Tip, Cap: fee.Cap,
	}, "")
}

// mostOffered says why a transaction that offers so much per gas is not offered more.
func (w *work) mostOffered(limit *uint256.Int) string {
	more := raised(limit, limit)
	if w.bounded(chain.Fee{Tip: new(uint256.Int), Cap: more}).Cap.Lt(more) {
		return fmt.Sprintf("It offers %s gwei per gas, and the plan lets it offer at most %d.", action.Scaled(limit, 9), w.planned().MaxFee)
	}
	return fmt.Sprintf("It offers %s gwei per gas, and its account cannot pay for more.", action.Scaled(limit, 9))
}

// lower begins a sentence in the middle of another.
func lower(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// raised is a fee that a node takes as a replacement: an eighth more than before, or what is asked now if that is more.
func raised(old, now *uint256.Int) *uint256.Int {
	up := new(uint256.Int).Add(old, new(uint256.Int).Div(old, uint256.NewInt(8)))
	up.AddUint64(up, 1)
	if now.Gt(up) {
		return now
	}
	return up
}
