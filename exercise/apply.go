package exercise

import (
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/journal"
)

// Apply makes an event part of the state. It never fails: what does not fit changes nothing.
func (s *State) Apply(h Happened) {
	s.Version, s.Last = h.Seq, h.At
	if h.Command != "" {
		if s.commands == nil {
			s.commands = map[string]bool{}
		}
		s.commands[h.Command] = true
	}
	if s.applyAsked(h) || s.applyBreak(h) || s.applySession(h) || s.applyCourse(h) || s.applyRun(h) {
		return
	}
	s.applyAfter(h)
}

// applySession applies the events that surround a session; false if h is not one.
func (s *State) applySession(h Happened) bool {
	switch e := h.Event.(type) {
	case EventPlanned:
		s.ID, s.Protocol, s.Plan, s.Title, s.Scheduled, s.Length = e.ID, e.Protocol, e.Plan, e.Title, e.Scheduled, e.Length
		s.Phase, s.By, s.At, s.Moderator, s.Watch, s.Surprise, s.Unattended = Planned, e.By, h.At, e.Moderator, e.Watch, e.Surprise, e.Unattended
	case EventInvited:
		for _, id := range e.People {
			x := s.somebody(id)
			x.Asked = h.At
		}
	case EventReplied:
		x := s.somebody(e.Person)
		x.Answer, x.At, x.Why = e.Answer, h.At, string(e.Why)
	case EventPostponed:
		s.Scheduled, s.Why, s.At, s.Reminded = e.To, string(e.Why), h.At, nil
		s.Moved++
		for i := range s.Invited { // they are asked anew
			s.Invited[i].Answer, s.Invited[i].Why, s.Invited[i].At, s.Invited[i].Asked = "", "", time.Time{}, h.At
		}
	case EventAssigned:
		if e.Moderator != s.Moderator {
			s.Moderator = e.Moderator
			s.Moved++
		}
		s.Watch = e.Watch
	case EventCancelled:
		s.Phase, s.Why, s.Ended = Cancelled, string(e.Why), h.At
		s.Moved++
	case EventHere:
		s.somebody(e.Person).Came = true
	case EventReminded:
		s.reminded(e)
	default:
		return false
	}
	return true
}

// applyCourse applies the events that begin, halt and end a session; false if h is not one.
func (s *State) applyCourse(h Happened) bool {
	switch e := h.Event.(type) {
	case EventBegun:
		s.Phase, s.Begun, s.Speed, s.Clock = Running, h.At, e.Speed, e.Clock
	case EventClock:
		s.Clock, s.Speed = e.Clock, e.Speed
	case EventFrozen:
		s.Clock = e.Clock
		f := Freeze{At: h.At, By: e.By, Why: string(e.Why), Incident: e.Incident, Speed: e.Speed, Shows: e.Clock.Shows}
		if s.Frozen != nil { // somebody had said stop, and now there is a real incident
			f.At, f.Speed = s.Frozen.At, s.Frozen.Speed
		}
		s.Frozen = &f
	case EventThawed:
		s.Clock = e.Clock
		s.thaw(h.At, e.Why)
	case EventEnded:
		s.Phase, s.Ended, s.Clock = Ended, h.At, e.Clock
		s.thaw(h.At, "")
		for _, id := range e.Came {
			s.somebody(id).Came = true
		}
		s.Runs = slices.DeleteFunc(s.Runs, func(r Run) bool { return r.Described.IsZero() })
	default:
		return false
	}
	return true
}

