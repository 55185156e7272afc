package incident

import (
	"slices"
	"strings"
	"time"

	"tocsin/plan"
)

// CommunicationView is a communication of the plan with how it stands in an incident.
type CommunicationView struct {
	plan.Communication
	State    string    // Owed, Asked, Posted, CommunicationToCome or Waived
	Say      string    // when it will be owed, or why it is waived
	By       string    // who waived or reinstated it; empty if the plan did
	At       time.Time // when they did
	Concerns bool      // the plan wants it in this incident
	Second   *Second   // somebody has asked for waiving it; a second person has to confirm
}

// The states of a communication besides those of its latest update.
const (
	CommunicationToCome = "to-come"
	Waived              = "waived"
)

// CommunicationsOf lists all communications of the plan: what is owed, what was posted, what will be owed, and what is waived
// with why.
func CommunicationsOf(p *plan.Plan, s *State) []CommunicationView {
	var list []CommunicationView
	for _, c := range p.Communications {
		v := CommunicationView{Communication: c, Concerns: concerns(c, s)}
		v.Second = find(s.Seconds, func(x *Second) bool { return x.What == whatWaive && x.To == c.ID })
		o := s.override(c.ID)
		if o != nil {
			v.By, v.At = NameOf(p, o.By), o.At
		}
		switch {
		case o != nil && o.Waived:
			v.State, v.Say = Waived, o.Why
		case !s.wants(c):
			v.State, v.Say = Waived, unconcerned(p, s, c)
		default:
			v.State, v.Say = CommunicationToCome, comesWhen(c)
			for _, u := range s.Updates {
				if u.Communication == c.ID && u.State != Ended {
					v.State, v.Say = u.State, ""
				}
			}
		}
		list = append(list, v)
	}
	return list
}

// wants reports whether a communication is owed here: as the plan says, unless somebody waived or reinstated it.
func (s *State) wants(c plan.Communication) bool {
	if o := s.override(c.ID); o != nil {
		return !o.Waived
	}
	return concerns(c, s)
}

// concerns reports whether a communication is for this incident.
func concerns(c plan.Communication, s *State) bool {
	return applies(c.Categories, s.Category) && applies(c.Severities, s.Severity) && applies(c.Issues, s.Issue)
}

// unconcerned says why the plan waives a communication here.
func unconcerned(p *plan.Plan, s *State, c plan.Communication) string {
	var say []string
	if !applies(c.Severities, s.Severity) {
		say = append(say, "severity "+named(c.Severities, func(id string) string { x, _ := p.Severity(id); return x.Name }))
	}
	if !applies(c.Categories, s.Category) {
		say = append(say, "category "+named(c.Categories, func(id string) string { x, _ := p.Category(id); return x.Name }))
	}
	if !applies(c.Issues, s.Issue) {
		say = append(say, "issue "+named(c.Issues, func(id string) string { x, _ := p.Issue(id); return x.Name }))
	}
	return "The plan wants it only for " + strings.Join(say, " and ") + "."
}

func named(ids []string, name func(string) string) string {
	names := slices.Clone(ids)
	for i, id := range ids {
		if n := name(id); n != "" {
			names[i] = n
		}
	}
	return strings.Join(names, " or ")
}

// comesWhen says when a communication that is not owed yet will be.
func comesWhen(c plan.Communication) string {
	switch {
	case c.Timing.Every > 0:
		return "From validation on."
	case c.Timing.From != "":
		return "After " + c.Timing.From + "."
	}
	return ""
}

// momentTime is when a moment of the plan came, or came to count anew since the incident was reopened.
func (s *State) momentTime(moment string) time.Time {
	at := s.Opened
	switch moment {
	case momentValidation:
		at = s.Moments.Validated
	case momentContainment:
		at = s.Moments.Contained
	case momentResolution:
		at = s.Moments.Resolved
	}
	if s.Reopened.After(at) {
		return s.Reopened
	}
	return at
}
