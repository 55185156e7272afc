package outside

import (
	"bytes"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Verify proves a record by the plan it names: that the request follows from it, that every answer is by whom it says and was given by
// somebody who may, that they sufficed when it was ordered, and that nothing else was signed for sending than what they suffice for. What
// the chain said is the word of the machine that wrote it. now is not before any of it. Faults: forbidden or invalid, saying what does not fit.
func (r *Record) Verify(p *plan.Plan, now time.Time) error {
	if err := r.Check(p); err != nil {
		return err
	}
	if now.Before(r.Opened) {
		return fault.New(fault.Invalid, "The record was begun at %s, which is not yet.", r.Opened.Format(time.RFC3339)).Instead("Compare the clocks of the two machines.")
	}
	told := Record{Request: r.Request}
	for _, a := range r.Answers {
		if a.At.After(now) || a.At.Before(r.Opened) {
			return fault.New(fault.Invalid, "An answer in the record was taken in at %s, which cannot be.", a.At.Format(time.RFC3339))
		}
		own, err := told.accept(p, a, a.At)
		if err != nil {
			return err
		}
		if own.Person != a.Person || own.Signer != a.Signer || own.Form != a.Form {
			return fault.New(fault.Forbidden, "An answer in the record is said to be by %q with %s, and is by %q with %s.", a.Person, a.Signer.Hex(), own.Person, own.Signer.Hex())
		}
		told.Answers = append(told.Answers, own)
	}
	if r.Anyway != nil {
		if _, err := told.Insist(p, r.Anyway.Person, r.Anyway.Why, r.Anyway.At); err != nil {
			return err
		}
		told.Anyway = r.Anyway
	}
	if r.Order == nil {
		return fault.New(fault.Invalid, "Nothing was carried out by this record.").Instead("Send it first: tocsin act send")
	}
	if r.Order.At.After(now) {
		return fault.New(fault.Invalid, "The record was ordered at %s, which is not yet.", r.Order.At.Format(time.RFC3339))
	}
	if _, err := told.settle(p, *r.Order); err != nil {
		return err
	}
	told.Order = r.Order
	return r.verifySends(p, &told)
}

func (r *Record) verifySends(p *plan.Plan, told *Record) error {
	deed, err := told.Deed(p)
	if err != nil {
		return err
	}
	landed := r.Landed == nil
	for _, s := range r.Sends {
		var tx types.Transaction
		if err := tx.UnmarshalBinary(s.Raw); err != nil {
			return fault.New(fault.Invalid, "A transaction in the record cannot be read.").Because(err)
		}
		from, err := types.Sender(types.LatestSignerForChainID(tx.ChainId()), &tx)
		if err != nil {
			return fault.New(fault.Invalid, "A transaction in the record is signed by nobody.").Because(err)
		}
		value, over := uint256.FromBig(tx.Value())
		switch {
		case evm.Hash(tx.Hash()) != s.Hash, evm.Address(from) != s.From, tx.Nonce() != s.Nonce:
			return fault.New(fault.Forbidden, "A transaction in the record is not the one that it is said to be.")
		case over, !tx.ChainId().IsUint64(), tx.ChainId().Uint64() != deed.Chain, tx.To() == nil, evm.Address(*tx.To()) != deed.To, !value.Eq(deed.Value), !bytes.Equal(tx.Data(), deed.Data):
			return fault.New(fault.Forbidden, "The transaction %s in the record is not what was decided.", s.Hash.Hex())
		}
		landed = landed || r.Landed.Tx == s.Hash
	}
	if !landed {
		return fault.New(fault.Forbidden, "The transaction that landed is none of the record's.")
	}
	if !r.Over() {
		return fault.New(fault.Conflict, "It is not known yet what became of it.").Instead("Go on with it first: tocsin act send")
	}
	if r.State == Verified && r.Landed == nil {
		return fault.New(fault.Invalid, "The record says that it was verified, and not where it landed.")
	}
	return nil
}
