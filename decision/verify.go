package decision

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Verify proves that a person signed a message and that it still stands, and returns what with, as SignerOf names it: an account, or a
// passkey. What a contract signed, only its chain can say: VerifyContract. Faults: invalid for a signature or a message that
// cannot be read; expired; forbidden if somebody else signed, or the person signed something else. The fault says which
// account signed and which were expected.
func Verify(m Message, sig []byte, person *plan.Person, now time.Time) (evm.Address, error) {
	if err := standing(m, person, now); err != nil {
		return evm.Address{}, err
	}
	if IsAssertion(sig) {
		return verifyPasskey(m, sig, person)
	}
	keys := Keys(person)
	if len(keys) == 0 && len(Contracts(person)) > 0 {
		return evm.Address{}, fault.New(fault.Forbidden, "%s signs with %s, and it was not asked.", name(person), expected(person)).
			Instead("Hand the signature in where the chain can be read.")
	}
	signer, err := m.Signer(sig)
	if err != nil {
		return evm.Address{}, err
	}
	if slices.Contains(keys, signer) {
		return signer, nil
	}
	return evm.Address{}, fault.New(fault.Forbidden, "The signature over this message is by %s, but %s signs with %s.", signer.Hex(), name(person), expected(person)).
		Instead("Sign with that account, and sign the message shown here: a signature for another incident, action, plan, chain or time reads as somebody else's.")
}

// standing says why nothing over a message of a person's can count now.
func standing(m Message, person *plan.Person, now time.Time) error {
	switch {
	case person == nil:
		return fault.New(fault.NotFound, "The plan has no such person.")
	case m.Choice != Approve && m.Choice != Refuse && m.Choice != Override:
		return fault.New(fault.Invalid, "The choice %q is neither %s nor %s.", m.Choice, Approve, Refuse)
	case now.Unix() >= 0 && uint64(now.Unix()) >= m.Expires:
		return fault.New(fault.Expired, "This could be signed until %s.", clock(m.Expires)).Instead("Ask for the decision again and sign that.")
	case len(Signers(person)) == 0:
		return fault.New(fault.Forbidden, "The plan names no account and no passkey with which %s signs.", name(person)).
			Instead("Add what they sign with to the plan, under keys, and have it adopted.")
	}
	return nil
}

// verifyPasskey proves that a passkey of a person's signed a message.
func verifyPasskey(m Message, sig []byte, person *plan.Person) (evm.Address, error) {
	a, err := ParseAssertion(sig)
	if err != nil {
		return evm.Address{}, err
	}
	// Nothing keeps a plan from naming an id twice.
	err = fault.New(fault.Forbidden, "The passkey %s is none with which %s signs by the plan: they sign with %s.", clip(a.Credential), name(person), expected(person))
	for _, k := range Passkeys(person) {
		if k.Passkey != a.Credential {
			continue
		}
		if err = a.Verify(m.Digest(), k); err == nil {
			return SignerOf(k), nil
		}
	}
	return evm.Address{}, err
}

// Signer tells which account signed the message. A fault of code invalid says why the signature cannot be read.
func (m Message) Signer(sig []byte) (evm.Address, error) {
	signer, err := evm.Recover(m.Digest(), sig)
	if err != nil {
		return evm.Address{}, fault.New(fault.Invalid, "The signature cannot be read.").Because(err)
	}
	return signer, nil
}

// VerifySigned is Verify for an answer that comes with the message it was signed over: what the two differ in is named,
// so that people learn that they signed for another incident rather than that a key is wrong.
func VerifySigned(want, signed Message, sig []byte, person *plan.Person, now time.Time) (evm.Address, error) {
	signer, err := Verify(signed, sig, person, now)
	if err != nil {
		return evm.Address{}, err
	}
	if d := want.Differences(signed); len(d) > 0 {
		return evm.Address{}, fault.New(fault.Forbidden, "This was signed for another message: %s.", strings.Join(d, "; ")).
			Instead("Sign the message shown here.")
	}
	return signer, nil
}

// Differences names what another message says differently, in words: "it is for incident b, not a".
func (m Message) Differences(other Message) []string {
	var d []string
	differ := func(what, want, got string) {
		if want != got {
			d = append(d, "its "+what+" is "+quoted(got)+", not "+quoted(want))
		}
	}
	differ("kind", m.domainName(), other.domainName())
	differ("chain", number(m.Chain), number(other.Chain))
	differ("protocol", m.Protocol, other.Protocol)
	differ("plan", m.Plan.Hex(), other.Plan.Hex())
	differ("incident", m.Incident, other.Incident)
	differ("decision", m.Decision, other.Decision)
	differ("subject", m.Subject, other.Subject)
	differ("choice", m.Choice, other.Choice)
	differ("action", m.Action.Hex(), other.Action.Hex())
	differ("summary", m.Summary, other.Summary)
	differ("expiry", clock(m.Expires), clock(other.Expires))
	return d
}

func name(p *plan.Person) string {
	if p.Name == "" {
		return p.ID
	}
	return p.Name
}

func quoted(s string) string { return strconv.Quote(s) }

func number(n uint64) string { return strconv.FormatUint(n, 10) }

// clock writes Unix seconds as a time, as far as years have four digits.
func clock(seconds uint64) string {
	const last = 253402300799 // the end of the year 9999
	if seconds > last {
		return "after the year 9999"
	}
	return time.Unix(int64(seconds), 0).UTC().Format(time.RFC3339)
}
