package decision

import (
	"fmt"
	"slices"

	"tocsin/plan"
)

// Owners is how far the owners of a Safe have signed its transaction, beside what the plan's rule wants.
type Owners struct {
	Need    uint64   `json:"need"`              // the Safe's threshold
	Signed  uint64   `json:"signed"`            // owners whose signatures count
	By      []string `json:"by,omitempty"`      // persons who gave them
	Wanted  []string `json:"wanted,omitempty"`  // persons who are owners and have not signed it
	Unknown int      `json:"unknown,omitempty"` // owners that are no key of anybody of the plan
	Rule    string   `json:"rule"`              // how it stands by the plan's rule alone
}

// Enough reports whether the Safe would carry it out.
func (o *Owners) Enough() bool { return o.Need > 0 && o.Signed >= o.Need }

// WithOwners is a status by the plan's rule, with what the Safe wants beside it: only both together meet the decision.
func (s Status) WithOwners(p *plan.Plan, o Owners) Status {
	o.Rule = s.State
	s.Owners = &o
	names := make([]string, 0, len(o.Wanted))
	for _, who := range o.Wanted {
		names = append(names, p.NameOf(who))
	}
	have := fmt.Sprintf("%d of the %d owners that the Safe wants have signed.", min(o.Signed, o.Need), o.Need)
	switch {
	case s.State == Refused:
		return s
	case s.State == Met && o.Enough():
		return s
	case s.State == Met:
		s.State = Open
		s.Wanted, s.Candidates = o.Wanted, o.Wanted
		s.Say = "The plan's rule is met, and the Safe's is not: " + have
		switch missing := o.Need - o.Signed; {
		case uint64(len(names)) < missing:
			s.Say += fmt.Sprintf(" Too few of its owners are of this plan: %d more must sign.", missing)
		default:
			s.Say += fmt.Sprintf(" %d of these is wanted: %s.", missing, and(names))
		}
		return s
	case o.Enough():
		s.Candidates = joined(s.Candidates, o.Wanted)
		s.Say = "The Safe would carry it out, and the plan's rule is not met. " + s.Say + " Whoever signed it may have it sent all the same; everybody is told."
		return s
	default:
		s.Candidates = joined(s.Candidates, o.Wanted)
		s.Wanted = joined(s.Wanted, o.Wanted)
		s.Say += " " + have
		return s
	}
}

// WithoutOwners is the status of a decision whose Safe has not been read: nobody knows what its owners would sign.
func (s Status) WithoutOwners(why string) Status {
	if s.State == Met {
		s.State = Open
	}
	if s.State == Open {
		s.Say = why
	}
	return s
}

// joined is a list with those of another that it does not hold.
func joined(list, more []string) []string {
	all := slices.Clone(list)
	for _, x := range more {
		if !slices.Contains(all, x) {
			all = append(all, x)
		}
	}
	return all
}
