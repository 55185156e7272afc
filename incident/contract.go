package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// OpContractFact reports what a contract with which somebody signed says of that now. It is asked again before anything is carried out,
// for a contract may change its mind.
type OpContractFact struct {
	Decision string // of the incident
	Person   string // who signed
	Override bool   // it is their override, not their answer
	Fact     decision.ContractFact
}

// EventUnvouched says that a contract no longer confirms what it had signed. It does not count any more, and whoever gave it is called to
// sign again.
type EventUnvouched struct {
	Decision string                `json:"decision"`
	Person   string                `json:"person"`
	Override bool                  `json:"override,omitempty"`
	Fact     decision.ContractFact `json:"fact"`
}

func (OpContractFact) op()          {}
func (EventUnvouched) Kind() string { return "signature-unvouched" }

// Vouched is a signature that only a contract can confirm.
type Vouched struct {
	Person    string
	Override  bool
	Safe      bool // it is of the Safe's transaction that is asked for now, else of a message
	Chain     uint64
	Account   evm.Address
	Digest    evm.Hash
	Signature []byte
}

// VouchedFor lists what contracts have confirmed for a decision, and still counts.
func (s *State) VouchedFor(d *Decision) []Vouched {
	var list []Vouched
	for _, a := range d.Approvals {
		if a.Fact == nil || s.void(a) {
			continue
		}
		v := Vouched{Person: a.Person, Chain: a.Fact.Chain, Account: a.Signer, Digest: d.Message.With(a.Choice).Digest(), Signature: a.Signature}
		if a.Form == FormSafe {
			v.Safe, v.Digest, v.Signature = true, a.Hash, a.Sealed
		}
		list = append(list, v)
	}
	for _, o := range d.Overrides {
		if o.Fact != nil && o.Void == "" {
			list = append(list, Vouched{
				Person: o.Person, Override: true, Chain: o.Fact.Chain, Account: o.Signer, Digest: OverrideOf(d, string(o.Why)).Digest(), Signature: o.Signature,
			})
		}
	}
	return list
}

// Unproven lists the contracts of a person of which one may have made a signature that is handed in for a choice; none if it is a key's or
// a passkey's, which prove themselves. why is the reason of an override.
func Unproven(p *plan.Plan, s *State, d *Decision, who, choice, why string, sig []byte) []Vouched {
	person, _ := p.Person(who)
	if len(decision.Contracts(&person)) == 0 || decision.IsAssertion(sig) {
		return nil
	}
	digest, ofSafe := OverrideOf(d, why).Digest(), false
	if choice != decision.Override {
		g := SigningOf(p, s, d, who, choice)
		digest, ofSafe = g.Digest, g.Safe
	}
	if by, err := safe.ByMessage(digest, sig); ofSafe && err == nil && slices.Contains(decision.Keys(&person), by.Signer) {
		return nil
	}
	list := UnprovenDigest(&person, digest, sig)
	if ofSafe {
		list = slices.DeleteFunc(list, func(v Vouched) bool { return v.Chain != d.Prepared.Chain })
	}
	for i := range list {
		list[i].Override, list[i].Safe = choice == decision.Override, ofSafe
	}
	return list
}

// UnprovenDigest lists the contracts of a person of which one may have signed a digest; none if a key or a passkey of theirs did, which
// prove themselves.
func UnprovenDigest(person *plan.Person, digest evm.Hash, sig []byte) []Vouched {
	if decision.IsAssertion(sig) {
		return nil
	}
	if signer, err := evm.Recover(digest, sig); err == nil && slices.Contains(decision.Keys(person), signer) {
		return nil
	}
	var list []Vouched
	for _, k := range decision.Contracts(person) {
		list = append(list, Vouched{Person: person.ID, Chain: k.Chain, Account: k.Address, Digest: digest, Signature: sig})
	}
	return list
}

// proved is what a person signed a message with: a contract, if it was asked, else a key of their own.
func (d *decider) proved(m decision.Message, sig []byte, fact *decision.ContractFact, who string) (evm.Address, error) {
	person, _ := d.p.Person(who)
	var signer evm.Address
	var err error
	if fact != nil {
		signer, err = decision.VerifyContract(m, sig, fact, &person, d.now)
	} else {
		signer, err = decision.Verify(m, sig, &person, d.now)
	}
	if err != nil {
		return evm.Address{}, err
	}
	return signer, d.trustedKey(who, signer)
}

