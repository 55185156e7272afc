package incident

import (
	"slices"
	"strings"
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// The kinds of things that can be distrusted.
const (
	DistrustChannel = "channel" // a channel of the plan, or a kind of contact: email, sms, …
	DistrustAccount = "account" // an address, number or handle, as the plan writes it
	DistrustPerson  = "person"
	DistrustKey     = "key"  // the address that somebody signs with
	DistrustHost    = "host" // a name of a server: whatever leads over it
)

// Distrusted lists the kinds.
var Distrusted = [...]string{DistrustChannel, DistrustAccount, DistrustPerson, DistrustKey, DistrustHost}

// Distrust is one thing that does not count in an incident: nobody is called over it, nothing is posted to it, and what comes
// by it is not believed.
type Distrust struct {
	Kind string    `json:"kind"`
	Ref  string    `json:"ref"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Why  string    `json:"why,omitempty"`
}

// OpDistrust says that something is in wrong hands, or may be.
type OpDistrust struct{ Kind, Ref, Why string }

// OpTrust says that something distrusted can be trusted again. At a severity that wants a second person it takes two.
type OpTrust struct{ Kind, Ref, Why string }

func (OpDistrust) op() {}

func (OpTrust) op() {}

// The events of distrust.
type (
	EventDistrusted struct {
		What string           `json:"what"`
		Ref  journal.Personal `json:"ref"`
		By   string           `json:"by"`
		Why  journal.Personal `json:"why,omitzero"`
	}
	EventTrusted struct {
		What string           `json:"what"`
		Ref  journal.Personal `json:"ref"`
		By   string           `json:"by"`
		Why  journal.Personal `json:"why,omitzero"`
	}
)

func (EventDistrusted) Kind() string { return "distrusted" }

func (EventTrusted) Kind() string { return "trusted" }

// Distrusts reports whether a thing is distrusted in the incident.
func (s *State) Distrusts(kind, ref string) bool {
	return slices.ContainsFunc(s.Distrusted, func(x Distrust) bool { return x.Kind == kind && strings.EqualFold(x.Ref, ref) })
}

// Sees reports whether a person may know of the incident: it is not hidden from them, and they are not distrusted in it.
func (s *State) Sees(person string) bool {
	return !slices.Contains(s.Hidden, person) && !s.Distrusts(DistrustPerson, person)
}

// Refusal is why a person may not see the incident nor act in it; nil if they may. Somebody from whom it is hidden is told
// that it does not exist; somebody who was called for it and is distrusted since knows of it, and is told so.
func (s *State) Refusal(person string) error {
	switch {
	case s.Sees(person):
		return nil
	case !slices.Contains(s.Hidden, person) && s.Called(person):
		return fault.New(fault.Forbidden, "You are shut out of this incident: nothing that you do here counts.").Instead("Call your team.")
	}
	return fault.New(fault.NotFound, "There is no incident %q.", s.ID)
}

// unseen lists those who do not see the incident.
func (s *State) unseen() []string {
	list := slices.Clone(s.Hidden)
	for _, x := range s.Distrusted {
		if x.Kind == DistrustPerson && !slices.Contains(list, x.Ref) {
			list = append(list, x.Ref)
		}
	}
	return list
}

// void reports whether an approval does not count: whoever gave it, or the key, is not trusted.
func (s *State) void(a Approval) bool {
	return a.Void != "" || !s.Sees(a.Person) || s.Distrusts(DistrustKey, a.Signer.Hex())
}

// Discounts says why an answer to a decision that stands on record does not count; empty if it counts.
func (s *State) Discounts(d *Decision, a Approval, now time.Time) string {
	switch {
	case a.Void != "":
		return a.Void
	case !s.Sees(a.Person):
		return "Who gave it no longer takes part in this incident."
	case s.Distrusts(DistrustKey, a.Signer.Hex()):
		return "Its key is distrusted."
	case a.Attested != nil && d.State == Open && !now.Before(a.Attested.Until):
		return "It was attested, and counted until " + clock(a.Attested.Until) + "."
	}
	return ""
}

// keyless reports whether every key that somebody signs with is distrusted.
func (s *State) keyless(p *plan.Plan, person string) bool {
	if len(s.Distrusted) == 0 {
		return false
	}
	x, _ := p.Person(person)
	keys := decision.Signers(&x)
	return len(keys) > 0 && !slices.ContainsFunc(keys, func(k evm.Address) bool { return !s.Distrusts(DistrustKey, k.Hex()) })
}

// unusable reports whether a way must not be used: a contact or a channel of a kind, with an id if the plan gives it one.
func (s *State) unusable(id, kind, to string) bool {
	for _, x := range s.Distrusted {
		switch x.Kind {
		case DistrustChannel:
			if strings.EqualFold(x.Ref, kind) || id != "" && x.Ref == id {
				return true
			}
		case DistrustAccount:
			if strings.EqualFold(x.Ref, to) {
				return true
			}
		case DistrustHost:
			if leadsOver(to, x.Ref) {
				return true
			}
		}
	}
	return false
}

// trusted is a plan without the ways that the incident distrusts; whoever does not see the incident cannot be reached. It is
// the plan itself as long as nothing is distrusted.
func (s *State) trusted(p *plan.Plan) *plan.Plan {
	if p == nil || len(s.Distrusted)+len(s.Hidden) == 0 {
		return p
	}
	q := *p
	team := func(list []plan.Person) []plan.Person {
		list = slices.Clone(list)
		for i := range list {
			x := &list[i]
			out := func(c plan.Contact) bool { return !s.Sees(x.ID) || s.unusable("", c.Kind, c.To) }
			x.Contact, x.Sealed = slices.DeleteFunc(slices.Clone(x.Contact), out), slices.DeleteFunc(slices.Clone(x.Sealed), out)
		}
		return list
	}
	q.CoreTeam, q.ExtendedTeam = team(p.CoreTeam), team(p.ExtendedTeam)
	q.Channels = slices.DeleteFunc(slices.Clone(p.Channels), func(c plan.Channel) bool { return s.unusable(c.ID, c.Kind, c.To) })
	q.Communications = slices.Clone(p.Communications)
	for i := range q.Communications {
		c := &q.Communications[i]
		if _, ok := q.Channel(c.Channel); !ok {
			if _, ok := q.Channel(c.Backup); ok {
				c.Channel, c.Backup = c.Backup, ""
			}
		}
	}
	return &q
}

// mute reports whether no channel of a communication can be used.
func mute(p *plan.Plan, c plan.Communication) bool {
	return c.Channel != "" && len(channelsOf(p, c)) == 0
}

// Whole reports whether a page's link still counts: the person is trusted, and no message with it went over a way that is not.
func (s *State) Whole(p *plan.Plan, page, person string) bool { return s.WholeOf(p, s, page, person) }

// WholeOf is Whole for the link of a page of another incident, which was merged into this one.
func (s *State) WholeOf(p *plan.Plan, from *State, page, person string) bool {
	if !s.Sees(person) {
		return false
	}
	x, _ := p.Person(person)
	pg := from.page(page)
	return pg == nil || !slices.ContainsFunc(pg.Calls, func(c Call) bool {
		return slices.ContainsFunc(x.Ladder(), func(w plan.Contact) bool { return w.Kind == c.Contact && s.unusable("", w.Kind, w.To) })
	})
}
