package incident

import (
	"slices"
	"time"

	"tocsin/journal"
)

// Apply makes an event part of the state. It never fails on stored history: what refers to nothing is ignored.
func (s *State) Apply(h Happened) {
	s.Version++
	s.Last = h.At
	s.Carried(h.Command)
	if h.Actor.Kind == journal.Person {
		s.saw(h.Actor.ID, h.At)
	}
	switch e := h.Event.(type) {
	case EventOpened:
		s.ID, s.Protocol, s.Plan, s.Exercise, s.Stopped = e.ID, e.Protocol, e.Plan, e.Exercise, e.Stopped
		s.Title, s.Issue, s.Candidates = e.Title, e.Issue, e.Candidates
		s.Category, s.Severity, s.Asset = e.Category, e.Severity, e.Asset
		s.Phase, s.Opened, s.Moments.Detected = Detected, h.At, h.At
	case EventFinding:
		s.Findings = append(s.Findings, e.Finding)
		s.noteMalicious(&s.Findings[len(s.Findings)-1])
		if s.Phase.AtLeast(Validated) && e.Finding.Follows == "" {
			s.QuietFrom = h.At // the quiet begins anew
		}
		if e.Finding.Worse {
			s.Rang = total(s.harm()).String()
			s.Seconds = nil // whoever asked for less did not know of this
		}
	case EventRetracted:
		s.retract(func(f *Finding) bool { return f.ID == e.Finding }, e.Why)
	case EventEscalated:
		if !slices.Contains(s.Escalated, e.Moment) {
			s.Escalated = append(s.Escalated, e.Moment)
		}
		switch e.Moment {
		case momentEveryone:
			s.Everyone = h.At
		case momentDetection:
			s.Rang = total(s.harm()).String()
		}
	case EventSecondWanted:
		s.Seconds = append(s.Seconds, Second{What: e.What, By: e.By, At: h.At, Why: string(e.Why), To: e.To})
	case EventSeverity:
		s.Severity = e.To
		s.dropSecond(whatLower)
		s.dropSecond(whatWaive) // what it concerns may be other communications now
	case EventCorrected:
		s.applyCorrected(e, h.At)
	case EventNoted:
		s.Notes = append(s.Notes, Note{By: e.By, At: h.At, Text: string(e.Text)})
	default:
		if !s.applyExercise(h) && !s.applyMerge(h) && !s.applyAdopted(h) && !s.applyOffer(h) && !s.applyTrust(h) && !s.applyPeople(h) && !s.applyCourse(h) && !s.applyStep(h) && !s.applyDecision(h) && !s.applyClock(h) {
			s.applyUpdate(h)
		}
	}
}

// Carried remembers that a command was carried out, so that the same one changes nothing more. Apply does it for what
// happened; whoever applies events before they are stored leaves their command empty and calls Carried once they are.
func (s *State) Carried(command string) {
	if command == "" {
		return
	}
	if s.commands == nil {
		s.commands = map[commandKey]bool{}
	}
	s.commands[keyOf(command)] = true
}

// applyPeople applies the events of paging and muster; false if h is not one.
func (s *State) applyPeople(h Happened) bool {
	switch e := h.Event.(type) {
	case EventPageRequested:
		s.Pages = append(s.Pages, Page{ID: e.Page, Person: e.Person, Why: e.Why, Quiet: e.Quiet, Requested: h.At, State: Ringing, NextRing: h.At})
	case EventPageRung:
		if p := s.page(e.Page); p != nil {
			p.Rung++
			p.NextRing = e.Next
			p.Calls = append(p.Calls, Call{Delivery: e.Delivery, Contact: e.Contact, At: h.At})
		}
	case EventCallOutcome:
		if c := s.call(e.Delivery); c != nil {
			c.Outcome, c.Say = e.Outcome, e.Say
		}
	case EventPageEnded:
		if p := s.page(e.Page); p != nil {
			p.State, p.Ended = e.State, h.At
		}
	case EventAnswered:
		a := Answer{Person: e.Person, Answer: e.Answer, At: h.At, Note: string(e.Note)}
		s.Answers = append(slices.DeleteFunc(s.Answers, func(b Answer) bool { return b.Person == e.Person }), a)
		if e.Answer == Cannot {
			s.dropOffers(func(o Offer) bool { return o.To == e.Person })
		}
		if s.Moments.FirstAnswer.IsZero() && e.Answer != Cannot {
			s.Moments.FirstAnswer = h.At
		}
	case EventRoleTaken:
		s.dropOffers(func(o Offer) bool { return o.Role == e.Role })
		s.Roles = slices.DeleteFunc(s.Roles, func(r Holding) bool { return r.Role == e.Role })
		if e.Person != "" {
			s.Roles = append(s.Roles, Holding{Role: e.Role, Person: e.Person, Since: h.At})
		}
	case EventMustered:
		s.Moments.Mustered = h.At
	default:
		return s.applyMuster(h)
	}
	return true
}

