package exercise

import (
	"time"

	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// KindVersion is the version of all kinds of events so far.
const KindVersion = 1

// Event is something that happened to a session. Texts of type journal.Personal are about people: the record holds salted commitments
// to them.
type Event interface{ Kind() string }

// EventPlanned says that a session is planned.
type EventPlanned struct {
	ID         string        `json:"id"`
	Protocol   string        `json:"protocol"`
	Plan       evm.Hash      `json:"plan"`
	Title      string        `json:"title"`
	Scheduled  time.Time     `json:"scheduled"`
	Length     plan.Duration `json:"length"`
	Moderator  string        `json:"moderator,omitempty"`
	Watch      []string      `json:"watch"` // persons
	Surprise   bool          `json:"surprise,omitempty"`
	Unattended bool          `json:"unattended,omitempty"`
	By         string        `json:"by,omitempty"` // person; empty: the system
}

// EventInvited says that people are invited.
type EventInvited struct {
	People []string `json:"people"`
	By     string   `json:"by,omitempty"`
}

// EventReplied says whether somebody comes.
type EventReplied struct {
	Person string           `json:"person"`
	Answer string           `json:"answer"`
	Why    journal.Personal `json:"why,omitzero"`
	By     string           `json:"by,omitempty"`
}

// EventPostponed says that a session is at another time.
type EventPostponed struct {
	To  time.Time        `json:"to"`
	Why journal.Personal `json:"why"`
	By  string           `json:"by,omitempty"`
}

// EventCancelled says that a session does not take place.
type EventCancelled struct {
	Why journal.Personal `json:"why"`
	By  string           `json:"by,omitempty"`
}

// EventAssigned says who moderates and who keeps the real watch from now on.
type EventAssigned struct {
	Moderator string   `json:"moderator,omitempty"`
	Watch     []string `json:"watch"`
	By        string   `json:"by,omitempty"`
}

// EventChosen says which scenario the next run is. Its script is held back, so that the record holds a commitment to it alone: an export
// leaves the text out, and the chain still proves that nobody changed it.
type EventChosen struct {
	Run    int              `json:"run"`
	Script journal.Personal `json:"script"` // JSON of a Script
	By     string           `json:"by,omitempty"`
}

// EventBegun says that a session began.
type EventBegun struct {
	Speed uint32         `json:"speed"` // of the clock when it goes
	Clock incident.Clock `json:"clock"`
	By    string         `json:"by,omitempty"`
}

// EventDescribed says that a run began.
type EventDescribed struct {
	Run     int              `json:"run"`
	Opening journal.Personal `json:"opening"`         // as it was read out
	Plan    evm.Hash         `json:"plan,omitzero"`   // by which the incidents of the run go, if it has a chain of its own
	Chain   uint64           `json:"chain,omitempty"` // of its own; 0: it has none
	Clock   incident.Clock   `json:"clock"`
	By      string           `json:"by,omitempty"`
}

// EventJoined says that an incident belongs to a run.
type EventJoined struct {
	Run      int    `json:"run"`
	Incident string `json:"incident"`
}

// EventHere says that somebody takes part.
type EventHere struct {
	Person string `json:"person"`
	By     string `json:"by,omitempty"`
}

// EventReached says that a step is done which an inject waits for.
type EventReached struct {
	Run   int       `json:"run"`
	Step  string    `json:"step"`
	Shows time.Time `json:"shows"` // exercise time
}

// EventInjected says that an inject was given.
type EventInjected struct {
	Run   int              `json:"run"`
	ID    string           `json:"id"`
	How   string           `json:"how"`
	Text  journal.Personal `json:"text"`  // as it was given
	Shows time.Time        `json:"shows"` // exercise time
	By    string           `json:"by,omitempty"`
}

// EventReleased says that a fact was given.
type EventReleased struct {
	Run      int              `json:"run"`
	ID       string           `json:"id,omitempty"`
	Text     journal.Personal `json:"text"`
	Evidence string           `json:"evidence,omitempty"`
	Question journal.Personal `json:"question"`
	Asked    int              `json:"asked,omitempty"` // number of the question that it answers
	Shows    time.Time        `json:"shows"`           // exercise time
	By       string           `json:"by,omitempty"`
}

// EventMarked says what the moderator heard or saw.
type EventMarked struct {
	Run    int              `json:"run"`
	Number int              `json:"number"`
	Mark   MarkKind         `json:"mark"`
	Step   string           `json:"step,omitempty"`
	Person string           `json:"person,omitempty"`
	Text   journal.Personal `json:"text"`
	Shows  time.Time        `json:"shows"` // exercise time
	By     string           `json:"by,omitempty"`
}

// EventStruck says that a mark or a lesson was put down by mistake.
type EventStruck struct {
	Run    int    `json:"run,omitempty"`
	Mark   int    `json:"mark,omitempty"`
	Lesson int    `json:"lesson,omitempty"`
	By     string `json:"by,omitempty"`
}

// EventClock says that the exercise clock goes otherwise from now on.
type EventClock struct {
	Clock incident.Clock `json:"clock"`
	Speed uint32         `json:"speed"`        // of the clock when it goes
	On    time.Duration  `json:"on,omitempty"` // by how much it was moved on, in nanoseconds
	By    string         `json:"by,omitempty"`
}

// EventCompleted says that a run is completed.
type EventCompleted struct {
	Run        int              `json:"run"`
	Conclusion journal.Personal `json:"conclusion"`
	Clock      incident.Clock   `json:"clock"`
	By         string           `json:"by,omitempty"`
}

// EventAborted says that a run ended before it was completed.
type EventAborted struct {
	Run   int              `json:"run"`
	Why   journal.Personal `json:"why"`
	Clock incident.Clock   `json:"clock"`
	By    string           `json:"by,omitempty"`
}

// EventLesson says what was learned.
type EventLesson struct {
	Number int              `json:"number"`
	Run    int              `json:"run,omitempty"`
	Lesson LessonKind       `json:"lesson"`
	Text   journal.Personal `json:"text"`
	Step   string           `json:"step,omitempty"`
	Person string           `json:"person,omitempty"`
	By     string           `json:"by,omitempty"`
}

// EventFollowUp says who does what by when.
type EventFollowUp struct {
	Number int              `json:"number"`
	Text   journal.Personal `json:"text"`
	Owner  string           `json:"owner"`
	Until  time.Time        `json:"until"`
	Run    int              `json:"run,omitempty"`
	Lesson int              `json:"lesson,omitempty"`
	By     string           `json:"by,omitempty"`
}

// EventFollowUpEnded says what became of a follow-up.
type EventFollowUpEnded struct {
	Number   int              `json:"number"`
	Declined bool             `json:"declined,omitempty"`
	Why      journal.Personal `json:"why"`
	By       string           `json:"by,omitempty"`
}

// EventLink says where something recorded of the session lies.
type EventLink struct {
	Link string           `json:"link"` // kind
	URL  journal.Personal `json:"url"`
	By   string           `json:"by,omitempty"`
}

// EventEnded says that a session is over.
type EventEnded struct {
	Came  []string       `json:"came,omitempty"` // as the record of its incidents shows
	Clock incident.Clock `json:"clock"`
	By    string         `json:"by,omitempty"`
}

// EventFrozen says that nothing goes on: a real incident, or somebody said stop.
type EventFrozen struct {
	Incident string           `json:"incident,omitempty"`
	Why      journal.Personal `json:"why"`
	Clock    incident.Clock   `json:"clock"`
	Speed    uint32           `json:"speed"` // of the clock before
	By       string           `json:"by,omitempty"`
}

// EventThawed says that it goes on.
type EventThawed struct {
	Why   journal.Personal `json:"why"`
	Clock incident.Clock   `json:"clock"`
	By    string           `json:"by,omitempty"`
}

// EventSeen says that somebody has seen the report.
type EventSeen struct {
	Person string `json:"person"`
}

// EventRedacted says that texts about people were removed. It must not hold what it removed, so it has no personal text.
type EventRedacted struct {
	Texts int    `json:"texts"`
	Why   string `json:"why"`
	Rule  string `json:"rule,omitempty"` // key of the plan that wanted it
	By    string `json:"by,omitempty"`   // person; empty if the plan's retention did it
}

// EventReminded says that people are reminded of something.
type EventReminded struct {
	What     string    `json:"what"`
	FollowUp int       `json:"follow_up,omitempty"` // its number
	Next     time.Time `json:"next,omitzero"`       // when they are reminded again
	Late     bool      `json:"late,omitempty"`      // too late to be of use: nobody is told
}

// What people are reminded of.
const (
	ReminderSoon     = "soon"      // whoever is invited: the session is tomorrow
	ReminderNow      = "now"       // whoever is invited: the session is about to begin
	ReminderLate     = "late"      // the moderator: it should have begun
	ReminderLong     = "long"      // the moderator: the time that was planned is over
	ReminderFollowUp = "follow-up" // its owner
)
