package incident_test

import (
	"cmp"
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/internal/vouch"
)

// proved is an answer that a passkey or a contract gives; false if a story has an account sign.
func (s *story) proved(d *incident.Decision, choice string, w *said) (incident.Op, bool) {
	s.t.Helper()
	op := incident.OpApprove{Decision: d.ID, Choice: choice}
	m := d.Message.With(choice)
	if w.take("real", "") != "" {
		m.Exercise = !m.Exercise
	}
	if name := w.take("passkey", ""); name != "" {
		op.Signature = vouch.NewPasskey(s.t, name, w.take("site", "tocsin.example.com")).Sign(s.t, m.Digest())
		return op, true
	}
	if w.take("vouch", "") == "" {
		return nil, false
	}
	digest := m.Digest()
	if choice == decision.Approve && d.Safe != nil && w.take("message", "") == "" {
		digest = d.Safe.Hashes.Hash
	}
	op.Signature = []byte("as the contract wants it")
	op.Fact = s.fact(digest, op.Signature, w)
	return op, true
}

// fact is what a contract answers: vouch says whether it confirms, by which the account, ago how long since it was asked.
func (s *story) fact(digest evm.Hash, sig []byte, w *said) *decision.ContractFact {
	s.t.Helper()
	ago, err := time.ParseDuration(w.take("ago", "1s"))
	if err != nil {
		s.t.Fatal(err)
	}
	if w.take("else", "") != "" {
		sig = []byte("something else")
	}
	return &decision.ContractFact{
		Chain: 31337, Account: vouch.Address(w.take("by", vouch.Keeper)), Digest: digest, Signature: evm.Keccak(sig),
		Block: cmp.Or(w.number("block"), 100), BlockHash: hash(1100), At: s.now.Add(-ago), Valid: w.take("vouch", "") == "yes", Why: spaced(w.take("why", "")),
	}
}

// unvouched reads what a contract says, asked again, of what a person signed.
func (s *story) unvouched(id string, w *said) incident.Op {
	s.t.Helper()
	op := incident.OpContractFact{Decision: id, Person: w.take("person", ""), Override: w.take("override", "") != ""}
	d := s.state.Decision(id)
	if d == nil {
		return op
	}
	for _, v := range s.state.VouchedFor(d) {
		if v.Person == op.Person && v.Override == op.Override {
			op.Fact = *s.fact(v.Digest, v.Signature, w)
		}
	}
	return op
}

// byContract is a yes of somebody who signs with nothing but a contract, which confirms it; false for others.
func (w *world) byContract(person string, d *incident.Decision) (incident.Op, bool) {
	x, _ := w.plan.Person(person)
	keys := decision.Contracts(&x)
	if len(keys) == 0 || len(keys) != len(x.Keys) {
		return nil, false
	}
	g := incident.SigningOf(w.plan, w.state, d, person, decision.Approve)
	sig := []byte("as the contract wants it")
	return incident.OpApprove{Decision: d.ID, Choice: decision.Approve, Signature: sig, Fact: &decision.ContractFact{
		Chain: keys[0].Chain, Account: keys[0].Address, Digest: g.Digest, Signature: evm.Keccak(sig), Block: 1, BlockHash: hash(1), At: w.now, Valid: true,
	}}, true
}
