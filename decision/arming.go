package decision

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/action"
	"tocsin/fault"
	"tocsin/plan"
)

// Arming is what lets Tocsin act on an issue by itself for a time: what the approvers of a decision sign in advance, and what they
// answered. It proves itself: whoever holds the plan can check it, and Decide does whenever something is done by it.
type Arming struct {
	Number   uint64    `json:"number"` // among those of its protocol, from 1
	Issue    string    `json:"issue"`
	Asked    time.Time `json:"asked"`
	Proposer string    `json:"proposer"` // person who asked for it
	Until    time.Time `json:"until"`    // from then on nothing is done by it; whole seconds
	Message  Message   `json:"message"`  // without a choice
	Answers  []Signed  `json:"answers,omitempty"`
}

// Arm asks for an arming of what the plan does about an issue by itself. Faults: not_found and invalid say that the plan does nothing
// about it by itself, or cannot.
func Arm(p *plan.Plan, issue string, number uint64, proposer string, asked, until time.Time) (Arming, error) {
	a := Arming{Number: number, Issue: issue, Asked: asked.UTC().Truncate(time.Second), Proposer: proposer, Until: until.UTC().Truncate(time.Second)}
	m, err := a.wanted(p)
	if err != nil {
		return Arming{}, err
	}
	a.Message = m
	return a, nil
}

// wanted is the message that the arming must have by a plan.
func (a Arming) wanted(p *plan.Plan) (Message, error) {
	i, ok := p.Issue(a.Issue)
	switch {
	case !ok:
		return Message{}, fault.New(fault.NotFound, "The plan names no issue %q.", a.Issue)
	case i.Automatic == nil:
		return Message{}, fault.New(fault.Invalid, "The plan does nothing about %q by itself.", i.Name).Instead("Say under automatic of the issue what is done, and adopt that plan.")
	}
	pr, err := action.Prepare(p, i.Automatic.Action)
	if err != nil {
		return Message{}, err
	}
	return Message{
		Chain: pr.Chain, Protocol: p.Protocol, Plan: p.Hash(), Incident: fmt.Sprintf("arming %d", a.Number), Decision: i.Automatic.Decision,
		Subject: a.subject(i.Automatic), Action: pr.Hash, Summary: armingSummary(p, &i, &pr, a.Until), Expires: uint64(max(a.Until.Unix(), 0)),
	}, nil
}

// armingVerb begins the subject of a message that arms.
const armingVerb = "arm "

// Arms reports whether a message arms something in advance.
func (m Message) Arms() bool {
	return strings.HasPrefix(m.Subject, armingVerb) && strings.HasPrefix(m.Incident, "arming ")
}

// subject says all that bounds the arming, in a form that can be compared.
func (a Arming) subject(x *plan.Automatic) string {
	s := fmt.Sprintf("%s%s for %s by %s", armingVerb, x.Action, a.Issue, strings.Join(x.Detectors, ", "))
	if len(x.Veto) > 0 {
		s += fmt.Sprintf(", unless %s within %s", strings.Join(x.Veto, ", "), plan.Duration(x.VetoLasts()))
	}
	return s + fmt.Sprintf("; until %s, at most %d in %s; asked by %s at %s",
		a.Until.UTC().Format(time.RFC3339), x.Times(), plan.Duration(x.Period()), a.Proposer, a.Asked.UTC().Format(time.RFC3339))
}

// armingSummary is what a person reads in the wallet.
func armingSummary(p *plan.Plan, i *plan.Issue, pr *action.Prepared, until time.Time) string {
	names := make([]string, 0, len(i.Automatic.Detectors))
	for _, id := range i.Automatic.Detectors {
		name := id
		if d, ok := p.Detector(id); ok && d.Name != "" {
			name = d.Name
		}
		names = append(names, name)
	}
	times := "once"
	if n := i.Automatic.Times(); n > 1 {
		times = fmt.Sprintf("%d times", n)
	}
	return fmt.Sprintf("ARM until %s, without asking anybody again: when %s finds %s, this %s At most %s in %s.",
		until.UTC().Format("2006-01-02 15:04 UTC"), strings.Join(names, " or "), i.Name, ended(verb(pr.Words.Sentence)), times, plan.Duration(i.Automatic.Period()))
}

