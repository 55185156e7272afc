package exercise

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// Notice is a message that a person is owed about a session. It rings nobody out of bed but where Urgent says so.
type Notice struct {
	Person  string          `json:"person"`
	Kind    string          `json:"kind"` // one of the Notice constants
	Subject string          `json:"subject"`
	Text    string          `json:"text"`
	Urgent  bool            `json:"urgent,omitempty"`
	Link    string          `json:"link,omitempty"`  // what its own link is for: LinkReply, LinkReport; empty: a link to the console
	Entry   *incident.Entry `json:"entry,omitempty"` // for their calendar
}

// What the link of a notice is for: one person's own, for that and nothing else.
const (
	LinkReply  = "invitation" // to say whether they come
	LinkReport = "report"     // to say that they have read what happened
)

// What notices are about. An invitation, a move and a cancellation go with the calendar entry of the session.
const (
	NoticeInvitation = "invitation"
	NoticeMoved      = "moved"
	NoticeCancelled  = "cancelled"
	NoticeModerator  = "moderator" // the person moderates
	NoticeWatch      = "watch"     // the person keeps the real watch
	NoticeReminder   = "reminder"
	NoticeBegun      = "begun"
	NoticeReal       = "real" // a real incident stopped the session
	NoticeStopped    = "stopped"
	NoticeGoesOn     = "goes-on"
	NoticeReport     = "report" // to read, for who was not there
	NoticeFollowUp   = "follow-up"
)

// Notices lists who is owed a message because of an event that the state holds already. A script that plays the team owes none. A surprise
// drill tells the team nothing before it begins.
func Notices(p *plan.Plan, s *State, h Happened) []Notice {
	if s.Unattended {
		return nil
	}
	n := &noticer{p: p, s: s}
	switch e := h.Event.(type) {
	case EventPlanned:
		n.assigned(e.By)
	case EventAssigned:
		n.assigned(e.By)
	case EventInvited:
		n.to(e.People, NoticeInvitation, s.Title+", "+moment(s.Scheduled), n.invitation())
	case EventPostponed:
		moved := "It was moved to " + moment(s.Scheduled) + "." + because(string(e.Why))
		n.to(n.asked(), NoticeMoved, s.Title+" is now on "+moment(s.Scheduled), moved+" Say again whether you come.")
		n.to(n.others(e.By), NoticeMoved, s.Title+" is now on "+moment(s.Scheduled), moved)
	case EventCancelled:
		off := "It does not take place." + because(string(e.Why))
		n.to(n.asked(), NoticeCancelled, s.Title+" is cancelled", off)
		n.to(n.others(e.By), NoticeCancelled, s.Title+" is cancelled", off)
	case EventBegun:
		n.begun()
	case EventFrozen:
		n.frozen(e)
	case EventThawed:
		n.to(n.there(), NoticeGoesOn, s.Title+" goes on", "The exercise goes on where it stopped."+because(string(e.Why)))
	case EventEnded:
		n.to(n.missed(), NoticeReport, s.Title+": what happened", "You could not be there. The report says what was practised and what was learned. Read it, and say that you have.")
	case EventFollowUp:
		if e.Owner != e.By {
			n.to([]string{e.Owner}, NoticeFollowUp, "a follow-up for you", fmt.Sprintf("Until %s: %s", e.Until.UTC().Format("2 January 2006"), incident.Sentence(string(e.Text))))
		}
	case EventReminded:
		n.reminded(e)
	}
	return n.list
}

type noticer struct {
	p    *plan.Plan
	s    *State
	list []Notice
}

// to owes a message to people. Every subject says EXERCISE but the one that says that something is real.
func (n *noticer) to(people []string, kind, subject, text string) {
	for _, id := range people {
		x := Notice{Person: id, Kind: kind, Subject: "EXERCISE: " + subject, Text: text}
		if kind == NoticeReal {
			x.Subject, x.Urgent = subject, true
		}
		x.Link, x.Entry = n.with(id, kind)
		n.list = append(n.list, x)
	}
}

// with is what a notice carries besides its words. A drill that is to surprise the team is put into no calendar: others look into it.
func (n *noticer) with(person, kind string) (link string, entry *incident.Entry) {
	switch kind {
	case NoticeInvitation, NoticeMoved, NoticeReminder:
		if x := n.s.Person(person); x != nil && !x.Asked.IsZero() && n.s.Phase == Planned {
			link = LinkReply
		}
	case NoticeReport:
		link = LinkReport
	}
	switch kind {
	case NoticeInvitation, NoticeMoved, NoticeCancelled, NoticeModerator, NoticeWatch:
		if !n.s.Surprise {
			e := EntryOf(n.p, n.s)
			entry = &e
		}
	}
	return link, entry
}

// asked lists who was invited.
func (n *noticer) asked() []string {
	var list []string
	for _, x := range n.s.Invited {
		if !x.Asked.IsZero() {
			list = append(list, x.Person)
		}
	}
	return list
}

// others lists who has a part in it without being invited, and did not do this: its moderator, and the watch if they have heard of it.
func (n *noticer) others(by string) []string {
	list := n.moderator()
	if !n.s.Surprise {
		list = append(list, n.s.Watch...)
	}
	asked := n.asked()
	return slices.DeleteFunc(list, func(id string) bool { return id == by || slices.Contains(asked, id) })
}

