package outside

import (
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// The ways in which an answer is signed.
const (
	ByMessage = "message" // the decision's message (EIP-712)
	BySafe    = "safe"    // the Safe transaction itself: it has no expiry and cannot be recalled
)

// Answer is one person's signed yes or no.
type Answer struct {
	Person    string        `json:"person,omitempty"` // empty: an owner of the Safe whom the plan does not know
	Choice    string        `json:"choice"`
	Form      string        `json:"form"` // ByMessage or BySafe
	Signer    evm.Address   `json:"signer"`
	Kind      safe.Kind     `json:"kind,omitempty"` // of a Safe's signature
	Signature hexutil.Bytes `json:"signature"`
	At        time.Time     `json:"at"` // when it was taken in
}

func nothing() *uint256.Int { return new(uint256.Int) }

// Accept proves an answer and returns it with whose it is. Faults: invalid for a signature that cannot be read; expired; forbidden if nobody
// signed it who may, or an owner of the Safe signed the message instead of the transaction; conflict if they have answered so before.
func (r *Record) Accept(p *plan.Plan, a Answer, now time.Time) (Answer, error) {
	if r.State != "" {
		return a, fault.New(fault.Conflict, "It is being carried out already, or was; nothing more is to be signed.")
	}
	return r.accept(p, a, now)
}

func (r *Record) accept(p *plan.Plan, a Answer, now time.Time) (Answer, error) {
	if a.Choice != decision.Approve && a.Choice != decision.Refuse {
		return a, fault.New(fault.Invalid, "%q is neither %s nor %s.", a.Choice, decision.Approve, decision.Refuse)
	}
	if !now.Before(r.Expires()) {
		return a, fault.New(fault.Expired, "This could be signed until %s.", r.Expires().Format(time.RFC3339)).Instead("Prepare it again, and sign that.")
	}
	pr, err := r.Prepared(p)
	if err != nil {
		return a, err
	}
	if a.Form == BySafe {
		a, err = bySafe(p, pr, a)
	} else {
		a, err = r.byMessage(p, pr, a, now)
	}
	if err != nil {
		return a, err
	}
	if slices.ContainsFunc(r.Answers, func(b Answer) bool { return b.Signer == a.Signer && b.Choice == a.Choice && b.Form == a.Form }) {
		return a, fault.New(fault.Conflict, "%s has answered so already.", whose(p, a))
	}
	if a.Person != "" {
		d, _ := p.Decision(r.Decision)
		// An owner of the Safe whom the decision does not ask still signs for the Safe.
		if err := decision.MayAnswer(p, &d, a.Person, r.Opened, now, r.Proposer); err != nil && a.Form != BySafe {
			return a, err
		}
	}
	a.At = now.UTC()
	return a, nil
}

func (r *Record) byMessage(p *plan.Plan, pr action.Prepared, a Answer, now time.Time) (Answer, error) {
	m := r.Message.With(a.Choice)
	account, err := m.Signer(a.Signature)
	if err != nil {
		return a, err
	}
	person := decision.Holder(p, account)
	if person == nil {
		return a, fault.New(fault.Forbidden, "Nobody of the plan signs with %s.", account.Hex()).
			Instead("A signature for another request, action, plan, chain or time reads as that of somebody else: sign this request.")
	}
	if pr.Safe != nil && a.Choice == decision.Approve && r.Facts.Owner(account) {
		return a, fault.New(fault.Forbidden, "%s is an owner of the Safe: their yes is the Safe transaction, and this is the message.", p.NameOf(person.ID)).
			Instead("Sign it again with: tocsin act sign")
	}
	if a.Signer, err = decision.Verify(m, a.Signature, person, now); err != nil {
		return a, err
	}
	a.Person, a.Form, a.Kind = person.ID, ByMessage, ""
	return a, nil
}

func bySafe(p *plan.Plan, pr action.Prepared, a Answer) (Answer, error) {
	if pr.Safe == nil {
		return a, fault.New(fault.Forbidden, "No Safe carries this out; a Safe's signature says nothing here.")
	}
	if a.Choice != decision.Approve {
		return a, fault.New(fault.Invalid, "A signed Safe transaction is a yes; a no is the message.")
	}
	read := safe.ByAccount
	if a.Kind == safe.EthSign || len(a.Signature) == 65 && a.Signature[64] > 30 {
		read = safe.ByMessage
	}
	s, err := read(pr.Safe.Hashes.Hash, a.Signature)
	if err != nil {
		return a, err
	}
	if !pr.Safe.Facts.Owner(s.Signer) {
		return a, fault.New(fault.Forbidden, "%s is no owner of the Safe %s at block %d.", s.Signer.Hex(), pr.Safe.Name, pr.Safe.Facts.Block).
			Instead("A signature of another transaction, or of another nonce, reads as that of somebody else: sign this request.")
	}
	a.Signer, a.Kind, a.Signature, a.Person = s.Signer, s.Kind, s.Bytes, ""
	if person := decision.Holder(p, s.Signer); person != nil {
		a.Person = person.ID
	}
	return a, nil
}

func whose(p *plan.Plan, a Answer) string {
	if a.Person == "" {
		return a.Signer.Hex()
	}
	return p.NameOf(a.Person)
}
