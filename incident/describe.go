package incident

import (
	"fmt"
	"strings"

	"tocsin/journal"
	"tocsin/plan"
)

// Describe says in one sentence what happened, for the timeline.
func Describe(p *plan.Plan, s *State, h Happened) string {
	name := func(id string) string {
		if id == "" || id == "Tocsin" {
			return "Tocsin"
		}
		return NameOf(p, id)
	}
	step := func(id string) string {
		return stepTitle(p, s, id)
	}
	decided := func(id string) string {
		if d := s.Decision(id); d != nil {
			return d.Name(p)
		}
		return id
	}
	acted := func(id string) string {
		if a := s.Action(id); a != nil && a.Prepared != nil {
			return a.Prepared.Words.Title
		}
		return id
	}
	told := func(id string) string {
		if u := s.Update(id); u != nil {
			if c, ok := p.Communication(u.Communication); ok {
				return c.Name
			}
		}
		return id
	}
	quote := func(t journal.Personal) string {
		if t == "" {
			return ""
		}
		return " “" + string(t) + "”"
	}
	switch e := h.Event.(type) {
	case EventClock:
		return e.describe(h.At)
	case EventOpened:
		if h.Actor.Kind == journal.Person {
			return name(h.Actor.ID) + " says that something is wrong: " + e.Title + "."
		}
		return "Tocsin opened the incident: " + e.Title + "."
	case EventFinding:
		if e.Finding.Worse {
			return "It got worse: " + e.Finding.Say
		}
		if e.Finding.Follows != "" {
			return e.Finding.Say + " That follows from what was done: " + e.Finding.Follows
		}
		return e.Finding.Say
	case EventRetracted:
		return "A finding no longer counts: " + e.Why
	case EventEscalated:
		if e.Moment == momentEveryone {
			return "Not enough people have come: everybody is called."
		}
		return "The people to be told on " + e.Moment + " are called."
	case EventNobody:
		return "Nobody has come. Whoever watches the server is told, and everybody is called until somebody answers."
	case EventOutOfReach:
		return strings.Join(append([]string{sayOutOfReach(p, decided(e.Decision), e.Lost, e.Could)}, e.Instead...), " ")
	case EventWithinReach:
		return decided(e.Decision) + " can be decided again."
	case EventSeen:
		return name(e.Person) + " is there: they use the incident’s page."
	case EventWentQuiet:
		return name(e.Person) + " has not said that they are still there, and counts as gone."
	case EventPageRequested:
		if e.Quiet {
			return name(e.Person) + " is asked, without being rung: " + e.Why
		}
		return name(e.Person) + " is called: " + e.Why + "."
	case EventPageRung:
		who := ""
		if pg := s.page(e.Page); pg != nil {
			who = name(pg.Person)
		}
		return fmt.Sprintf("%s is called by %s.", who, e.Contact)
	case EventCallOutcome:
		message := s.messageOf(p, e.Delivery)
		switch e.Outcome {
		case "landed":
			return message + " was handed over. " + e.Say
		case "unknown":
			return message + " was sent; nobody knows whether it arrived. " + e.Say
		}
		return message + " could not be delivered: " + e.Say
	case EventPageEnded:
		who := ""
		if pg := s.page(e.Page); pg != nil {
			who = name(pg.Person)
		}
		switch e.State {
		case Answered:
			return who + " is no longer called: they answered."
		case Exhausted:
			return who + " has not answered on any way."
		}
		return who + " is no longer called."
	case EventAnswered:
		switch e.Answer {
		case Coming:
			return name(e.Person) + " is coming." + quote(e.Note)
		case ComingNoSign:
			return name(e.Person) + " is coming, and cannot sign." + quote(e.Note)
		}
		return name(e.Person) + " cannot come." + quote(e.Note)
	case EventRoleTaken:
		r, _ := p.Role(e.Role)
		if e.Person == "" {
			return "Nobody is " + strings.ToLower(r.Name) + " any more."
		}
		return name(e.Person) + " is " + strings.ToLower(r.Name) + "."
	case EventRoleOffered, EventRoleDeclined, EventLeft, EventCorrected, EventDistrusted, EventTrusted, EventRestricted, EventRevealed:
		return describeChange(p, e)
	case EventMustered:
		return "Enough people have come."
	case EventMerged, EventAbsorbed, EventReleased, EventAdopted:
		say, _ := describeMerge(p, h)
		return say
	case EventValidated:
		if e.Finding != "" {
			return "Tocsin says that it is real, as the plan wants it: " + foundBy(p, s, e.Finding)
		}
		return name(e.By) + " says that it is real." + quote(e.Note)
	case EventSecondWanted:
		what := askedIn(p, e.What, e.To)
		return fmt.Sprintf("%s asks to %s; a second person has to confirm it.%s", name(e.By), what, quote(e.Why))
	case EventDismissed:
		return name(e.By) + " dismissed it." + quote(e.Why)
	case EventSeverity:
		sev, _ := p.Severity(e.To)
		return fmt.Sprintf("%s set the severity to %s.%s", actorName(p, h.Actor), sev.Name, quote(e.Why))
	case EventProcedureBegun:
		proc, ok := p.Procedure(e.Procedure)
		if !ok {
			return "The plan has no procedure for it."
		}
		return "The procedure is: " + proc.Name + "."
	case EventStepBegun:
		return name(e.By) + " began: " + step(e.Step) + "."
	case EventStepEnded:
		switch e.State {
		case Skipped:
			return name(e.By) + " skipped: " + step(e.Step) + "." + quote(e.Note)
		case Failed:
			return step(e.Step) + " failed." + quote(e.Note)
		}
		return name(e.By) + " finished: " + step(e.Step) + "." + quote(e.Note)
	case EventDecisionOpened:
		if e.Armed != nil {
			return describeArmed(p, s, e)
		}
		if e.Subject.Kind == SubjectRejection {
			return name(e.Proposer) + " asks the owners of the Safe to use up its nonce, so that what they signed cannot be carried out: " + decided(e.ID) + "." + quote(e.Why)
		}
		return "Asked for a decision: " + decided(e.ID) + "."
	case EventApproval:
		yes := "signed yes to"
		if e.Approval.Choice != "approve" {
			yes = "signed no to"
		}
		if at := e.Approval.Attested; at != nil {
			yes = strings.Replace(yes, "signed", "said", 1)
			return fmt.Sprintf("%s %s: %s. %s attests it: it came over %s, and they were called back over %s.%s", name(e.Approval.Person), yes, decided(e.Decision), name(at.By), at.Came, at.How, quote(at.Words))
		}
		return fmt.Sprintf("%s %s: %s.", name(e.Approval.Person), yes, decided(e.Decision))
	case EventDecisionSettled:
		switch e.State {
		case Met:
			return "Decided: " + decided(e.Decision) + "."
		default:
			return fmt.Sprintf("The decision %s is %s. %s", decided(e.Decision), e.State, e.Say)
		}
	case EventNotActed:
		return fmt.Sprintf("Tocsin does not do by itself what the plan lets it do about %s: %s", issueTitle(p, e.Issue), e.Why)
	case EventActionOrdered:
		return "Tocsin begins: " + acted(e.ID) + "."
	case EventActionSigned:
		return fmt.Sprintf("%s: the transaction is signed and stored (nonce %d).", acted(e.ID), e.Tx.Nonce)
	case EventActionSent:
		if a := s.Action(e.ID); a != nil && a.Prepared != nil && a.Prepared.Status != nil {
			return acted(e.ID) + ": the status file is signed."
		}
		if a := s.Action(e.ID); a != nil && a.asks() {
			return fmt.Sprintf("%s: the request is made of %s.", acted(e.ID), a.Prepared.Words.Target)
		}
		return acted(e.ID) + ": the chain took the transaction."
	case EventActionLanded:
		if a := s.Action(e.ID); a != nil && a.Prepared != nil && a.Prepared.Status != nil {
			return fmt.Sprintf("%s: the status file says %s.", acted(e.ID), a.Prepared.Status.Says())
		}
		if a := s.Action(e.ID); a != nil && a.asks() {
			return fmt.Sprintf("%s: %s took the request; it answered %d.", acted(e.ID), a.Prepared.Words.Target, e.Landing.Status)
		}
		if e.Landing.Status == 0 {
			return fmt.Sprintf("%s: the transaction failed in block %d.", acted(e.ID), e.Landing.Block)
		}
		return fmt.Sprintf("%s: landed in block %d.", acted(e.ID), e.Landing.Block)
	case EventActionUnlanded:
		return acted(e.ID) + ": its block is no longer part of the chain; it is sent again. " + e.Why
	case EventEffect:
		a := s.Action(e.ID)
		fn := "the effect"
		if a != nil && a.Prepared != nil && a.Prepared.Effect != nil {
			fn = a.Prepared.Effect.Reads()
		}
		if a != nil && a.asks() {
			switch e.State {
			case Verified:
				return fmt.Sprintf("%s: verified from outside, %s.", acted(e.ID), e.Got)
			case Unneeded:
				return fmt.Sprintf("%s: in effect already, %s; nothing more is needed.", acted(e.ID), e.Got)
			}
			return fmt.Sprintf("%s: not in effect yet, %s.", acted(e.ID), e.Got)
		}
		switch e.State {
		case Verified:
			return fmt.Sprintf("%s: verified, %s reads %s at block %d.", acted(e.ID), fn, e.Got, e.Block)
		case Unneeded:
			return fmt.Sprintf("%s: in effect already, %s reads %s at block %d; nothing is sent.", acted(e.ID), fn, e.Got, e.Block)
		}
		return fmt.Sprintf("%s: not in effect yet, %s reads %s at block %d.", acted(e.ID), fn, e.Got, e.Block)
	case EventActionFailed:
		return acted(e.ID) + " failed: " + e.Why
	case EventActionRetried:
		return actorName(p, h.Actor) + " has it tried again: " + acted(e.ID) + "."
	case EventContained:
		return "Contained. " + e.How
	case EventUpdateOwed:
		return fmt.Sprintf("%s is owed by %s.", told(e.ID), clockFrom(h.At, e.Due))
	case EventUpdateReminded:
		if e.Person != "" {
			return name(e.Person) + " is reminded: " + told(e.ID) + "."
		}
		return told(e.ID) + " is due."
	case EventUpdatePosted:
		return name(e.By) + " posted: " + told(e.ID) + "."
	case EventUpdateEnded:
		return told(e.ID) + " is no longer owed. " + e.Why
	case EventResolved:
		return name(e.By) + " says that service is restored." + quote(e.Note) + despite(e.Missing, e.Despite)
	case EventClosed:
		return name(e.By) + " closed the incident." + quote(e.Note) + despite(e.Missing, e.Despite)
	case EventReopened:
		return "Reopened." + quote(e.Why)
	case EventNoted:
		return name(e.By) + ":" + quote(e.Text)
	case EventRedacted:
		return describeRedacted(e, name)
	}
	if say, ok := describeSafe(p, s, h); ok {
		return say
	}
	return describeClock(p, s, h, name, told, step)
}
