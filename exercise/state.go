package exercise

import (
	"slices"
	"time"

	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
)

// Phase is how far a session has come.
type Phase string

// The phases of a session.
const (
	Planned   Phase = "planned"
	Running   Phase = "running"
	Ended     Phase = "ended"
	Cancelled Phase = "cancelled"
)

// Over reports whether the session takes place no more. What was promised in it may still be open.
func (p Phase) Over() bool { return p == Ended || p == Cancelled }

// State is a session as its events have made it: everything about it, held-back texts included. It is for the moderator alone;
// everybody else sees a Sheet. The zero State is a session that has not been planned. Times are real unless a field says otherwise.
type State struct {
	ID         string         `json:"id"`
	Protocol   string         `json:"protocol"`
	Version    uint64         `json:"version"` // number of events applied
	Last       time.Time      `json:"last"`    // time of the last event
	Plan       evm.Hash       `json:"plan"`    // hash of the plan it was planned under
	Title      string         `json:"title"`
	Scheduled  time.Time      `json:"scheduled"`
	Length     plan.Duration  `json:"length"`
	Phase      Phase          `json:"phase"`
	By         string         `json:"by,omitempty"` // person who planned it
	At         time.Time      `json:"planned_at"`   // when it was planned, or postponed last
	Moderator  string         `json:"moderator,omitempty"`
	Watch      []string       `json:"watch"` // persons who keep the real watch meanwhile
	Invited    []Invited      `json:"invited,omitempty"`
	Surprise   bool           `json:"surprise,omitempty"`
	Unattended bool           `json:"unattended,omitempty"` // scripted: it says how good the plan is, not how ready the team is
	Moved      int            `json:"moved,omitempty"`      // how often time or moderator changed: SEQUENCE of its calendar entry
	Clock      incident.Clock `json:"clock,omitzero"`       // of the exercise; zero before it begins
	Speed      uint32         `json:"speed,omitempty"`      // of the clock when it goes
	Frozen     *Freeze        `json:"frozen,omitempty"`
	Break      *Break         `json:"break,omitempty"`
	Freezes    []Freeze       `json:"freezes,omitempty"` // those that are over
	Runs       []Run          `json:"runs,omitempty"`
	Lessons    []Lesson       `json:"lessons,omitempty"`
	FollowUps  []FollowUp     `json:"follow_ups,omitempty"`
	Links      []Link         `json:"links,omitempty"`
	Published  []Publication  `json:"published,omitempty"` // the report, without names
	Begun      time.Time      `json:"begun,omitzero"`
	Ended      time.Time      `json:"ended,omitzero"` // or cancelled
	Why        string         `json:"why,omitempty"`  // it was cancelled, or postponed last
	Reminded   []string       `json:"reminded,omitempty"`

	commands map[string]bool // commands applied
}

// Invited is a person of a session: who was invited, who came, who has seen its report.
type Invited struct {
	Person string    `json:"person"`
	Asked  time.Time `json:"asked,omitzero"`   // when they were invited last; zero if they came without
	Answer string    `json:"answer,omitempty"` // Coming, Absent; empty: none yet
	At     time.Time `json:"at,omitzero"`      // of the answer
	Why    string    `json:"why,omitempty"`    // in their words; for the moderator and themselves
	Came   bool      `json:"came,omitempty"`
	Seen   time.Time `json:"seen,omitzero"` // the report
}

// The answers to an invitation.
const (
	Coming = "coming"
	Absent = "absent"
)

// Freeze is a time in which nothing goes on.
type Freeze struct {
	At       time.Time `json:"at"`
	By       string    `json:"by,omitempty"` // person who asked for it
	Why      string    `json:"why,omitempty"`
	Incident string    `json:"incident,omitempty"` // in earnest
	Speed    uint32    `json:"speed"`              // of the clock before
	Shows    time.Time `json:"shows,omitzero"`     // exercise time at which it stands
	Until    time.Time `json:"until,omitzero"`
	Thawed   string    `json:"thawed,omitempty"` // why it went on
}

// Run is one scenario of a session.
type Run struct {
	Number     int           `json:"number"` // from 1
	Scenario   plan.Scenario `json:"scenario"`
	Library    string        `json:"library,omitempty"`
	Misfits    []string      `json:"misfits,omitempty"`
	World      string        `json:"world,omitempty"`
	Plan       evm.Hash      `json:"plan,omitzero"`   // by which its incidents go, if it has a chain of its own
	Chain      uint64        `json:"chain,omitempty"` // of its own; 0: it has none
	Described  time.Time     `json:"described,omitzero"`
	From       time.Time     `json:"from,omitzero"` // what the exercise clock showed then
	Completed  time.Time     `json:"completed,omitzero"`
	To         time.Time     `json:"to,omitzero"`       // what the exercise clock showed then
	Outcome    string        `json:"outcome,omitempty"` // Completed, Aborted
	Conclusion string        `json:"conclusion,omitempty"`
	Incidents  []string      `json:"incidents,omitempty"`
	Reached    []Reached     `json:"reached,omitempty"`
	Injected   []Injected    `json:"injected,omitempty"`
	Released   []Released    `json:"released,omitempty"`
	Asked      []Asked       `json:"asked,omitempty"` // by the team
	Marks      []Mark        `json:"marks,omitempty"`
}

// How a run ended.
const (
	Completed = "completed"
	Aborted   = "aborted"
)

// UnderWay reports whether the scenario is being played.
func (r *Run) UnderWay() bool { return !r.Described.IsZero() && r.Outcome == "" }

// Reached is a step done that an inject waits for.
type Reached struct {
	Step  string    `json:"step"`
	Shows time.Time `json:"shows"` // exercise time
}

