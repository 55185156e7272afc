package incident

import (
	"time"

	"tocsin/journal"
)

// Two incidents may turn out to be one event. Whoever sees that merges the one into the other:
//
//	B ──merge──▶ merged        rings nobody, owes nothing; what is found of it from now on is found of A
//	   ◀─reopen──               B rings again by itself, and what A took from it no longer counts there
//	A ──absorb─▶ as it was     with B's findings, candidates and people; as severe as the worse of both
//	   ◀─release─
//
// Both happen at once or not at all: the engine stores them in one transaction. A keeps its roles, its procedure and its phase;
// only what B found and A's measures have not stopped makes a contained A go on.

// Merged is the phase of an incident that turned out to be the same event as another one, where it goes on.
const Merged Phase = "merged"

// Into is where an incident goes on that was merged.
type Into struct {
	Incident string    `json:"incident"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Why      string    `json:"why,omitempty"`
	Phase    Phase     `json:"phase"` // how far it had come
}

// Absorbed is an incident that was merged into this one.
type Absorbed struct {
	Incident string    `json:"incident"`
	Title    string    `json:"title"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Why      string    `json:"why,omitempty"`
	Findings int       `json:"findings,omitempty"` // that stood there
	Taken    int       `json:"taken,omitempty"`    // of which count here, too
	Notes    int       `json:"notes,omitempty"`    // in its record
	Evidence int       `json:"evidence,omitempty"` // in its record
	Released time.Time `json:"released,omitzero"`  // when it was reopened, and so taken out again; zero while it is merged
}

// OpMerge says that the incident is the same event as another one, as that stands: it ends, and the other goes on.
type OpMerge struct {
	Into *State
	Why  string
}

// OpAbsorb is the other half of OpMerge: the incident takes in another one, as that stood before.
type OpAbsorb struct {
	From *State
	Why  string
}

// OpRelease says that an incident which was merged into this one goes on by itself again.
type OpRelease struct{ Incident string }

func (OpMerge) op()   {}
func (OpAbsorb) op()  {}
func (OpRelease) op() {}

// The events of merging.
type (
	EventMerged struct {
		Into  string           `json:"into"`
		By    string           `json:"by"`
		Why   journal.Personal `json:"why,omitzero"`
		Phase Phase            `json:"phase"` // how far it had come
	}
	// EventAbsorbed says what the incident is from now on, with another one in it.
	EventAbsorbed struct {
		Incident   string           `json:"incident"`
		Title      string           `json:"title"`
		By         string           `json:"by"`
		Why        journal.Personal `json:"why,omitzero"`
		Issue      string           `json:"issue,omitempty"`
		Candidates []string         `json:"candidates,omitempty"`
		Category   string           `json:"category,omitempty"`
		Severity   string           `json:"severity"`
		Asset      string           `json:"asset,omitempty"`
		Moments    Moments          `json:"moments"` // of the other; the earlier ones count
		Findings   int              `json:"findings,omitempty"`
		Taken      int              `json:"taken,omitempty"` // each follows as a finding
		Notes      int              `json:"notes,omitempty"`
		Evidence   int              `json:"evidence,omitempty"`
	}
	EventReleased struct {
		Incident string `json:"incident"`
	}
)

func (EventMerged) Kind() string   { return "merged" }
func (EventAbsorbed) Kind() string { return "absorbed" }
func (EventReleased) Kind() string { return "released" }

// goesOnIn is the incident where a merged one goes on, "" if it is not merged.
func (s *State) goesOnIn() string {
	if s.Into == nil {
		return ""
	}
	return s.Into.Incident
}

// AbsorbedFrom is what is known of an incident that is merged into this one; nil if it is not, or not any more.
func (s *State) AbsorbedFrom(id string) *Absorbed {
	return find(s.Absorbed, func(a *Absorbed) bool { return a.Incident == id && a.Released.IsZero() })
}

// applyMerge applies the events of merging; false if h is not one.
func (s *State) applyMerge(h Happened) bool {
	switch e := h.Event.(type) {
	case EventMerged:
		s.Into = &Into{Incident: e.Into, By: e.By, At: h.At, Why: string(e.Why), Phase: e.Phase}
		s.Phase, s.Seconds, s.Offers = Merged, nil, nil
	case EventAbsorbed:
		s.Absorbed = append(s.Absorbed, Absorbed{
			Incident: e.Incident, Title: e.Title, By: e.By, At: h.At, Why: string(e.Why), Findings: e.Findings, Taken: e.Taken, Notes: e.Notes, Evidence: e.Evidence,
		})
		s.Issue, s.Candidates, s.Category, s.Severity, s.Asset = e.Issue, e.Candidates, e.Category, e.Severity, e.Asset
		s.Seconds = nil // whoever asked for less did not know of this
		s.earlier(e.Moments)
	case EventReleased:
		if a := s.AbsorbedFrom(e.Incident); a != nil {
			a.Released = h.At
		}
		s.retract(func(f *Finding) bool { return f.From == e.Incident }, "It belongs to incident "+e.Incident+", which goes on by itself again.")
	default:
		return false
	}
	return true
}

// earlier takes over the moments of an incident that came earlier than its own, but for those that people have corrected.
func (s *State) earlier(m Moments) {
	for _, name := range []string{"first-malicious-tx", "detected", "first-answer", "first-public"} {
		mine, other := s.Moments.moment(name), m.moment(name)
		if other.IsZero() || !mine.IsZero() && !other.Before(*mine) || find(s.Corrections, func(c *Correction) bool { return c.Moment == name }) != nil {
			continue
		}
		*mine = *other
	}
}
