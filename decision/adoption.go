package decision

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Adoption is what brings a newer plan into force: the message of the decision that adopts it, and what was answered. It
// proves itself: whoever holds the plan that was in force before can check it, far from any server.
type Adoption struct {
	Message Message  `json:"message"` // without a choice
	Answers []Signed `json:"answers,omitempty"`
}

// Signed is one person's answer with its proof.
type Signed struct {
	Person    string        `json:"person"`
	Choice    string        `json:"choice"` // Approve or Refuse
	Signer    evm.Address   `json:"signer"` // as SignerOf names it
	Signature hexutil.Bytes `json:"signature"`
	At        time.Time     `json:"at"`
}

// Proposal is what an adoption is asked for with.
type Proposal struct {
	InForce  *plan.Plan // the plan to be replaced, by whose rules it is decided
	Next     *plan.Plan
	Number   int    // of the next plan among those that were in force, the first being 1
	Decision string // id of the decision that adopts; empty: the first that can be met
	Proposer string // who proposes it; may be empty
	Summary  string // what changes, as people read it in their wallet
	Opened   time.Time
}

// Adoption opens the adoption of a plan. Faults: invalid for a plan of another protocol or an unknown decision; conflict if the
// plan is in force already; forbidden if the plan in force lets nobody replace it.
func (x Proposal) Adoption() (Adoption, error) {
	switch {
	case x.Next.Protocol != x.InForce.Protocol:
		return Adoption{}, fault.New(fault.Invalid, "This is a plan of %q; the one in force is of %q.", x.Next.Protocol, x.InForce.Protocol).
			Instead("A plan is replaced by a newer plan of the same protocol.")
	case x.Next.Hash() == x.InForce.Hash():
		return Adoption{}, fault.New(fault.Conflict, "This plan is already in force.").Instead("There is nothing to adopt.")
	}
	d, err := adopting(x.InForce, x.Decision, x.Proposer, x.Opened)
	if err != nil {
		return Adoption{}, err
	}
	return Adoption{Message: Message{
		Protocol: x.InForce.Protocol, Plan: x.InForce.Hash(), Incident: adoptionName(x.Number), Decision: d.ID,
		Subject: adoptionSubject(x.Next.Hash(), x.Proposer), Action: x.Next.Hash(), Summary: x.Summary,
		Expires: uint64(max(x.Opened.Add(Expiry(d)).Unix(), 0)),
	}}, nil
}

// adoptionName stands in the message where an incident would: which adoption it is, so that no signature counts again when
// a plan comes back into force.
func adoptionName(number int) string { return fmt.Sprintf("adoption %d", number) }

const (
	adoptionVerb = "adopt plan "
	proposedBy   = ", proposed by "
)

func adoptionSubject(next evm.Hash, proposer string) string {
	if proposer == "" {
		return adoptionVerb + next.Hex()
	}
	return adoptionVerb + next.Hex() + proposedBy + proposer
}

// Adopts reports whether a message is about the adoption of a plan, and of which.
func (m Message) Adopts() (next evm.Hash, ok bool) {
	return m.Action, strings.HasPrefix(m.Subject, adoptionVerb+m.Action.Hex())
}

// Proposer is who proposed the adoption; empty if nobody is named.
func (a Adoption) Proposer() string {
	_, who, _ := strings.Cut(a.Message.Subject, proposedBy)
	return who
}

// Adoptable says why no newer plan could take a plan's place: a fault of code forbidden; nil if one could.
func Adoptable(p *plan.Plan, at time.Time) error {
	_, err := adopting(p, "", "", at)
	return err
}

// adopting finds the decision of a plan by which another may take its place.
func adopting(p *plan.Plan, id, proposer string, at time.Time) (*plan.Decision, error) {
	all := that(p, func(d *plan.Decision) bool { return d.Adopts })
	if len(all) == 0 {
		return nil, fault.New(fault.Forbidden, "The plan in force names no decision that adopts a newer plan, so nobody can bring one into force.").
			Instead("Start anew with an empty data folder: the first plan that it sees comes into force. Give that plan a decision with adopts: true.")
	}
	var ids []string
	for _, d := range all {
		ids = append(ids, d.ID)
	}
	if id != "" {
		all = slices.DeleteFunc(all, func(d *plan.Decision) bool { return d.ID != id })
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Invalid, "The plan in force has no decision %q that adopts a newer plan.", id).Instead("It has: %s.", strings.Join(ids, ", "))
	}
	var first error
	for _, d := range all {
		err := meetable(p, d, proposer, at)
		if err == nil {
			return d, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// meetable says why a decision cannot be met even if everybody who has an account or a passkey signed.
func meetable(p *plan.Plan, d *plan.Decision, proposer string, opened time.Time) error {
	last := opened.Add(Expiry(d) - time.Second)
	var voices []Voice
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for i := range team {
			if len(Keys(&team[i]))+len(Passkeys(&team[i])) > 0 { // a contract's word proves nothing far from its chain
				voices = append(voices, Voice{Person: team[i].ID, Choice: Approve, At: last})
			}
		}
	}
	st := Tally(p, d, voices, opened, last, proposer)
	if st.State == Met {
		return nil
	}
	why := strings.Replace(st.Say, "Waiting for ", "those who have an account of their own or a passkey to sign with do not suffice; it would wait for ", 1)
	return fault.New(fault.Forbidden, "%s cannot be met by the plan in force: %s", title(d), why).
		Instead("No newer plan can take its place. Start anew with an empty data folder: the first plan that it sees comes into force.")
}
