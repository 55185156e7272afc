package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// band is an incident's name, always in sight.
type band struct {
	Kind  string // kindReal, kindDrill, or kindPast once it is over
	Title string
	Href  string // empty on the incident's own page
	Of    string // protocol, where the viewer belongs to several
	Since time.Time
	Ended time.Time // zero while it goes on
	Word  string    // how it ended: closed, dismissed
	Now   time.Time

	Exercise string          // address of the exercise that it belongs to; empty for none
	Clock    *incident.Clock // of that exercise
}

// kindPast is an incident that is over: no longer red.
const kindPast = "past"

// Label says what kind of thing it is.
func (b band) Label() string {
	if b.Kind == kindDrill {
		return "Exercise"
	}
	return "Real"
}

// SinceAt is when it began.
func (b band) SinceAt() moment { return moment{At: b.Since, Ref: b.Now} }

// EndedAt is when it ended.
func (b band) EndedAt() moment { return moment{At: b.Ended, Ref: b.Now} }

// situation is how an incident stands, in a sentence, with its phases.
type situation struct {
	Kind   string
	Say    string
	Strong string // what stands out, such as "Vault is not paused."
	Detail string
	Stops  []stop
}

// stop is one stop on a line.
type stop struct {
	Name  string
	State string // done, now, to-come, failed
	At    moment // zero if it has not come
	Say   string
}

// Reached reports whether it has a time.
func (s stop) Reached() bool { return !s.At.At.IsZero() }

func bandOf(s *incident.State, now time.Time) band {
	b := band{Kind: kindReal, Title: s.Title, Since: s.Opened, Now: now}
	if !s.Moments.FirstMaliciousTx.IsZero() {
		b.Since = s.Moments.FirstMaliciousTx
	}
	if s.Phase.Over() {
		b.Kind, b.Ended, b.Word = kindPast, s.Moments.Closed, "closed"
		if s.Phase == incident.Dismissed {
			b.Ended, b.Word = s.Moments.Dismissed, "dismissed"
		}
		if s.Into != nil {
			b.Ended, b.Word = s.Into.At, "merged"
		}
	}
	if x := s.Exercise; x != nil {
		b.Kind = kindDrill
		if x.Session != "" {
			b.Exercise = "/exercises/" + url.PathEscape(x.Session)
		}
		b.Clock = s.Clock()
	}
	return b
}

// kindOf is the kind of an incident's page.
func kindOf(s *incident.State) string {
	switch {
	case s.Exercise != nil:
		return kindDrill
	case s.Phase.Over():
		return ""
	default:
		return kindReal
	}
}

func situationOf(p *plan.Plan, s *incident.State, now time.Time) situation {
	var detail []string
	if c, ok := p.Category(s.Category); ok {
		detail = append(detail, c.Name)
	}
	if v, ok := p.Severity(s.Severity); ok {
		detail = append(detail, strings.ToLower(v.Name))
	}
	text := strings.Join(detail, ", ")
	if text != "" {
		text += ". "
	}
	text += "Incident " + s.ID + "."
	if s.Exercise != nil {
		text += " Nothing here is real: an exercise."
	}
	return situation{
		Kind: bandOf(s, now).Kind, Say: incident.Situation(p, s), Detail: text, Stops: stopsOf(s, now),
	}
}

// stopsOf draws the phases: those that were reached, the one that it is in, and those to come.
func stopsOf(s *incident.State, now time.Time) []stop {
	times := map[incident.Phase]time.Time{
		incident.Detected: s.Moments.Detected, incident.Validated: s.Moments.Validated,
		incident.Contained: s.Moments.Contained, incident.Resolved: s.Moments.Resolved,
		incident.Closed: s.Moments.Closed, incident.Dismissed: s.Moments.Dismissed,
	}
	if times[incident.Detected].IsZero() {
		times[incident.Detected] = s.Opened
	}
	course := incident.Phases[:]
	if s.Phase == incident.Dismissed {
		course = []incident.Phase{incident.Detected}
		if !s.Moments.Validated.IsZero() {
			course = append(course, incident.Validated)
		}
		course = append(course, incident.Dismissed)
	}
	if s.Into != nil {
		course = course[:slices.Index(course, s.Into.Phase)+1]
		course, times[incident.Merged] = append(slices.Clone(course), incident.Merged), s.Into.At
	}
	stops := make([]stop, 0, len(course))
	passed := true
	for _, phase := range course {
		name := string(phase)
		st := stop{Name: strings.ToUpper(name[:1]) + name[1:], State: "to-come", Say: "to come"}
		if passed {
			st.State, st.Say, st.At = "done", "", moment{At: times[phase], Ref: now}
		}
		if phase == s.Phase {
			passed = false
			if !phase.Over() {
				st.State = "now"
			}
		}
		stops = append(stops, st)
	}
	return stops
}

// pace says how the clock of an exercise goes, unless that is as time does.
func pace(c *incident.Clock) string {
	switch c.Speed {
	case 0:
		return ", standing still"
	case 1:
		return ""
	}
	return ", ×" + thousands(uint64(c.Speed))
}