// applyRun applies the events of a run; false if h is not one.
func (s *State) applyRun(h Happened) bool {
	switch e := h.Event.(type) {
	case EventChosen:
		s.Runs = slices.DeleteFunc(s.Runs, func(r Run) bool { return r.Described.IsZero() })
		c := e.Read()
		s.Runs = append(s.Runs, Run{Number: len(s.Runs) + 1, Scenario: c.Scenario, Library: c.Library, World: c.World, Misfits: c.Misfits})
	case EventDescribed:
		if r := s.Run(e.Run); r != nil {
			r.Described, r.From, s.Clock = h.At, e.Clock.Shows, e.Clock
			r.Plan, r.Chain = e.Plan, e.Chain
		}
	case EventJoined:
		if r := s.Run(e.Run); r != nil {
			r.Incidents = append(r.Incidents, e.Incident)
		}
	case EventReached:
		if r := s.Run(e.Run); r != nil {
			r.Reached = append(r.Reached, Reached{Step: e.Step, Shows: e.Shows})
		}
	case EventInjected:
		if r := s.Run(e.Run); r != nil {
			r.Injected = append(r.Injected, Injected{ID: e.ID, At: h.At, Shows: e.Shows, How: e.How, By: e.By})
		}
	case EventReleased:
		if r := s.Run(e.Run); r != nil {
			r.Released = append(r.Released, Released{
				ID: e.ID, Text: string(e.Text), Evidence: e.Evidence, Question: string(e.Question), At: h.At, Shows: e.Shows,
			})
		}
	case EventMarked:
		if r := s.Run(e.Run); r != nil {
			r.Marks = append(r.Marks, Mark{
				Number: e.Number, At: h.At, Shows: e.Shows, Kind: e.Mark, Step: e.Step, Person: e.Person, Text: string(e.Text),
			})
		}
	case EventCompleted:
		s.over(e.Run, Completed, e.Conclusion, e.Clock, h.At)
	case EventAborted:
		s.over(e.Run, Aborted, e.Why, e.Clock, h.At)
	default:
		return false
	}
	return true
}

// applyAfter applies the events of what was learned.
func (s *State) applyAfter(h Happened) {
	switch e := h.Event.(type) {
	case EventLesson:
		s.Lessons = append(s.Lessons, Lesson{
			Number: e.Number, Run: e.Run, Kind: e.Lesson, Text: string(e.Text), Step: e.Step, Person: e.Person, By: e.By, At: h.At,
		})
	case EventStruck:
		s.strike(e)
	case EventFollowUp:
		s.FollowUps = append(s.FollowUps, FollowUp{
			Number: e.Number, Text: string(e.Text), Owner: e.Owner, By: e.Until, Run: e.Run, Lesson: e.Lesson, Asked: e.By, At: h.At,
			State: FollowUpOpen, Next: firstChase(h.At, e.Until),
		})
	case EventFollowUpEnded:
		if f := s.FollowUp(e.Number); f != nil {
			f.State, f.Why, f.Closed, f.Closer, f.Next = FollowUpDone, string(e.Why), h.At, e.By, time.Time{}
			if e.Declined {
				f.State = FollowUpDeclined
			}
		}
	case EventLink:
		s.Links = append(s.Links, Link{Kind: e.Link, URL: string(e.URL), By: e.By, At: h.At})
	case EventSeen:
		s.somebody(e.Person).Seen = h.At
	case EventPublished:
		s.Published = append(s.Published, Publication{By: e.By, At: h.At})
	}
}

// somebody is what is known of a person; new if nothing was.
func (s *State) somebody(id string) *Invited {
	if x := s.Person(id); x != nil {
		return x
	}
	s.Invited = append(s.Invited, Invited{Person: id})
	return &s.Invited[len(s.Invited)-1]
}

// over ends a run.
func (s *State) over(run int, outcome string, say journal.Personal, clock incident.Clock, at time.Time) {
	if r := s.Run(run); r != nil {
		r.Completed, r.To, r.Outcome, r.Conclusion = at, clock.Shows, outcome, string(say)
		s.Clock = clock
	}
}

// thaw ends what froze the session.
func (s *State) thaw(at time.Time, why journal.Personal) {
	if s.Frozen == nil {
		return
	}
	f := *s.Frozen
	f.Until, f.Thawed = at, string(why)
	s.Freezes, s.Frozen = append(s.Freezes, f), nil
}

func (s *State) strike(e EventStruck) {
	if i := e.Lesson - 1; i >= 0 && i < len(s.Lessons) {
		s.Lessons[i].Struck = true
	}
	if r := s.Run(e.Run); r != nil && e.Mark >= 1 && e.Mark <= len(r.Marks) {
		r.Marks[e.Mark-1].Struck = true
	}
}

func (s *State) reminded(e EventReminded) {
	if e.What != ReminderFollowUp {
		s.Reminded = append(s.Reminded, e.What)
		return
	}
	if f := s.FollowUp(e.FollowUp); f != nil {
		f.Chased++
		f.Next = e.Next
	}
}

// FollowUp finds a follow-up by its number, nil if there is none.
func (s *State) FollowUp(number int) *FollowUp {
	if number < 1 || number > len(s.FollowUps) {
		return nil
	}
	return &s.FollowUps[number-1]
}
