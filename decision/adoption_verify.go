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
	signer, err := a.Message.With(choice).Signer(signature)
	if err != nil {
		return Signed{}, err
	}
	person := Holder(inForce, signer)
	if person == nil {
		if other, err := a.Message.With(opposite(choice)).Signer(signature); err == nil && Holder(inForce, other) != nil {
			return Signed{}, fault.New(fault.Conflict, "This signature is over the opposite answer, %s.", opposite(choice)).Instead("Hand it in as that.")
		}
		return Signed{}, fault.New(fault.Forbidden, "The signature over this message is by %s, which nobody signs with by the plan in force.", signer.Hex()).
			Instead("Sign the message shown here with an account that the plan in force names: a signature for another plan, choice or time reads as somebody else's.")
	}
	if err := MayAnswer(inForce, &d, person.ID, a.opened(&d), now, a.Proposer()); err != nil {
		return Signed{}, err
	}
	if _, err := Verify(a.Message.With(choice), signature, person, now); err != nil {
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

// Holder is whoever signs with an account by a plan; the first, where the plan gives it to several; nil if nobody does.
func Holder(p *plan.Plan, account evm.Address) *plan.Person {
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for i := range team {
			if slices.Contains(Keys(&team[i]), account) {
				return &team[i]
			}
		}
	}
	return nil
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
