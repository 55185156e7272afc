package incident

import (
	"slices"

	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// owns reports whether a person has a key that is an owner of the decision's Safe and is trusted, as far as the Safe has been read.
func (s *State) owns(p *plan.Plan, d *Decision, who string) bool {
	if d.Safe == nil {
		return false
	}
	x, _ := p.Person(who)
	return slices.ContainsFunc(accounts(&x, d.Prepared.Chain), func(a evm.Address) bool {
		return d.Safe.Facts.Owner(a) && !s.Distrusts(DistrustKey, a.Hex())
	})
}

// stale reports whether an approval may be given again: it does not count any more (its key is distrusted, say), was only attested, or is of the message where its
// giver, as an owner of the Safe, signs the Safe's transaction.
func (s *State) stale(p *plan.Plan, d *Decision, a *Approval) bool {
	return s.void(*a) || a.Form == FormAttested || a.Choice == decision.Approve && a.Form == "" && s.owns(p, d, a.Person)
}

// approveSafe takes an owner's signature of the Safe's transaction.
func (d *decider) approveSafe(x *Decision, who string, op OpApprove) error {
	person, _ := d.p.Person(who)
	hash := x.Safe.Hashes.Hash
	switch {
	case decision.IsAssertion(op.Signature):
		return fault.New(fault.Forbidden, "A Safe takes no passkey's signature, and %s is an owner of it.", NameOf(d.p, who)).
			Instead("Sign the Safe's transaction with the owner's key. The passkey signs what is no Safe's, and a no.")
	case op.Fact != nil:
		return d.approveSafeContract(x, who, op)
	}
	mine := func(a evm.Address) bool {
		return x.Safe.Facts.Owner(a) && slices.Contains(decision.Keys(&person), a)
	}
	by, err := safe.ByAccount(hash, op.Signature)
	if m, eth := safe.ByMessage(hash, op.Signature); eth == nil && (err != nil || !mine(by.Signer)) && mine(m.Signer) {
		by, err = m, nil
	}
	switch {
	case err != nil:
		return err
	case !mine(by.Signer):
		if signer, wrong := decision.Verify(x.Message.With(op.Choice), op.Signature, &person, d.now); wrong == nil {
			return fault.New(fault.Forbidden, "%s signed the message, and is an owner of the Safe.", NameOf(d.p, who)).
				Instead("Sign the Safe's transaction with %s: that is the approval, and what the Safe wants.", signer.Hex())
		}
		for _, a := range accounts(&person, x.Prepared.Chain) {
			if a == by.Signer {
				return fault.New(fault.Forbidden, "%s is a key of %s and no owner of the Safe.", a.Hex(), NameOf(d.p, who)).Instead("Sign with the key that is an owner.")
			}
		}
		return fault.New(fault.Forbidden, "The signature is not by an owner's key of %s, or is of something else than the Safe's transaction %s with the nonce %d.", NameOf(d.p, who), hash.Hex(), x.Safe.Tx.Nonce).
			Instead("Sign the Safe's transaction as it is shown here: after the Safe has changed it is another one.")
	}
	if err := d.trustedKey(who, by.Signer); err != nil {
		return err
	}
	d.emit(EventApproval{Decision: x.ID, Approval: Approval{
		Person: who, Choice: op.Choice, Signer: by.Signer, At: d.now, Form: FormSafe, Kind: by.Kind, Hash: hash, Sealed: Sealed(by.Bytes),
	}})
	d.there(who)
	return nil
}

// approveSafeContract takes what an owner that is a contract signed, which it has confirmed.
func (d *decider) approveSafeContract(x *Decision, who string, op OpApprove) error {
	person, _ := d.p.Person(who)
	account, hash := op.Fact.Account, x.Safe.Hashes.Hash
	if !x.Safe.Facts.Owner(account) || !slices.ContainsFunc(decision.Contracts(&person), func(k plan.Key) bool { return k.Address == account && k.Chain == x.Prepared.Chain }) {
		return fault.New(fault.Forbidden, "%s is no contract of %s that is an owner of the Safe.", account.Hex(), NameOf(d.p, who)).Instead("Sign with the key that is an owner.")
	}
	if err := op.Fact.About(x.Prepared.Chain, account, hash, op.Signature, d.now); err != nil {
		if fault.Is(err, fault.Forbidden) {
			return fault.New(fault.Forbidden, "The contract %s does not confirm this signature of the Safe's transaction %s.", account.Hex(), hash.Hex()).
				Instead("Have the contract approve that hash on the chain (approveHash): it is counted here as well.").Because(err)
		}
		return err
	}
	if err := d.trustedKey(who, account); err != nil {
		return err
	}
	d.emit(EventApproval{Decision: x.ID, Approval: Approval{
		Person: who, Choice: op.Choice, Signer: account, At: d.now, Form: FormSafe, Kind: safe.Contract, Hash: hash, Sealed: Sealed(safe.ByContract(account, op.Signature).Bytes), Fact: op.Fact,
	}})
	d.there(who)
	return nil
}