// applyCourse applies the events of phases and steps; false if h is not one.
func (s *State) applyCourse(h Happened) bool {
	switch e := h.Event.(type) {
	case EventValidated:
		if e.Issue != s.Issue {
			s.Led = ""
		}
		s.Phase, s.Issue, s.Category, s.Severity = Validated, e.Issue, e.Category, e.Severity
		if s.Moments.Validated.IsZero() {
			s.Moments.Validated = h.At
		}
		s.QuietFrom = h.At
		s.dropSecond(whatDismiss)
		s.dropSecond(whatWaive)
	case EventDismissed:
		s.Phase, s.Moments.Dismissed = Dismissed, h.At
		s.dropSecond(whatDismiss)
	case EventProcedureBegun:
		s.Procedure = e.Procedure
		// Steps of another procedure may have the same ids; those that were added on the spot belong to none.
		s.Steps = slices.DeleteFunc(s.Steps, func(st Step) bool { return s.added(st.Step) == nil })
		if s.Led != e.Procedure {
			s.Led = ""
		}
	case EventStepBegun:
		st := s.step(e.Step)
		*st = Step{Step: e.Step, State: UnderWay, By: e.By, Begun: h.At}
	case EventStepEnded:
		st := s.step(e.Step)
		if st.Begun.IsZero() {
			st.Begun = h.At
		}
		st.State, st.By, st.Ended, st.Note = e.State, e.By, h.At, string(e.Note)
	case EventContained:
		s.Phase = Contained
		s.Moments.Contained = h.At
		s.Seconds = nil
	case EventResolved:
		s.Phase, s.Moments.Resolved = Resolved, h.At
		s.dropSecond(whatResolve)
		s.dropSecond(whatResolveDespite)
	case EventClosed:
		s.Phase, s.Moments.Closed = Closed, h.At
		s.dropSecond(whatCloseDespite)
	case EventReopened:
		if s.Phase != Contained {
			s.Answers, s.Roles = nil, nil // they have gone; who is there must be asked anew
		}
		s.Phase, s.Into = e.Phase, nil
		s.QuietFrom, s.Everyone, s.Reopened = h.At, h.At, h.At
		s.Seconds, s.Offers = nil, nil
		s.voidCorrections()
		m := &s.Moments
		m.Contained, m.Resolved, m.Closed, m.Dismissed = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	default:
		return false
	}
	return true
}