// there lists who may be in a session that runs: its moderator, and whoever its incidents may call.
func (n *noticer) there() []string {
	list := n.moderator()
	for _, team := range [][]plan.Person{n.p.CoreTeam, n.p.ExtendedTeam} {
		for i := range team {
			if n.s.MayCall(n.p, team[i].ID) {
				list = append(list, team[i].ID)
			}
		}
	}
	return list
}

// missed lists who was invited and did not come.
func (n *noticer) missed() []string {
	var list []string
	for _, x := range n.s.Invited {
		if !x.Asked.IsZero() && !x.Came {
			list = append(list, x.Person)
		}
	}
	return list
}

// assigned tells the moderator and the watch, once the session may be spoken of. Where they were assigned anew, all of them are told.
func (n *noticer) assigned(by string) {
	s := n.s
	if s.Moderator != "" && s.Moderator != by {
		n.to([]string{s.Moderator}, NoticeModerator, "you moderate "+s.Title, "It is on "+moment(s.Scheduled)+". You lead it, record it, and take no part in the response.")
	}
	if s.Surprise && s.Phase == Planned {
		return
	}
	n.watch(by)
}

func (n *noticer) watch(by string) {
	people := slices.DeleteFunc(slices.Clone(n.s.Watch), func(id string) bool { return id == by })
	n.to(people, NoticeWatch, "you keep the real watch", fmt.Sprintf("The others practise on %s for %s. Whatever is not marked EXERCISE is real, and yours to see first.",
		moment(n.s.Scheduled), Lasting(time.Duration(n.s.Length))))
}

func (n *noticer) invitation() string {
	s := n.s
	say := []string{fmt.Sprintf("You are invited to an exercise on %s. It lasts %s.", moment(s.Scheduled), Lasting(time.Duration(s.Length)))}
	say = append(say, leads(n.p, s)...)
	if s.Surprise {
		say = append(say, "The team does not know of it: tell nobody.")
	}
	return strings.Join(append(say, "Say whether you come."), " ")
}

// begun tells those who are expected. In a surprise the pages of its incidents do; then the watch hears of it now.
func (n *noticer) begun() {
	if n.s.Surprise {
		n.watch("")
		return
	}
	people := slices.DeleteFunc(n.coming(), func(id string) bool { return id == n.s.Moderator })
	n.to(people, NoticeBegun, n.s.Title+" begins", "It begins now.")
}

// frozen says which of the two it is, so that nobody can take one for the other. It does not name the incident: there are some that not
// everybody may know of.
func (n *noticer) frozen(e EventFrozen) {
	if e.Incident != "" {
		const subject = "REAL, not an exercise: the exercise is stopped"
		there := n.there()
		n.to(there, NoticeReal, subject,
			"Something real is going on. Leave the exercise at once: it stands still, and nothing in it matters now. If you are paged, answer: it is real.")
		watch := slices.DeleteFunc(slices.Clone(n.s.Watch), func(id string) bool { return slices.Contains(there, id) })
		n.to(watch, NoticeReal, subject, "Something real is going on, and you keep the real watch. Look after it until the others have left the exercise.")
		return
	}
	n.to(n.there(), NoticeStopped, n.s.Title+" is stopped", n.p.NameOf(e.By)+" said stop. The exercise stands still until the moderator lets it go on."+because(string(e.Why)))
}

func (n *noticer) reminded(e EventReminded) {
	s := n.s
	if e.Late {
		return
	}
	switch e.What {
	case ReminderSoon, ReminderNow:
		n.to(n.coming(), NoticeReminder, s.Title+", "+moment(s.Scheduled), n.invitation())
	case ReminderLate:
		n.to(n.moderator(), NoticeReminder, s.Title+" has not begun", "It was to begin on "+moment(s.Scheduled)+". Begin it, move it to another time, or cancel it.")
	case ReminderLong:
		n.to(n.moderator(), NoticeReminder, s.Title+": its time is over", "It was planned for "+Lasting(time.Duration(s.Length))+". Complete the scenario and end the exercise, or take a break and say how long it goes on.")
	case ReminderBreak:
		n.to(n.here(), NoticeReminder, s.Title+" goes on", "The break is over. Come back.")
	case ReminderFollowUp:
		if f := s.FollowUp(e.FollowUp); f != nil {
			when := "is due on " + f.By.UTC().Format("2 January 2006")
			if !s.Last.Before(f.By) {
				when = "was due on " + f.By.UTC().Format("2 January 2006")
			}
			n.to([]string{f.Owner}, NoticeFollowUp, "a follow-up of yours", "It "+when+": "+incident.Sentence(f.Text)+" Say that it is done, or why not.")
		}
	}
}

// here lists the moderator and who takes part.
func (n *noticer) here() []string {
	list := n.moderator()
	for _, x := range n.s.Invited {
		if x.Came && x.Person != n.s.Moderator {
			list = append(list, x.Person)
		}
	}
	return list
}

func (n *noticer) moderator() []string {
	if n.s.Moderator == "" {
		return nil
	}
	return []string{n.s.Moderator}
}

// coming lists who was invited and has not said no.
func (n *noticer) coming() []string {
	var list []string
	for _, x := range n.s.Invited {
		if !x.Asked.IsZero() && x.Answer != Absent {
			list = append(list, x.Person)
		}
	}
	return list
}
