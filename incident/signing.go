package incident

import (
	"slices"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/plan"
)

// Signing is what a person signs to answer a decision.
type Signing struct {
	Typed  evm.TypedData
	Digest evm.Hash
	Safe   bool   // it is the Safe's transaction: the signature is carried out with
	Wait   string // why nothing can be signed yet; empty if it can
}

// SigningOf is what a person signs for a choice: the Safe's transaction, if they are an owner of the Safe and approve, else the message.
func SigningOf(p *plan.Plan, s *State, d *Decision, person, choice string) Signing {
	m := d.Message.With(choice)
	g := Signing{Typed: m.Typed(), Digest: m.Digest()}
	if choice != decision.Approve || d.Prepared == nil || d.Prepared.Safe == nil {
		return g
	}
	pd, _ := p.Decision(d.Decision)
	switch {
	case d.Safe == nil:
		g.Wait = "The Safe is being read. What its owners sign is known in a moment; refusing is possible at once."
		if d.Unread != "" {
			g.Wait = "The Safe cannot be read, so nobody knows what its owners sign: " + d.Unread + " It is tried again; refusing is possible at once."
		}
	case s.owns(s.trusted(p), d, person) && (!pd.ProposerMayNotApprove || person != d.Proposer):
		g.Typed, g.Digest, g.Safe = d.Safe.Tx.Typed(), d.Safe.Hashes.Hash, true
	}
	return g
}

// OwnersAmong lists those of some accounts that are owners of the decision's Safe and are trusted: with another one nobody signs for it.
func (s *State) OwnersAmong(d *Decision, accounts []evm.Address) []evm.Address {
	if d.Safe == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(accounts), func(a evm.Address) bool {
		return !d.Safe.Facts.Owner(a) || s.Distrusts(DistrustKey, a.Hex())
	})
}

// MaySendAnyway reports whether a person may have it sent although the plan's rule is not met: the Safe's owners suffice, and they are one.
func (s *State) MaySendAnyway(d *Decision, st decision.Status, person string) bool {
	a := d.approvalOf(person)
	return d.State == Open && d.Anyway == nil && st.State == decision.Open && st.Owners != nil && st.Owners.Enough() && st.Owners.Rule == decision.Open &&
		a != nil && a.Form == FormSafe && a.Choice == decision.Approve && !s.void(*a)
}

// Attestable lists the persons whose answer somebody may attest.
func (s *State) Attestable(p *plan.Plan, d *Decision, st decision.Status, attester string) []string {
	pd, ok := p.Decision(d.Decision)
	if !ok || pd.Attested == nil || d.State != Open || attester == d.Proposer || slices.Contains(st.Candidates, attester) || d.approvalOf(attester) != nil ||
		!slices.Contains(p.MembersOf(pd.Attested.By, d.Opened), attester) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(st.Candidates), func(who string) bool {
		x, _ := p.Person(who)
		a := d.approvalOf(who)
		return x.Body || who == attester || len(ladder(p, who)) == 0 || a != nil && a.Denied
	})
}

// AttestedOf is what somebody attests of a person in a decision and they have not denied, nil if nothing.
func (d *Decision) AttestedOf(person string) *Approval {
	if a := d.approvalOf(person); a != nil && a.Form == FormAttested && !a.Denied {
		return a
	}
	return nil
}

// Answered reports whether a person has answered so, and need not again.
func (s *State) Answered(p *plan.Plan, d *Decision, person, choice string) bool {
	a := d.approvalOf(person)
	return a != nil && a.Choice == choice && !s.stale(p, d, a)
}