// applyDecision applies the events of decisions and actions; false if h is not one.
func (s *State) applyDecision(h Happened) bool {
	switch e := h.Event.(type) {
	case EventDecisionOpened:
		s.Decisions = append(s.Decisions, decisionOf(e, h.At))
		if u := s.Update(e.Subject.Ref); e.Subject.Kind == SubjectUpdate && u != nil {
			u.State, u.Text = Asked, e.Text
		}
	case EventApproval:
		if d := s.Decision(e.Decision); d != nil {
			d.Approvals = append(slices.DeleteFunc(d.Approvals, func(a Approval) bool { return a.Person == e.Approval.Person }), e.Approval)
		}
	case EventDecisionSettled:
		if d := s.Decision(e.Decision); d != nil {
			d.State, d.Settled = e.State, h.At
			if e.State == Met && s.Moments.Decided.IsZero() {
				s.Moments.Decided = h.At
			}
			if u := s.Update(d.Subject.Ref); d.Subject.Kind == SubjectUpdate && u != nil && u.State == Asked {
				u.State = Owed // if it was met, what has been approved is posted next
			}
		}
	case EventNotActed:
		s.NotActed = append(slices.DeleteFunc(s.NotActed, func(n NotActed) bool { return n.Issue == e.Issue }), NotActed{e.Issue, e.Action, e.Why, h.At})
	case EventActionOrdered:
		s.Actions = append(s.Actions, Action{
			ID: e.ID, Action: e.Action, Step: e.Step, Decision: e.Decision, Prepared: e.Prepared, Send: e.Send, State: Ordered, Ordered: h.At,
		})
		s.Actions[len(s.Actions)-1].authorised(s)
		s.dropSecond(whatDismiss) // it is being acted upon
	case EventActionSigned:
		if a := s.Action(e.ID); a != nil {
			a.State, a.Waits = Signed, ""
			a.Sends = append(a.Sends, e.Tx)
		}
	case EventActionSent:
		if a := s.Action(e.ID); a != nil {
			a.State = Sent
		}
	case EventActionLanded:
		s.dropSecond(whatDismiss)
		if a := s.Action(e.ID); a != nil {
			a.State, a.Landed, a.Waits = LandedOnce, &e.Landing, ""
		}
	case EventActionUnlanded:
		s.dropSecond(whatDismiss)
		if a := s.Action(e.ID); a != nil {
			a.State, a.Landed, a.Say, a.Verified = Sent, nil, e.Why, time.Time{}
		}
	case EventEffect:
		if a := s.Action(e.ID); a != nil {
			a.Got, a.Block, a.State = e.Got, e.Block, e.State
			if e.Holds {
				a.Verified = h.At
				s.QuietFrom = h.At
			}
		}
	case EventActionFailed:
		if a := s.Action(e.ID); a != nil {
			a.State, a.Say, a.Waits = Gone, e.Why, ""
		}
	case EventActionRetried:
		s.dropSecond(whatDismiss)
		if a := s.Action(e.ID); a != nil {
			a.State, a.Landed, a.Say, a.Sends, a.Fills = Ordered, nil, "", nil, nil // none of the earlier can land any more
		}
	default:
		return s.applySafe(h) || s.applyBypass(h) || s.applyWait(h) || s.applyTaken(h)
	}
	return true
}

// applyUpdate applies the events of updates.
func (s *State) applyUpdate(h Happened) {
	switch e := h.Event.(type) {
	case EventUpdateOwed:
		s.Updates = append(s.Updates, Update{ID: e.ID, Communication: e.Communication, Number: e.Number, Due: e.Due, Since: h.At, State: Owed})
	case EventUpdateReminded:
		if u := s.Update(e.ID); u != nil {
			u.Reminded = true
			if e.Delivery != "" {
				u.Sent = append(u.Sent, Call{Delivery: e.Delivery, Contact: e.Contact, At: h.At})
			}
		}
	case EventUpdatePosted:
		if u := s.Update(e.ID); u != nil {
			for i := range s.Updates { // what did not get through before is said anew by this
				if x := &s.Updates[i]; x.Communication == u.Communication {
					x.Waiting = nil
				}
			}
			u.State, u.Text, u.By, u.Posted, u.ByHand = Posted, e.Text, e.By, h.At, e.ByHand
			for _, d := range e.Deliveries {
				u.Sent = append(u.Sent, Call{Delivery: d.Delivery, Contact: d.Channel, At: h.At})
			}
		}
		if e.Postmortem {
			s.Postmortem = e.Text
		}
		if e.Public && s.Moments.FirstPublic.IsZero() {
			s.Moments.FirstPublic = h.At
		}
	case EventUpdateEnded:
		if u := s.Update(e.ID); u != nil {
			u.State = Ended
		}
	}
}

func (s *State) dropSecond(what string) {
	s.Seconds = slices.DeleteFunc(s.Seconds, func(x Second) bool { return x.What == what })
}