// trustedKey says why a key does not count; nil if it does.
func (d *decider) trustedKey(who string, signer evm.Address) error {
	if d.s.Distrusts(DistrustKey, signer.Hex()) {
		name := decision.CalledIn(d.p, who, signer)
		if name == signer.Hex() {
			name = "key " + name
		}
		return fault.New(fault.Forbidden, "The %s is distrusted in this incident.", strings.TrimPrefix(name, "the ")).Instead("Sign with another key of yours.")
	}
	return nil
}

// contractFact takes what a contract says now of what it had signed.
func (d *decider) contractFact(op OpContractFact) error {
	x := d.s.Decision(op.Decision)
	if x == nil {
		return fault.New(fault.NotFound, "Incident %s has no decision %q.", d.s.ID, op.Decision)
	}
	list := d.s.VouchedFor(x)
	i := slices.IndexFunc(list, func(v Vouched) bool { return v.Person == op.Person && v.Override == op.Override })
	switch {
	case x.State != Open && x.State != Met || d.s.Phase.Over():
		return fault.New(fault.Conflict, "%s is %s; nothing is asked of a contract.", op.Decision, x.State)
	case i < 0:
		return fault.New(fault.Conflict, "No contract has signed for %s in %s.", NameOf(d.p, op.Person), op.Decision)
	}
	for k := range d.s.Actions {
		if a := &d.s.Actions[k]; a.Decision == x.ID && !d.s.unsigned(a) && (a.State != Gone || len(a.Sends) > 0 && a.Landed == nil) {
			return fault.New(fault.Conflict, "%s has been signed, and may have been sent.", a.title())
		}
	}
	v := list[i]
	err := op.Fact.About(v.Chain, v.Account, v.Digest, v.Signature, d.now)
	if !fault.Is(err, fault.Forbidden) {
		return err // it still vouches, or this is about something else
	}
	for _, a := range slices.Clone(d.s.Actions) {
		if a.Decision == x.ID && d.s.unsigned(&a) {
			d.emit(EventActionFailed{ID: a.ID, Why: fmt.Sprintf("The contract %s no longer confirms what %s signed.", v.Account.Hex(), NameOf(d.p, v.Person))})
		}
	}
	d.emit(EventUnvouched{Decision: x.ID, Person: v.Person, Override: v.Override, Fact: op.Fact})
	d.callPerson(v.Person, "to sign again, for their contract no longer confirms it: "+x.Name(d.p))
	return nil
}

// applyUnvouched takes back what a contract no longer confirms. What was decided by it is open again.
func (s *State) applyUnvouched(e EventUnvouched) {
	d := s.Decision(e.Decision)
	if d == nil {
		return
	}
	why := "The contract no longer confirms it."
	if a := d.approvalOf(e.Person); !e.Override && a != nil {
		a.Void = why
	}
	if o := d.overridden(e.Person); e.Override && o != nil {
		o.Void = why
	}
	if d.State == Met {
		d.State, d.Settled = Open, time.Time{}
		d.Round++
	}
}

func (e EventUnvouched) describe(p *plan.Plan, name string) string {
	text := fmt.Sprintf("The contract %s no longer confirms, at block %d, what %s signed: %s. It does not count any more.", e.Fact.Account.Hex(), e.Fact.Block, NameOf(p, e.Person), name)
	if e.Fact.Why != "" {
		text += " " + e.Fact.Why
	}
	return text
}

// KeyName is how people call what an approval was given with.
func KeyName(p *plan.Plan, a Approval) string { return decision.CalledIn(p, a.Person, a.Signer) }

// keyNamed is how a record names a key that somebody writes as the plan does: a passkey is written by its id.
func keyNamed(p *plan.Plan, ref string) string {
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for i := range team {
			for _, k := range decision.Passkeys(&team[i]) {
				if k.Passkey == ref {
					return decision.SignerOf(k).Hex()
				}
			}
		}
	}
	return ref
}
