package decision

import (
	"slices"
	"strings"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// rules are what an adoption's message must say, and the decision it is taken by.
func (a Adoption) rules(inForce *plan.Plan, next evm.Hash, number int) (*plan.Decision, error) {
	m := a.Message
	want := Message{
		Protocol: inForce.Protocol, Plan: inForce.Hash(), Incident: adoptionName(number), Decision: m.Decision,
		Subject: adoptionSubject(next, a.Proposer()), Action: next, Summary: m.Summary, Expires: m.Expires,
	}
	if d := want.Differences(m); len(d) > 0 {
		return nil, fault.New(fault.Invalid, "The adoption of plan %s does not follow from the plan before it: %s.", next.Hex(), strings.Join(d, "; "))
	}
	d := that(inForce, func(d *plan.Decision) bool { return d.ID == m.Decision && d.Adopts })
	if len(d) != 1 {
		return nil, fault.New(fault.Invalid, "The plan before %s names no decision %q that adopts a newer plan.", next.Hex(), m.Decision)
	}
	return d[0], nil
}

// opened is when the adoption was asked for. It follows from what is signed, so that nobody can move it.
func (a Adoption) opened(d *plan.Decision) time.Time {
	return a.Expires().Add(-Expiry(d))
}

// Expires is until when answers count.
func (a Adoption) Expires() time.Time {
	const last = 253402300799 // the end of the year 9999
	return time.Unix(int64(min(a.Message.Expires, last)), 0).UTC()
}

// Status says how the adoption stands by the rules of the plan in force. The answers must have been accepted by Accept.
func (a Adoption) Status(inForce *plan.Plan, now time.Time) Status {
	d, ok := inForce.Decision(a.Message.Decision)
	if !ok {
		return Status{State: Open, Say: "The plan in force does not name this decision."}
	}
	voices := make([]Voice, 0, len(a.Answers))
	for _, s := range a.Answers {
		voices = append(voices, Voice{Person: s.Person, Choice: s.Choice, At: s.At, Expires: a.Expires()})
	}
	return Tally(inForce, &d, voices, a.opened(&d), now, a.Proposer())
}

// Accept proves an answer: whose signature it is, and that they may answer now. Faults: invalid for a signature that cannot be
// read; expired; forbidden if nobody signed it who may; conflict if they have answered so before.
func (a Adoption) Accept(inForce *plan.Plan, choice string, signature []byte, now time.Time) (Signed, error) {
	d, ok := inForce.Decision(a.Message.Decision)
	if !ok {
		return Signed{}, fault.New(fault.Invalid, "The plan in force has no decision %q.", a.Message.Decision)
	}
	if !now.Before(a.Expires()) {
		return Signed{}, fault.New(fault.Expired, "This could be signed until %s.", clock(a.Message.Expires)).Instead("Propose the plan again, and sign that.")
	}
	person, err := a.signedBy(inForce, choice, signature)
	if err != nil {
		return Signed{}, err
	}
	if err := MayAnswer(inForce, &d, person.ID, a.opened(&d), now, a.Proposer()); err != nil {
		return Signed{}, err
	}
	signer, err := Verify(a.Message.With(choice), signature, person, now)
	if err != nil {
		return Signed{}, err
	}
	for _, s := range slices.Backward(a.Answers) {
		if s.Person == person.ID {
			if s.Choice == choice {
				return Signed{}, fault.New(fault.Conflict, "%s signed this at %s already.", name(person), s.At.UTC().Format(time.RFC3339))
			}
			break
		}
	}
	return Signed{Person: person.ID, Choice: choice, Signer: signer, Signature: signature, At: now}, nil
}

// signedBy is whoever signed an answer. An account shows whose it is by the signature; a passkey says it, and Verify proves it. What a
// contract signed proves nothing far from its chain, so that no contract adopts a plan.
func (a Adoption) signedBy(inForce *plan.Plan, choice string, signature []byte) (*plan.Person, error) {
	m, other := a.Message.With(choice), a.Message.With(opposite(choice))
	turned := func() error {
		return fault.New(fault.Conflict, "This signature is over the opposite answer, %s.", opposite(choice)).Instead("Hand it in as that.")
	}
	if IsAssertion(signature) {
		x, err := ParseAssertion(signature)
		if err != nil {
			return nil, err
		}
		named := func(p *plan.Person) bool {
			return slices.ContainsFunc(Passkeys(p), func(k plan.Key) bool { return k.Passkey == x.Credential })
		}
		proves := func(m Message) func(p *plan.Person) bool {
			return func(p *plan.Person) bool {
				_, err := verifyPasskey(m, signature, p)
				return named(p) && err == nil
			}
		}
		if person := whose(inForce, proves(m)); person != nil {
			return person, nil
		}
		if whose(inForce, proves(other)) != nil {
			return nil, turned()
		}
		if person := whose(inForce, named); person != nil {
			return person, nil // Verify says why it does not count
		}
		return nil, fault.New(fault.Forbidden, "The passkey %s is nobody's by the plan in force.", clip(x.Credential)).
			Instead("Sign with an account or a passkey that the plan in force names.")
	}
	signer, err := m.Signer(signature)
	if err != nil {
		return nil, err
	}
	if person := Holder(inForce, signer); person != nil {
		return person, nil
	}
	if signer, err := other.Signer(signature); err == nil && Holder(inForce, signer) != nil {
		return nil, turned()
	}
	return nil, fault.New(fault.Forbidden, "The signature over this message is by %s, which nobody signs with by the plan in force.", signer.Hex()).
		Instead("Sign the message shown here with an account that the plan in force names: a signature for another plan, choice or time reads as somebody else's.")
}

// Verify proves that the adoption brought a plan into force at a time: that its message follows from the plan before, that
// every answer is by whom it says, and that they sufficed. number is that of the plan adopted. The fault, of code invalid, says what
// does not fit.
func (a Adoption) Verify(inForce *plan.Plan, next evm.Hash, number int, at time.Time) error {
	d, err := a.Consider(inForce, next, number)
	if err != nil {
		return err
	}
	if !at.Before(a.Expires()) {
		return fault.New(fault.Invalid, "The adoption of plan %s came at %s, after its signatures expired at %s.", next.Hex(), at.UTC().Format(time.RFC3339), clock(a.Message.Expires))
	}
	if st := a.Status(inForce, at); st.State != Met {
		return fault.New(fault.Invalid, "The adoption of plan %s was not agreed: %s needs more. %s", next.Hex(), title(d), st.Say)
	}
	return nil
}

// Consider checks an adoption that need not be agreed yet: its message, and each answer in the order they came. It returns the
// decision by which it is taken. The fault, of code invalid, says what does not fit.
func (a Adoption) Consider(inForce *plan.Plan, next evm.Hash, number int) (*plan.Decision, error) {
	d, err := a.rules(inForce, next, number)
	if err != nil {
		return nil, err
	}
	before := Adoption{Message: a.Message}
	for _, s := range a.Answers {
		if s.Choice != Approve && s.Choice != Refuse {
			return nil, fault.New(fault.Invalid, "An answer to the adoption of plan %s is %q.", next.Hex(), s.Choice)
		}
		got, err := before.Accept(inForce, s.Choice, s.Signature, s.At)
		if err != nil {
			return nil, fault.New(fault.Invalid, "The answer of %q to the adoption of plan %s does not hold: %s", s.Person, next.Hex(), fault.Sentence(err))
		}
		if got.Person != s.Person || got.Signer != s.Signer {
			return nil, fault.New(fault.Invalid, "The answer of %q to the adoption of plan %s is signed by %s, whose account is %s.", s.Person, next.Hex(), got.Person, got.Signer.Hex())
		}
		before.Answers = append(before.Answers, s)
	}
	return d, nil
}

func opposite(choice string) string {
	if choice == Approve {
		return Refuse
	}
	return Approve
}

// Voters are the persons whose answers to a decision could ever count, in the plan's order.
func Voters(p *plan.Plan, d *plan.Decision) []string {
	return newQuorum(p, d, time.Time{}, "").everyone
}
