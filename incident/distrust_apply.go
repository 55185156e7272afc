package incident

import (
	"slices"
	"strings"

	"tocsin/plan"
)

// applyTrust applies the events of distrust and of hiding; false if h is not one.
func (s *State) applyTrust(h Happened) bool {
	switch e := h.Event.(type) {
	case EventDistrusted:
		s.Distrusted = append(s.Distrusted, Distrust{Kind: e.What, Ref: string(e.Ref), By: e.By, At: h.At, Why: string(e.Why)})
		s.dropSecondTo(whatDistrust, e.What+" "+string(e.Ref))
		if e.What == DistrustPerson {
			s.dropPerson(string(e.Ref))
		}
	case EventTrusted:
		s.Distrusted = slices.DeleteFunc(s.Distrusted, func(x Distrust) bool { return x.Kind == e.What && strings.EqualFold(x.Ref, string(e.Ref)) })
		s.Seconds = slices.DeleteFunc(s.Seconds, func(x Second) bool {
			return x.What == whatTrust && strings.EqualFold(x.To, e.What+" "+string(e.Ref))
		})
	case EventRestricted:
		for _, who := range e.Hide {
			if !slices.Contains(s.Hidden, who) {
				s.Hidden, s.HiddenBy = append(s.Hidden, who), append(s.HiddenBy, e.By)
				s.dropPerson(who)
			}
		}
		s.dropSecond(whatRestrict)
	case EventRevealed:
		if i := slices.Index(s.Hidden, e.Person); i >= 0 && i < len(s.HiddenBy) {
			s.Hidden, s.HiddenBy = slices.Delete(s.Hidden, i, i+1), slices.Delete(s.HiddenBy, i, i+1)
		}
		s.dropSecondTo(whatReveal, e.Person)
	default:
		return false
	}
	return true
}

// dropPerson takes back what somebody has said who is out, but not who holds their roles: that is decided.
func (s *State) dropPerson(who string) {
	s.Answers = slices.DeleteFunc(s.Answers, func(a Answer) bool { return a.Person == who })
	s.Seconds = slices.DeleteFunc(s.Seconds, func(x Second) bool { return x.By == who })
	s.dropOffers(func(o Offer) bool { return o.To == who })
}

func (s *State) dropSecondTo(what, to string) {
	s.Seconds = slices.DeleteFunc(s.Seconds, func(x Second) bool { return x.What == what && x.To == to })
}

// about reports whether what somebody asked for concerns a person: they are not asked to confirm it.
func (x *Second) about(person string) bool {
	return (x.What == whatDistrust || x.What == whatRestrict) && slices.Contains(strings.FieldsFunc(x.To, func(r rune) bool { return r == ' ' || r == ',' }), person)
}

// AskedIn is what somebody asked for, with whom or what it concerns in the plan's words.
func (x *Second) AskedIn(p *plan.Plan) string { return askedIn(p, x.What, x.To) }

func askedIn(p *plan.Plan, what, to string) string {
	switch what {
	case whatDistrust, whatTrust:
		if kind, ref, ok := strings.Cut(to, " "); ok {
			return what + " the " + Doubted(p, kind, ref)
		}
		return what + " " + to
	case whatRestrict, whatReveal:
		return what + " " + to
	case whatWaive:
		if c, ok := p.Communication(to); ok {
			return what + " " + c.Name
		}
	}
	return what
}
