package exercise

import (
	"cmp"
	"fmt"
	"strings"

	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// Describe says in a sentence what an event means, for the moderator's log: it holds what is not for the others. The state may be any
// that holds what the event is about.
func Describe(p *plan.Plan, s *State, h Happened) string {
	t := teller{p: p, s: s, h: h}
	for _, say := range []func() string{t.session, t.course, t.run, t.after} {
		if text := say(); text != "" {
			return text
		}
	}
	return h.Event.Kind() + "."
}

// teller finds the words for one event.
type teller struct {
	p *plan.Plan
	s *State
	h Happened
}

// name is what people call somebody; Tocsin if it is nobody.
func (t *teller) name(id string) string {
	if id == "" {
		return "Tocsin"
	}
	return t.p.NameOf(id)
}

func (t *teller) names(ids []string) string { return namesOf(t.p, ids) }

func (t *teller) session() string {
	switch e := t.h.Event.(type) {
	case EventPlanned:
		say := fmt.Sprintf("%s planned an exercise for %s: %s.", t.name(e.By), moment(e.Scheduled), e.Title)
		if e.Moderator != "" {
			say += " " + t.name(e.Moderator) + " moderates."
		}
		if len(e.Watch) > 0 {
			say += " The real watch: " + t.names(e.Watch) + "."
		}
		return say
	case EventInvited:
		return t.name(e.By) + " invited " + t.names(e.People) + "."
	case EventReplied:
		say := t.name(e.Person) + " comes."
		if e.Answer == Absent {
			say = t.name(e.Person) + " cannot come."
		}
		if e.By != e.Person {
			say += " " + t.name(e.By) + " says so."
		}
		return say + because(string(e.Why))
	case EventPostponed:
		return t.name(e.By) + " moved it to " + moment(e.To) + "." + because(string(e.Why))
	case EventCancelled:
		return t.name(e.By) + " cancelled it." + because(string(e.Why))
	case EventAssigned:
		say := t.name(e.Moderator) + " moderates."
		if len(e.Watch) > 0 {
			say += " The real watch: " + t.names(e.Watch) + "."
		}
		return say
	case EventHere:
		return t.name(e.Person) + " takes part."
	case EventReminded:
		return t.reminded(e)
	}
	return ""
}

func (t *teller) reminded(e EventReminded) string {
	switch {
	case e.Late:
		return "A reminder came too late to be of use."
	case e.What == ReminderSoon:
		return "Reminder to all who are invited: it is tomorrow."
	case e.What == ReminderNow:
		return "Reminder to all who are invited: it begins in a quarter of an hour."
	case e.What == ReminderLate:
		return "Reminder to the moderator: it should have begun."
	case e.What == ReminderLong:
		return "Reminder to the moderator: the time that was planned for it is over."
	}
	if e.What == ReminderBreak {
		return "Reminder to all who are there: the break is over."
	}
	owner := "its owner"
	if f := t.s.FollowUp(e.FollowUp); f != nil {
		owner = t.name(f.Owner)
	}
	return fmt.Sprintf("Reminder to %s: follow-up %d.", owner, e.FollowUp)
}

func (t *teller) course() string {
	switch e := t.h.Event.(type) {
	case EventChosen:
		c := e.Read()
		say := fmt.Sprintf("Scenario %d: %s.", e.Run, kept(journal.Personal(c.Scenario.Name)))
		if n := len(c.Misfits); n > 0 {
			say += fmt.Sprintf(" %s of it %s not fit the plan.", things(n), doVerb(n))
		}
		return say
	case EventBegun:
		return t.name(e.By) + " began the exercise."
	case EventDescribed:
		say := fmt.Sprintf("%s read out the opening of scenario %d.", t.name(e.By), e.Run)
		if e.Chain != 0 {
			say += fmt.Sprintf(" It is played on chain %d.", e.Chain)
		}
		return say
	case EventClock:
		say := clockSays(e.Clock)
		if e.On > 0 {
			say = "The clock was moved on by " + span(e.On) + ". " + say
		}
		return say
	case EventFrozen:
		if e.Incident != "" {
			return "Something real is going on. The exercise stands still."
		}
		return t.name(e.By) + " said stop. The exercise stands still." + because(string(e.Why))
	case EventThawed:
		return t.name(e.By) + " let it go on." + because(string(e.Why))
	case EventBreak:
		return "A break until " + e.Until.UTC().Format("15:04") + " UTC."
	case EventBreakEnded:
		return "The break is over."
	case EventCompleted:
		return fmt.Sprintf("Scenario %d is completed: %s", e.Run, kept(e.Conclusion))
	case EventAborted:
		return fmt.Sprintf("Scenario %d is aborted: %s", e.Run, kept(e.Why))
	case EventEnded:
		return t.name(e.By) + " ended the exercise."
	}
	return ""
}

func (t *teller) run() string {
	switch e := t.h.Event.(type) {
	case EventJoined:
		return "Incident " + e.Incident + " belongs to it."
	case EventReached:
		return "Done: " + StepName(t.p, e.Step) + "."
	case EventInjected:
		how := map[string]string{ByTime: "by time", ByStep: "after a step", ByHand: "by hand"}[e.How]
		return "Inject " + how + ": " + kept(e.Text)
	case EventReleased:
		if e.ID == "" {
			return "Told, made up on the spot: " + kept(e.Text)
		}
		return "Told: " + kept(e.Text)
	case EventAsked:
		return t.name(e.Person) + " asks: " + kept(e.Text)
	case EventAnswered:
		return fmt.Sprintf("Question %d is answered aloud.", e.Number)
	case EventMarked:
		say := cmp.Or(map[MarkKind]string{Said: "Said", Done: "Done", Wrong: "Wrong", Unplanned: "Not in the plan"}[e.Mark], "Marked")
		if e.Step != "" {
			say += ": " + StepName(t.p, e.Step)
		}
		if e.Person != "" {
			say += ", " + t.name(e.Person)
		}
		if e.Text != "" {
			say += ": " + string(e.Text)
		}
		return say
	case EventStruck:
		if e.Lesson > 0 {
			return fmt.Sprintf("Lesson %d is taken back.", e.Lesson)
		}
		return fmt.Sprintf("Mark %d is taken back.", e.Mark)
	}
	return ""
}

func (t *teller) after() string {
	switch e := t.h.Event.(type) {
	case EventLesson:
		what := map[LessonKind]string{Mistake: "Mistake", Flaw: "Flaw of the plan", Good: "Went well"}[e.Lesson]
		return cmp.Or(what, "Lesson") + ": " + kept(e.Text)
	case EventFollowUp:
		return fmt.Sprintf("%s does by %s: %s", t.name(e.Owner), e.Until.UTC().Format("2 January 2006"), kept(e.Text))
	case EventFollowUpEnded:
		how := "done."
		if e.Declined {
			how = "declined."
		}
		return fmt.Sprintf("Follow-up %d is %s%s", e.Number, how, because(string(e.Why)))
	case EventLink:
		return "Link to " + cmp.Or(map[string]string{"video": "the video", "notes": "the notes"}[e.Link], "more") + ": " + kept(e.URL)
	case EventRedacted:
		texts := "1 text"
		if e.Texts > 1 {
			texts = fmt.Sprintf("%d texts", e.Texts)
		}
		return t.name(e.By) + " removed " + texts + " about people from the record: " + e.Why
	case EventSeen:
		return t.name(e.Person) + " has seen the report."
	case EventPublished:
		return t.name(e.By) + " published the report without names."
	}
	return ""
}

// StepName is what people call a step, "procedure/step"; the reference itself if the plan does not hold it.
func StepName(p *plan.Plan, ref string) string {
	procedure, id, _ := plan.SplitStep(ref)
	if st, ok := p.Step(procedure, id); ok {
		return st.Name
	}
	return ref
}

func clockSays(c incident.Clock) string {
	at := c.Shows.UTC().Format("15:04:05") + " UTC"
	switch c.Speed {
	case 0:
		return "The clock stands still at " + at + "."
	case 1:
		return "The clock goes on from " + at + "."
	}
	return fmt.Sprintf("The clock goes on from %s, %d times as fast as time.", at, c.Speed)
}

// kept is a text that somebody had to write; if it is empty it was removed since.
func kept(text journal.Personal) string { return cmp.Or(string(text), "(removed)") }

func because(why string) string {
	if why == "" {
		return ""
	}
	return " “" + why + "”"
}

func things(n int) string {
	if n == 1 {
		return "1 thing"
	}
	return fmt.Sprintf("%d things", n)
}

func doVerb(n int) string {
	if n == 1 {
		return "does"
	}
	return "do"
}

// and joins words as a sentence does.
func and(list []string) string {
	switch n := len(list); n {
	case 0:
		return "nobody"
	case 1:
		return list[0]
	default:
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
}