// Injected is an inject that was given.
type Injected struct {
	ID    string    `json:"id"`
	At    time.Time `json:"at"`
	Shows time.Time `json:"shows"`        // exercise time
	How   string    `json:"how"`          // ByTime, ByStep, ByHand
	By    string    `json:"by,omitempty"` // person, of one by hand
}

// How an inject came to be given.
const (
	ByTime = "time"
	ByStep = "step"
	ByHand = "hand"
)

// Released is a fact that was held back, or made up on the spot, and has been given.
type Released struct {
	ID       string    `json:"id,omitempty"` // of a held fact; empty for one made up
	Text     string    `json:"text"`
	Evidence string    `json:"evidence,omitempty"`
	Question string    `json:"question,omitempty"`
	At       time.Time `json:"at"`
	Shows    time.Time `json:"shows"` // exercise time
}

// MarkKind says what is marked.
type MarkKind string

// The kinds of marks.
const (
	Said      MarkKind = "said"
	Done      MarkKind = "done"
	Wrong     MarkKind = "wrong"
	Unplanned MarkKind = "unplanned"
)

// Mark is what the moderator heard or saw.
type Mark struct {
	Number int       `json:"number"` // within the run, from 1
	At     time.Time `json:"at"`
	Shows  time.Time `json:"shows"` // exercise time
	Kind   MarkKind  `json:"kind"`
	Step   string    `json:"step,omitempty"` // "procedure/step"
	Person string    `json:"person,omitempty"`
	Text   string    `json:"text,omitempty"`
	Struck bool      `json:"struck,omitempty"` // taken back
}

// LessonKind says what was learned.
type LessonKind string

// The kinds of lessons.
const (
	Mistake LessonKind = "mistake"
	Flaw    LessonKind = "flaw" // of the plan
	Good    LessonKind = "good"
)

// Lesson is what was learned.
type Lesson struct {
	Number int        `json:"number"`        // within the session, from 1
	Run    int        `json:"run,omitempty"` // described last when it was put down
	Kind   LessonKind `json:"kind"`
	Text   string     `json:"text"`
	Step   string     `json:"step,omitempty"`
	Person string     `json:"person,omitempty"`
	By     string     `json:"by"`
	At     time.Time  `json:"at"`
	Struck bool       `json:"struck,omitempty"`
}

// FollowUp is what somebody does about it by when.
type FollowUp struct {
	Number int       `json:"number"` // within the session, from 1
	Text   string    `json:"text"`
	Owner  string    `json:"owner"`
	By     time.Time `json:"by"`            // until when
	Run    int       `json:"run,omitempty"` // described last when it was put down
	Lesson int       `json:"lesson,omitempty"`
	Asked  string    `json:"asked"` // person who put it down
	At     time.Time `json:"at"`
	State  string    `json:"state"` // FollowUpOpen, FollowUpDone, FollowUpDeclined
	Why    string    `json:"why,omitempty"`
	Closed time.Time `json:"closed,omitzero"`
	Closer string    `json:"closer,omitempty"`
	Chased int       `json:"chased,omitempty"` // how often its owner was reminded
	Next   time.Time `json:"next,omitzero"`    // when they are reminded again
}

// The states of a follow-up.
const (
	FollowUpOpen     = "open"
	FollowUpDone     = "done"
	FollowUpDeclined = "declined"
)

// Link leads to what was recorded of a session elsewhere.
type Link struct {
	Kind string    `json:"kind"` // video, notes, other
	URL  string    `json:"url"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// Run finds the run of a number, nil if there is none.
func (s *State) Run(number int) *Run {
	if number < 1 || number > len(s.Runs) {
		return nil
	}
	return &s.Runs[number-1]
}

// Current is the run that was chosen last and is not over, nil if there is none.
func (s *State) Current() *Run {
	if n := len(s.Runs); n > 0 && s.Runs[n-1].Outcome == "" {
		return &s.Runs[n-1]
	}
	return nil
}

// Person finds what is known of somebody in the session, nil if nothing is.
func (s *State) Person(id string) *Invited {
	if i := slices.IndexFunc(s.Invited, func(x Invited) bool { return x.Person == id }); i >= 0 {
		return &s.Invited[i]
	}
	return nil
}

// Now is the exercise time at a moment; the moment itself before the session has a clock.
func (s *State) Now(real time.Time) time.Time {
	if s.Clock.At.IsZero() {
		return real
	}
	return s.Clock.Now(real)
}

// Next is a copy that further events may be applied to.
func (s *State) Next() *State {
	n := *s
	n.Watch, n.Invited, n.Freezes, n.Reminded = slices.Clone(s.Watch), slices.Clone(s.Invited), slices.Clone(s.Freezes), slices.Clone(s.Reminded)
	n.Lessons, n.FollowUps, n.Links, n.Runs = slices.Clone(s.Lessons), slices.Clone(s.FollowUps), slices.Clone(s.Links), slices.Clone(s.Runs)
	n.Published = slices.Clone(s.Published)
	if s.Frozen != nil {
		f := *s.Frozen
		n.Frozen = &f
	}
	if s.Break != nil {
		b := *s.Break
		n.Break = &b
	}
	for i := range n.Runs {
		r := &n.Runs[i]
		r.Reached, r.Asked = slices.Clone(r.Reached), slices.Clone(r.Asked)
		r.Incidents, r.Injected, r.Released, r.Marks = slices.Clone(r.Incidents), slices.Clone(r.Injected), slices.Clone(r.Released), slices.Clone(r.Marks)
	}
	n.commands = make(map[string]bool, len(s.commands))
	for id := range s.commands {
		n.commands[id] = true
	}
	return &n
}
