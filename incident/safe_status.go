package incident

import (
	"slices"

	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/plan"
)

// owned adds to how a decision stands by the plan's rule what its Safe wants. more are persons who are counted on to sign.
func (s *State) owned(p *plan.Plan, d *Decision, st decision.Status, more []string) decision.Status {
	if d.Prepared == nil || d.Prepared.Safe == nil {
		return st
	}
	if d.Safe == nil {
		if d.Unread != "" {
			return st.WithoutOwners("The Safe cannot be read, so nobody knows what its owners are to sign: " + d.Unread)
		}
		return st.WithoutOwners("The Safe is being read. Its owners are asked to sign in a moment.")
	}
	if d.Anyway != nil && st.State == decision.Open {
		st.State = decision.Met
		st.Say = "It is sent although the plan's rule is not met, as " + NameOf(p, d.Anyway.By) + " wants it."
	}
	t := s.ownersOf(d)
	o := decision.Owners{Need: t.Needed, Signed: uint64(len(t.Counted))}
	for _, owner := range d.Safe.Facts.Owners {
		who := ownerIs(p, d.Prepared.Chain, owner)
		pd, _ := p.Decision(d.Decision)
		counted := slices.ContainsFunc(t.Counted, func(c safe.Signature) bool { return c.Signer == owner })
		a := d.approvalOf(who)
		switch {
		case counted && who != "":
			o.By = append(o.By, who)
		case counted:
		case who == "":
			o.Unknown++
		case slices.Contains(more, who):
			o.Signed++
			o.By = append(o.By, who)
		case !s.Sees(who), s.Distrusts(DistrustKey, owner.Hex()), pd.ProposerMayNotApprove && who == d.Proposer:
		case a != nil && a.Choice == decision.Refuse && !s.void(*a):
		case !slices.Contains(o.Wanted, who):
			o.Wanted = append(o.Wanted, who)
		}
	}
	return st.WithOwners(p, o)
}

// ownersOf counts the signatures of the Safe's transaction that was asked for last.
func (s *State) ownersOf(d *Decision) safe.Tally {
	var list []safe.Signature
	var said safe.Said
	for _, a := range d.Approvals {
		if a.Form != FormSafe || a.Choice != decision.Approve || s.void(a) {
			continue
		}
		switch a.Kind {
		case safe.Approved:
			said.Approved = append(said.Approved, a.Signer)
		case safe.Contract: // asked when it was handed in, and again before it is sent
			said.Vouched = append(said.Vouched, a.Signer)
		}
		if a.Kind != safe.Approved {
			list = append(list, safe.Signature{Kind: a.Kind, Signer: a.Signer, Bytes: []byte(a.Sealed)})
		}
	}
	return safe.Count(d.Safe.Facts, d.Safe.Hashes.Hash, list, said)
}

// sendOf is what the executor sends for a decision that is met; nil for what is no transaction.
func (s *State) sendOf(d *Decision) (*Send, error) {
	pr := d.Prepared
	switch {
	case pr.Safe != nil:
		signatures, err := s.ownersOf(d).Encode()
		if err != nil {
			return nil, err
		}
		data, err := d.Safe.Tx.ExecTransaction(signatures)
		if err != nil {
			return nil, err
		}
		return &Send{To: pr.Safe.Address, Value: zero(), Safe: data}, nil
	case !pr.Outward() && pr.Transaction == nil && len(pr.Together) == 0:
		return sendCall(pr), nil
	}
	return nil, nil
}
