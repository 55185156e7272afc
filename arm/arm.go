// Package arm owns what lets Tocsin act by itself for a time: who asked for it, who signed in advance, how often it was used, and how it
// ends. It is pure: a command and a state go in, events come out, and events make the state.
//
//	asked ──signed by the decision's rule──▶ armed ──▶ over, disarmed by two, or changed by a newer plan
//	  └──▶ lapsed, refused, withdrawn          └─ used ⇄ returned (nothing was signed)
package arm

import (
	"slices"
	"time"

	"tocsin/decision"
	"tocsin/plan"
)

// The measures of arming.
const (
	Longest = 30 * 24 * time.Hour // that anything is armed, whatever the plan says
	AskFor  = time.Hour           // within which a second person has to agree to disarm

	maxWhy  = 4 << 10 // bytes
	keepUse = 64      // uses that are remembered at least; those within Longest always are
)

// The states of an arming.
const (
	Asked = "asked"
	Armed = "armed"
)

// Arm is an arming that is asked for or stands.
type Arm struct {
	decision.Arming
	State  string    `json:"state"` // Asked or Armed
	Since  time.Time `json:"since,omitzero"`
	Disarm *Disarm   `json:"disarm,omitempty"` // somebody wants it disarmed; a second person has to agree
}

// Disarm is somebody's wish that an arming end.
type Disarm struct {
	By     string    `json:"by"` // person
	Why    string    `json:"why"`
	At     time.Time `json:"at"`
	Lapses time.Time `json:"lapses"`
}

// Use is one time that something was done by an arming.
type Use struct {
	Number   uint64    `json:"number"` // of the arming
	Issue    string    `json:"issue"`
	Incident string    `json:"incident"`
	Decision string    `json:"decision"` // of the incident
	At       time.Time `json:"at"`
}

// Test is what a replay of history found, recorded by a person.
type Test struct {
	Detector    string    `json:"detector"`
	Of          string    `json:"of"` // imprint of the detector: another one of the same id was not tested
	Chain       uint64    `json:"chain"`
	From        uint64    `json:"from"` // first and last block
	To          uint64    `json:"to"`
	Begin       time.Time `json:"begin"`
	End         time.Time `json:"end"`
	Blocks      uint64    `json:"blocks"`
	Verified    bool      `json:"verified"`
	Findings    uint64    `json:"findings"`
	FalseAlarms uint64    `json:"false_alarms"`
	By          string    `json:"by"` // person who recorded it
	At          time.Time `json:"at"`
}

// State is how things stand after some events. Copy it by Next before applying more to it.
type State struct {
	Version uint64
	Last    time.Time // when the last event happened
	Number  uint64    // of the last arming
	Arms    []Arm     // those asked for and those that stand, in the order in which they were asked for
	Uses    []Use     // oldest first
	Tests   []Test    // the latest of each detector
}

// Next is a copy that further events may be applied to.
func (s *State) Next() *State {
	n := *s
	n.Arms, n.Uses, n.Tests = slices.Clone(s.Arms), slices.Clone(s.Uses), slices.Clone(s.Tests)
	return &n
}

