package outside

import (
	"fmt"
	"strings"
	"time"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/fault"
	"tocsin/plan"
)

// Owners is how far the owners of the Safe have signed.
type Owners struct {
	Need   uint64   `json:"need"`   // the Safe's threshold
	Signed []string `json:"signed"` // persons, or addresses of owners whom the plan does not know
	Wanted []string `json:"wanted"` // those who have not
}

// Status is how a request stands.
type Status struct {
	decision.Status // by the plan's rule

	Owners *Owners `json:"owners,omitempty"` // nil if no Safe carries it out
	Ready  bool    `json:"ready"`            // it may be sent: the plan's rule is met, and the Safe's
	Anyway bool    `json:"anyway"`           // the Safe's is met and the plan's is not: whoever signed may send it, recorded
	Whole  string  `json:"whole"`            // all of it in words
}

// Stand says how the request stands by what was read of the Safe last. facts are nil, and said empty, if no Safe carries it out or if
// nothing was read since it was asked.
func (r *Record) Stand(p *plan.Plan, facts *safe.Facts, said safe.Said, now time.Time) (Status, error) {
	pr, err := r.Prepared(p)
	if err != nil {
		return Status{}, err
	}
	d, ok := p.Decision(r.Decision)
	if !ok {
		return Status{}, fault.New(fault.Forbidden, "The plan has no decision %q.", r.Decision)
	}
	if facts == nil {
		facts = r.Facts
	}
	var voices []decision.Voice
	for _, a := range r.Answers {
		if a.Person != "" {
			voices = append(voices, decision.Voice{Person: a.Person, Choice: a.Choice, At: a.At})
		}
	}
	if pr.Safe != nil {
		voices = append(voices, r.approved(p, said, now)...)
	}
	st := Status{Status: decision.Tally(p, &d, voices, r.Opened, now, r.Proposer)}
	st.Ready, st.Whole = st.State == decision.Met, st.Say
	if pr.Safe == nil {
		return st, nil
	}
	t := r.count(pr, *facts, said)
	st.Owners = owners(p, *facts, t)
	st.Anyway = t.Enough() && st.State == decision.Open
	st.Ready = st.Ready && t.Enough()
	st.Whole += " " + st.Owners.say(p, t)
	if st.Anyway {
		st.Whole += " The Safe would carry it out, and the plan's rule is not met: whoever signed it may have it sent all the same, and says why."
	}
	return st, nil
}

// approved are the voices of owners who approved the transaction on the chain.
func (r *Record) approved(p *plan.Plan, said safe.Said, now time.Time) []decision.Voice {
	var list []decision.Voice
	for _, account := range said.Approved {
		if person := decision.Holder(p, account); person != nil {
			list = append(list, decision.Voice{Person: person.ID, Choice: decision.Approve, At: now})
		}
	}
	return list
}

// count judges the signatures that the Safe would see.
func (r *Record) count(pr action.Prepared, facts safe.Facts, said safe.Said) safe.Tally {
	var list []safe.Signature
	for _, a := range r.Answers {
		if a.Form == BySafe {
			list = append(list, safe.Signature{Kind: a.Kind, Signer: a.Signer, Bytes: a.Signature})
		}
	}
	return safe.Count(facts, pr.Safe.Hashes.Hash, list, said)
}

func owners(p *plan.Plan, facts safe.Facts, t safe.Tally) *Owners {
	o := &Owners{Need: facts.Threshold, Signed: []string{}, Wanted: []string{}}
	for _, account := range facts.Owners {
		name := account.Hex()
		if person := decision.Holder(p, account); person != nil {
			name = person.ID
		}
		signed := false
		for _, s := range t.Counted {
			signed = signed || s.Signer == account
		}
		if signed {
			o.Signed = append(o.Signed, name)
		} else {
			o.Wanted = append(o.Wanted, name)
		}
	}
	return o
}

func (o *Owners) say(p *plan.Plan, t safe.Tally) string {
	s := fmt.Sprintf("%d of the %d owners that the Safe wants have signed.", len(t.Counted), o.Need)
	if !t.Enough() {
		names := make([]string, len(o.Wanted))
		for i, w := range o.Wanted {
			if names[i] = w; !strings.HasPrefix(w, "0x") {
				names[i] = p.NameOf(w)
			}
		}
		s += " Still to sign: any of " + strings.Join(names, ", ") + "."
	}
	return s
}

// Settle orders that it is sent, if it may be. facts and said are what was read of the Safe just now. Faults: expired; conflict if it was
// ordered before, or the Safe has gone on to another nonce; forbidden says who is still wanted.
func (r *Record) Settle(p *plan.Plan, facts *safe.Facts, said safe.Said, now time.Time) (Order, error) {
	if r.Order != nil {
		return *r.Order, fault.New(fault.Conflict, "It was ordered at %s.", r.Order.At.Format(time.RFC3339))
	}
	return r.settle(p, Order{At: now.UTC(), Facts: facts, Said: said})
}

func (r *Record) settle(p *plan.Plan, o Order) (Order, error) {
	if !o.At.Before(r.Expires()) {
		return o, fault.New(fault.Expired, "This could be sent until %s.", r.Expires().Format(time.RFC3339)).
			Instead("Prepare it again and have it signed. What owners of a Safe have signed counts there until its nonce is used.")
	}
	if r.Facts != nil {
		switch f := o.Facts; {
		case f == nil || f.Safe != r.Facts.Safe || f.Chain != r.Facts.Chain:
			return o, fault.New(fault.Invalid, "Nothing was read of the Safe just before sending.")
		case f.Nonce > r.Nonce:
			return o, fault.New(fault.Conflict, "The Safe has used the nonce %d; its next is %d. What was signed can never be sent.", r.Nonce, f.Nonce).
				Instead("See whether it was this transaction that used it; otherwise prepare it again and have it signed.")
		case f.Nonce < r.Nonce:
			return o, fault.New(fault.Conflict, "It waits behind the nonce %d of the Safe; this one has %d.", f.Nonce, r.Nonce).
				Instead("Have the Safe's earlier transactions executed or rejected first.")
		}
	}
	st, err := r.Stand(p, o.Facts, o.Said, o.At)
	switch {
	case err != nil:
		return o, err
	case st.Ready:
	case st.Anyway && r.Anyway != nil:
	default:
		return o, fault.New(fault.Forbidden, "It cannot be sent yet. %s", st.Whole)
	}
	return o, nil
}

// Insist says that whoever signed for the Safe has it sent although the plan's rule is not met. Faults: forbidden, conflict.
func (r *Record) Insist(p *plan.Plan, person, why string, now time.Time) (Anyway, error) {
	x := Anyway{Person: person, Why: strings.TrimSpace(why), At: now.UTC()}
	switch {
	case r.Facts == nil:
		return x, fault.New(fault.Forbidden, "No Safe carries this out: it is sent when the plan's rule is met, and not before.")
	case x.Why == "":
		return x, fault.New(fault.Invalid, "Sending it without the plan's approvers takes a reason.").Instead("Say why in a sentence: --anyway \"…\"")
	}
	for _, a := range r.Answers {
		if a.Form == BySafe && a.Person == person && person != "" {
			return x, nil
		}
	}
	return x, fault.New(fault.Forbidden, "Only somebody of the plan who has signed for the Safe may have it sent without the plan's approvers.").Instead("Name them by --as PERSON.")
}
