package exercise

import (
	"cmp"
	"slices"
	"time"

	"tocsin/journal"
	"tocsin/plan"
)

// NextDue is when the session must be looked at again, in real time; zero if never.
func NextDue(s *State) time.Time {
	var due time.Time
	for _, r := range s.reminders() {
		due = sooner(due, r.at)
	}
	if r := s.Current(); r != nil && r.UnderWay() && s.Frozen == nil {
		for _, w := range r.waiting() {
			if at, ok := s.Clock.Real(w.shows); ok {
				due = sooner(due, at)
			}
		}
	}
	for i := range s.FollowUps {
		if f := &s.FollowUps[i]; f.State == FollowUpOpen && !f.Next.IsZero() {
			due = sooner(due, f.Next)
		}
	}
	return due
}

// reminder is one that has not been given.
type reminder struct {
	what string
	at   time.Time
	past time.Time // from then on it is no use any more; zero: never
}

// reminders lists what people will be reminded of by the session's own times.
func (s *State) reminders() []reminder {
	var list []reminder
	add := func(r reminder) {
		if !slices.Contains(s.Reminded, r.what) {
			list = append(list, r)
		}
	}
	switch s.Phase {
	case Planned:
		for _, r := range []reminder{
			{ReminderSoon, s.Scheduled.Add(-soonBefore), s.Scheduled.Add(-nowBefore)},
			{ReminderNow, s.Scheduled.Add(-nowBefore), s.Scheduled},
		} {
			if r.at.After(s.At) && s.invites() { // else whoever planned it has told them just now
				add(r)
			}
		}
		if !s.Unattended {
			add(reminder{what: ReminderLate, at: s.Scheduled.Add(lateAfter)})
		}
	case Running:
		if !s.Unattended {
			add(reminder{what: ReminderLong, at: s.Begun.Add(time.Duration(s.Length))})
		}
		if s.Break != nil {
			add(reminder{what: ReminderBreak, at: s.Break.Until})
		}
	}
	return list
}

// invites reports whether anybody is expected who could be reminded.
func (s *State) invites() bool {
	return !s.Surprise && slices.ContainsFunc(s.Invited, func(x Invited) bool { return !x.Asked.IsZero() && x.Answer != Absent })
}

// wait is an inject that comes by itself.
type wait struct {
	inject *plan.Inject
	shows  time.Time // exercise time when it is due
	how    string
}

// waiting lists the injects of a run under way that have a time, the earliest first.
func (r *Run) waiting() []wait {
	var list []wait
	for i := range r.Scenario.Injects {
		in := &r.Scenario.Injects[i]
		if in.Hand || r.given(in.ID) {
			continue
		}
		if in.After == "" {
			list = append(list, wait{in, r.From.Add(time.Duration(in.At)), ByTime})
			continue
		}
		if k := slices.IndexFunc(r.Reached, func(x Reached) bool { return x.Step == in.After }); k >= 0 {
			list = append(list, wait{in, r.Reached[k].Shows.Add(time.Duration(in.At)), ByStep})
		}
	}
	slices.SortStableFunc(list, func(a, b wait) int { return cmp.Or(a.shows.Compare(b.shows)) })
	return list
}

// given reports whether an inject was given.
func (r *Run) given(inject string) bool {
	return slices.ContainsFunc(r.Injected, func(x Injected) bool { return x.ID == inject })
}

// textOf is what an inject says.
func (r *Run) textOf(inject string) journal.Personal {
	i := slices.IndexFunc(r.Scenario.Injects, func(in plan.Inject) bool { return in.ID == inject })
	if i < 0 {
		return ""
	}
	return journal.Personal(clean(r.Scenario.Injects[i].Text))
}

// released reports whether a held fact was given.
func (r *Run) released(fact string) bool {
	return slices.ContainsFunc(r.Released, func(x Released) bool { return x.ID == fact })
}

// tick lets time pass: reminders that are due, and injects.
func (d *decider) tick() {
	for _, r := range d.s.reminders() {
		if !d.now.Before(r.at) {
			d.emit(EventReminded{What: r.what, Late: !r.past.IsZero() && !d.now.Before(r.past)})
		}
	}
	for i := range d.s.FollowUps {
		f := &d.s.FollowUps[i]
		if f.State == FollowUpOpen && !f.Next.IsZero() && !d.now.Before(f.Next) {
			d.emit(EventReminded{What: ReminderFollowUp, FollowUp: f.Number, Next: nextChase(f, d.now)})
		}
	}
	d.inject()
}

// inject gives what is due of the run under way.
func (d *decider) inject() {
	r := d.s.Current()
	if r == nil || !r.UnderWay() || d.s.Frozen != nil {
		return
	}
	shows := d.s.Clock.Now(d.now)
	for _, w := range r.waiting() {
		if !shows.Before(w.shows) {
			d.emit(EventInjected{Run: r.Number, ID: w.inject.ID, How: w.how, Text: r.textOf(w.inject.ID), Shows: shows})
		}
	}
}

// reach notes steps that are done, as far as an inject waits for them.
func (d *decider) reach(done []string) {
	r := d.s.Current()
	if r == nil || !r.UnderWay() || d.s.Frozen != nil {
		return
	}
	for i := range r.Scenario.Injects {
		in := &r.Scenario.Injects[i]
		if in.Hand || in.After == "" || r.given(in.ID) || !slices.Contains(done, in.After) {
			continue
		}
		if !slices.ContainsFunc(d.s.Current().Reached, func(x Reached) bool { return x.Step == in.After }) {
			d.emit(EventReached{Run: r.Number, Step: in.After, Shows: d.s.Clock.Now(d.now)})
		}
	}
	d.inject()
}

// firstChase is when the owner of a follow-up is first reminded.
func firstChase(at, until time.Time) time.Time {
	if early := until.Add(-chaseSoon); early.After(at) {
		return early
	}
	return until
}

// nextChase is when the owner of a follow-up is reminded after now; zero if not any more.
func nextChase(f *FollowUp, now time.Time) time.Time {
	switch {
	case now.Before(f.By):
		return f.By
	case f.Chased+1 >= chaseMost:
		return time.Time{}
	}
	return now.Add(chaseEvery)
}

// sooner is the earlier of two times, of which the first may be zero: none yet.
func sooner(due, t time.Time) time.Time {
	if due.IsZero() || t.Before(due) {
		return t
	}
	return due
}