// Apply makes an event part of the state. It never fails: what does not fit changes nothing.
func (s *State) Apply(h Happened) {
	s.Version, s.Last = h.Seq, h.At
	at := func(number uint64) *Arm {
		i := slices.IndexFunc(s.Arms, func(a Arm) bool { return a.Number == number })
		if i < 0 {
			return nil
		}
		return &s.Arms[i]
	}
	switch e := h.Event.(type) {
	case EventAsked:
		s.Number = max(s.Number, e.Arming.Number)
		s.Arms = append(s.Arms, Arm{Arming: e.Arming, State: Asked})
	case EventAnswered:
		if a := at(e.Number); a != nil {
			a.Answers = append(slices.Clone(a.Answers), e.Answer)
		}
	case EventArmed:
		if a := at(e.Number); a != nil {
			a.State, a.Since = Armed, h.At
			issue := a.Issue
			s.Arms = slices.DeleteFunc(s.Arms, func(b Arm) bool { return b.Issue == issue && b.Number != e.Number && b.State == Armed })
		}
	case EventEnded:
		s.Arms = slices.DeleteFunc(s.Arms, func(a Arm) bool { return a.Number == e.Number })
	case EventDisarmAsked:
		if a := at(e.Number); a != nil {
			a.Disarm = &Disarm{By: e.By, Why: string(e.Why), At: h.At, Lapses: h.At.Add(AskFor)}
		}
	case EventDisarmDropped:
		if a := at(e.Number); a != nil {
			a.Disarm = nil
		}
	case EventUsed:
		s.use(Use{Number: e.Number, Issue: e.Issue, Incident: e.Incident, Decision: e.Decision, At: h.At})
	case EventReturned:
		s.Uses = slices.DeleteFunc(s.Uses, func(u Use) bool { return u.Incident == e.Incident && u.Decision == e.Decision })
	case EventTested:
		t := e.Test
		t.At = h.At
		s.Tests = append(slices.DeleteFunc(s.Tests, func(x Test) bool { return x.Detector == t.Detector }), t)
	}
}

func (s *State) use(u Use) {
	s.Uses = append(s.Uses, u)
	for len(s.Uses) > keepUse && u.At.Sub(s.Uses[0].At) > Longest {
		s.Uses = s.Uses[1:]
	}
}

// Of is the arming that stands for an issue at a time; false if none does. One whose time is over stands no longer, whether anybody
// has looked at it or not, and neither does one that was signed under another plan.
func (s *State) Of(p *plan.Plan, issue string, now time.Time) (Arm, bool) {
	for _, a := range s.Arms {
		if a.Issue == issue && a.State == Armed && a.ended(p, now) == "" {
			return a, true
		}
	}
	return Arm{}, false
}

// Open is the arming of an issue that waits for signatures; false if none does.
func (s *State) Open(p *plan.Plan, issue string, now time.Time) (Arm, bool) {
	for _, a := range slices.Backward(s.Arms) {
		if a.Issue == issue && a.State == Asked && a.ended(p, now) == "" {
			return a, true
		}
	}
	return Arm{}, false
}

// Standing lists what is asked for and what is armed at a time.
func (s *State) Standing(p *plan.Plan, now time.Time) []Arm {
	return slices.DeleteFunc(slices.Clone(s.Arms), func(a Arm) bool { return a.ended(p, now) != "" })
}

// Test is what was recorded of a detector as the plan has it; false if nothing was.
func (s *State) Test(p *plan.Plan, detector string) (Test, bool) {
	i := slices.IndexFunc(s.Tests, func(t Test) bool { return t.Detector == detector && t.Of == Imprint(p, detector) })
	if i < 0 {
		return Test{}, false
	}
	return s.Tests[i], true
}

// ended says why an arming is over; empty if it is not.
func (a Arm) ended(p *plan.Plan, now time.Time) string {
	switch {
	case a.Message.Plan != p.Hash():
		return Changed
	case !now.Before(a.Until):
		return Over
	case a.State == Asked && !now.Before(a.Lapses(p)):
		return Lapsed
	}
	return ""
}

// lapsed reports whether nobody agreed in time that it be disarmed.
func (a Arm) lapsed(now time.Time) bool { return a.Disarm != nil && !now.Before(a.Disarm.Lapses) }

// NextDue is when something ends by itself; zero if nothing does.
func NextDue(p *plan.Plan, s *State) time.Time {
	var due time.Time
	sooner := func(t time.Time) {
		if due.IsZero() || t.Before(due) {
			due = t
		}
	}
	for _, a := range s.Arms {
		sooner(a.Until)
		if a.State == Asked {
			sooner(a.Lapses(p))
		}
		if a.Disarm != nil {
			sooner(a.Disarm.Lapses)
		}
	}
	return due
}
