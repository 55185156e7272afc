package mute

import (
	"slices"
	"time"

	"tocsin/plan"
)

// State is what a protocol's mutes are after some events. Copy it by Next before applying more to it.
type State struct {
	Version uint64
	Last    time.Time // when the last event happened
	Asked   []Mute    // in the order of asking; at most one of each detector
	Muted   []Mute    // in the order they began; at most one of each detector
}

// Next is a copy that further events may be applied to.
func (s *State) Next() *State {
	n := *s
	n.Asked, n.Muted = slices.Clone(s.Asked), slices.Clone(s.Muted)
	return &n
}

// Apply makes an event part of the state. It never fails: what does not fit changes nothing.
func (s *State) Apply(h Happened) {
	s.Version, s.Last = h.Seq, h.At
	switch e := h.Event.(type) {
	case EventAsked:
		s.Asked = append(without(s.Asked, e.Detector), Mute{
			Number: h.Seq, Detector: e.Detector, State: Asked, Until: e.Until, Why: string(e.Why), By: []string{e.By}, Asked: h.At,
			Lapses: earlier(h.At.Add(AskFor), e.Until),
		})
	case EventMuted:
		m := Mute{
			Number: h.Seq, Detector: e.Detector, State: Muted, Until: e.Until, Why: string(e.Why), By: slices.Clone(e.By),
			Asked: h.At, Since: h.At, After: e.After, of: e.Of,
		}
		if a, ok := find(s.Asked, e.Detector); ok {
			m.Number, m.Asked = a.Number, a.Asked
		}
		if was, ok := find(s.Muted, e.Detector); ok { // for another time: it goes on
			m.Number, m.Asked, m.Since, m.After = was.Number, was.Asked, was.Since, was.After
		}
		s.Asked = without(s.Asked, e.Detector)
		if i := slices.IndexFunc(s.Muted, func(x Mute) bool { return x.Detector == e.Detector }); i >= 0 {
			s.Muted[i] = m
		} else {
			s.Muted = append(s.Muted, m)
		}
	case EventEnded:
		is := func(m Mute) bool { return m.Number == e.Number }
		s.Asked, s.Muted = slices.DeleteFunc(s.Asked, is), slices.DeleteFunc(s.Muted, is)
	}
}

// Quiet finds the mute that keeps a detector quiet at a time, under the plan that is in force then.
func (s *State) Quiet(p *plan.Plan, detector string, now time.Time) (Mute, bool) {
	m, ok := find(s.Muted, detector)
	if !ok || m.ended(p, now) != "" {
		return Mute{}, false
	}
	return m, true
}

// Standing lists what is muted and what is asked for at a time, under the plan that is in force then; what waits for a second
// person first.
func (s *State) Standing(p *plan.Plan, now time.Time) []Mute {
	return slices.DeleteFunc(slices.Concat(s.Asked, s.Muted), func(m Mute) bool { return m.ended(p, now) != "" })
}

// NextDue is when the state must be looked at again; zero if never.
func NextDue(s *State) time.Time {
	var due time.Time
	for _, m := range s.Asked {
		due = sooner(due, m.Lapses)
	}
	for _, m := range s.Muted {
		due = sooner(due, m.Until)
	}
	return due
}

// ended says how a mute is over by a time under a plan; empty if it is not.
func (m *Mute) ended(p *plan.Plan, now time.Time) string {
	switch {
	case m.State == Asked && !now.Before(m.Lapses):
		return Lapsed
	case m.State == Asked:
		return ""
	case !now.Before(m.Until):
		return Over
	case m.of != imprint(p, m.Detector), Two(p, m.Detector) && len(m.By) < 2:
		return Changed
	}
	return ""
}

func find(list []Mute, detector string) (Mute, bool) {
	i := slices.IndexFunc(list, func(m Mute) bool { return m.Detector == detector })
	if i < 0 {
		return Mute{}, false
	}
	return list[i], true
}

func without(list []Mute, detector string) []Mute {
	return slices.DeleteFunc(list, func(m Mute) bool { return m.Detector == detector })
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// sooner is the earlier of two times, of which the first may be zero: none yet.
func sooner(due, t time.Time) time.Time {
	if due.IsZero() || t.Before(due) {
		return t
	}
	return due
}