// verb writes a sentence that begins with what is done as the rest of another.
func verb(s string) string {
	if s == "" {
		return "does nothing that can be said"
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func ended(s string) string {
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// Rule is the decision of the plan by which it is armed.
func (a Arming) Rule(p *plan.Plan) (plan.Decision, error) {
	d, ok := p.Decision(a.Message.Decision)
	if !ok {
		return plan.Decision{}, fault.New(fault.Invalid, "The plan has no decision %q.", a.Message.Decision)
	}
	return d, nil
}

// Lapses is until when it can be signed; afterwards it has to be asked for again.
func (a Arming) Lapses(p *plan.Plan) time.Time {
	d, _ := p.Decision(a.Message.Decision)
	at := a.Asked.Add(Expiry(&d))
	if a.Until.Before(at) {
		return a.Until
	}
	return at
}

// Status says how the arming stands by the rules of the plan. The answers must have been accepted by Accept, or checked by Follows.
func (a Arming) Status(p *plan.Plan, now time.Time) Status {
	d, err := a.Rule(p)
	if err != nil {
		return Status{State: Open, Say: fault.Sentence(err)}
	}
	return Tally(p, &d, a.Voices(), a.Asked, now, a.Proposer)
}

// Voices are the answers as they are counted: each stands as long as what is armed.
func (a Arming) Voices() []Voice {
	voices := make([]Voice, 0, len(a.Answers))
	for _, s := range a.Answers {
		voices = append(voices, Voice{Person: s.Person, Choice: s.Choice, At: s.At, Expires: a.Until})
	}
	return voices
}

// Accept proves an answer of a person: that they signed this message, and may answer now. Faults: invalid for a signature that cannot be
// read; expired; forbidden if they may not answer, or somebody else signed; conflict if they have answered so before.
func (a Arming) Accept(p *plan.Plan, who, choice string, signature []byte, now time.Time) (Signed, error) {
	d, err := a.Rule(p)
	if err != nil {
		return Signed{}, err
	}
	person, ok := p.Person(who)
	if !ok {
		return Signed{}, fault.New(fault.Forbidden, "%q is not a person of the plan.", who)
	}
	if choice != Approve && choice != Refuse {
		return Signed{}, fault.New(fault.Invalid, "%q is neither %s nor %s.", choice, Approve, Refuse)
	}
	if err := MayAnswer(p, &d, who, a.Asked, now, a.Proposer); err != nil {
		return Signed{}, err
	}
	if err := a.Signable(&person); err != nil {
		return Signed{}, err
	}
	signer, err := Verify(a.Message.With(choice), signature, &person, now)
	if err != nil {
		return Signed{}, err
	}
	for _, s := range slices.Backward(a.Answers) {
		if s.Person == who {
			if s.Choice == choice {
				return Signed{}, fault.New(fault.Conflict, "%s signed this at %s already.", name(&person), s.At.UTC().Format(time.RFC3339))
			}
			break
		}
	}
	return Signed{Person: who, Choice: choice, Signer: signer, Signature: signature, At: now}, nil
}

// Signable says why a person can sign no arming, whoever they are: what is armed proves itself each time it acts, by the plan alone, and
// a contract's signature is only what its chain says of it at a block. A fault of code forbidden; nil if they can.
func (Arming) Signable(person *plan.Person) error {
	if len(Contracts(person)) == 0 || len(Keys(person))+len(Passkeys(person)) > 0 {
		return nil
	}
	return fault.New(fault.Forbidden, "%s signs with a contract alone, and nothing is armed by a contract: what is armed has to prove itself without a chain.", name(person)).
		Instead("Name a key or a passkey of theirs in the plan, or have somebody sign in their stead.")
}

// Follows proves the arming by a plan: that its message is the one that follows from the plan, and that every answer is by whom it
// says. It says nothing about whether they suffice: Status does. The fault, of code invalid, says what does not fit.
func (a Arming) Follows(p *plan.Plan) error {
	want, err := a.wanted(p)
	if err != nil {
		return fault.New(fault.Invalid, "It does not follow from the plan: %s", fault.Sentence(err))
	}
	if want.Plan != a.Message.Plan {
		return fault.New(fault.Invalid, "It was signed under another plan, %s.", a.Message.Plan.Hex())
	}
	if d := want.Differences(a.Message); len(d) > 0 {
		return fault.New(fault.Invalid, "It does not follow from the plan: %s.", strings.Join(d, "; "))
	}
	before := a
	before.Answers = nil
	for _, s := range a.Answers {
		got, err := before.Accept(p, s.Person, s.Choice, s.Signature, s.At)
		if err == nil && got.Signer != s.Signer {
			err = fault.New(fault.Invalid, "%s signed it, not %s.", got.Signer.Hex(), s.Signer.Hex())
		}
		if err != nil {
			return fault.New(fault.Invalid, "The answer of %q does not hold: %s", s.Person, fault.Sentence(err))
		}
		before.Answers = append(before.Answers, s)
	}
	return nil
}

// By lists whose approvals stand, in the order in which they signed.
func (a Arming) By() []string {
	var by []string
	for _, s := range a.Answers {
		by = slices.DeleteFunc(by, func(who string) bool { return who == s.Person })
		if s.Choice == Approve {
			by = append(by, s.Person)
		}
	}
	return by
}

// ArmingOf reads an arming out of the message that is signed for it, and proves that it follows from a plan. Faults are those of Follows.
func ArmingOf(p *plan.Plan, m Message) (Arming, error) {
	a := Arming{Message: m.With(""), Until: time.Unix(int64(min(m.Expires, lastSecond)), 0).UTC()}
	unread := fault.New(fault.Invalid, "It does not follow from the plan: it does not say what would be armed.")
	rest, ok := strings.CutPrefix(m.Subject, armingVerb)
	_, rest, named := strings.Cut(rest, " for ")
	if a.Issue, _, _ = strings.Cut(rest, " by "); !ok || !named {
		return a, unread
	}
	i := strings.LastIndex(rest, "; asked by ")
	if i < 0 {
		return a, unread
	}
	who, at, ok := strings.Cut(rest[i+len("; asked by "):], " at ")
	asked, err := time.Parse(time.RFC3339, at)
	if !ok || err != nil {
		return a, unread
	}
	if _, err := fmt.Sscanf(m.Incident, "arming %d", &a.Number); err != nil {
		return a, unread
	}
	a.Proposer, a.Asked = who, asked.UTC()
	return a, a.Follows(p)
}

// lastSecond is the end of the year 9999, in Unix seconds.
const lastSecond = 253402300799
