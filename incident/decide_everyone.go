package incident

import (
	"fmt"
	"slices"
	"time"

	"tocsin/plan"
)

// whyEveryone is why everybody is called.
const whyEveryone = "not enough people have come"

// tickEveryone calls everybody once it is time to: all who have not said whether they come, or all who have not come if
// none else is left. If nobody at all is there, the operator of the server is told, too.
func (d *decider) tickEveryone() {
	t := everyoneTime(d.p, d.s, wantingOf(d.p, d.s, d.now))
	if t.IsZero() || d.now.Before(t) {
		return
	}
	d.emit(EventEscalated{Moment: momentEveryone})
	if d.s.deserted() {
		d.alarm()
	}
	for _, who := range everyone(d.p, d.s, d.now) {
		d.callPerson(who, whyEveryone)
	}
}

// everyone lists who is called when not enough people have come. Those who cannot are left in peace as long as there is
// anybody else, and for a while after they have said so.
func everyone(p *plan.Plan, s *State, now time.Time) []string {
	missing := slices.DeleteFunc(told(p, s, momentEveryone, now), s.here)
	if silent := slices.DeleteFunc(slices.Clone(missing), s.cannot); len(silent) > 0 {
		return silent
	}
	return slices.DeleteFunc(missing, func(who string) bool { return now.Before(s.Answer(who).At.Add(leftInPeace)) })
}

// leftInPeace is how long somebody who has said no, or has left, is not called because others do not come either.
const leftInPeace = 5 * time.Minute

// everyoneTime is when everybody is paged (again) because people are missing; zero if none are. Where nobody is there and
// nobody is being called any more, it is not waited for: something rings until somebody answers. Where all have said that they
// cannot, it is when the first of them may be asked again.
func everyoneTime(p *plan.Plan, s *State, m Muster) time.Time {
	if !m.Short {
		return time.Time{}
	}
	from := s.Opened
	if s.Everyone.After(from) {
		from = s.Everyone
	}
	wait := p.Escalation.Everyone.Or(15 * time.Minute)
	missing := slices.DeleteFunc(told(p, s, momentEveryone, s.Last), s.here)
	if slices.ContainsFunc(missing, func(who string) bool { return !s.cannot(who) }) {
		if s.deserted() && !slices.ContainsFunc(s.Pages, func(pg Page) bool { return pg.State == Ringing }) {
			wait = min(wait, p.Escalation.RingEvery.Or(2*time.Minute)) // not at once, or somebody who cannot be reached is called without end
		}
		return from.Add(wait)
	}
	var again time.Time
	for _, who := range missing {
		if t := s.Answer(who).At.Add(leftInPeace); again.IsZero() || t.Before(again) {
			again = t
		}
	}
	if t := from.Add(wait); t.After(again) {
		return t
	}
	return again
}

// deserted reports whether nobody has come.
func (s *State) deserted() bool {
	return !slices.ContainsFunc(s.Answers, func(a Answer) bool { return a.Comes() })
}

// cannot reports whether a person has said that they cannot come.
func (s *State) cannot(person string) bool {
	a := s.Answer(person)
	return a != nil && a.Answer == Cannot
}

// cannotSince reports whether a person has said since a time that they cannot come, or has left.
func (s *State) cannotSince(person string, t time.Time) bool {
	return s.cannot(person) && !s.Answer(person).At.Before(t)
}

// alarm tells those who watch the server, and the room of the responders where Tocsin can write into it, that nobody comes.
func (d *decider) alarm() {
	e := EventNobody{}
	id := func(to string) string { return fmt.Sprintf("%s/alarm/%d/%s", d.s.ID, len(d.s.Alarms)+1, to) }
	e.Deliveries = append(e.Deliveries, Post{Delivery: id(terminal), Kind: terminal, To: "operator"})
	for _, c := range d.p.Communications {
		if c.Audience != "responders" || !concerns(c, d.s) {
			continue
		}
		for _, ch := range channelsOf(d.p, c) {
			if Posts(ch.Kind) && ch.Kind != terminal && !ch.Public && !slices.ContainsFunc(e.Deliveries, func(p Post) bool { return p.Channel == ch.ID }) {
				e.Deliveries = append(e.Deliveries, Post{Delivery: id(ch.ID), Channel: ch.ID, Kind: ch.Kind, To: ch.To})
			}
		}
	}
	d.emit(e)
}

// terminal is the kind of channel that every server has: its own.
const terminal = "terminal"
