package exercise

import (
	"time"

	"tocsin/evm"
	"tocsin/journal"
	"tocsin/plan"
)

// Command is a wish to change a session, with a proven actor. A command whose ID was applied before changes nothing.
type Command struct {
	ID    string
	Actor journal.Actor
	Op    Op
}

// Op is what a command wants; each is a struct of this package.
type Op interface{ op() }

// OpPlan plans a session. Anybody of the core team may.
type OpPlan struct {
	ID         string // of the session
	Protocol   string
	Plan       evm.Hash
	Title      string        // the plan's own words for an exercise if empty
	Scheduled  time.Time     // when it is to begin
	Length     plan.Duration // as the plan says if zero
	Moderator  string        // may be empty of an unattended session only
	Watch      []string      // persons, groups or rotas who keep the real watch meanwhile
	Surprise   bool          // nobody is invited beforehand
	Unattended bool          // scripted: the system is its moderator; only the system plans one
}

// OpInvite invites people: those named, or everybody whom the plan wants if nobody is.
type OpInvite struct{ People []string }

// OpReply says whether somebody comes. The moderator may say it for somebody else.
type OpReply struct {
	Person string // empty: who acts
	Answer string // Coming or Absent
	Why    string // may be empty; for the moderator
}

// OpPostpone moves a planned session to another time, earlier or later. Whoever was invited is asked anew.
type OpPostpone struct {
	To  time.Time
	Why string
}

// OpCancel calls a planned session off.
type OpCancel struct{ Why string }

// OpAssign changes who moderates a session that has not begun, or who keeps the real watch. What is empty stays.
type OpAssign struct {
	Moderator string
	Watch     []string
}

// OpChoose chooses the scenario of the next run; until it is described another can be chosen in its place.
type OpChoose struct {
	Scenario plan.Scenario // bound to the plan's own ids
	Library  string        // id in the library it came from; empty for one of the plan's own
	World    string        // of stage; empty: table-top
	Misfits  []string      // what of it does not fit the plan, in sentences
}

// OpBegin begins a planned session.
type OpBegin struct {
	Speed uint32 // of the exercise clock while a scenario is run; 1 if zero
	Real  string // id of an open incident in earnest, if there is one: then it does not begin
}

// OpDescribe begins the run that was chosen: its opening is read out, and the clock goes on. What is said of a live world comes from the
// engine alone.
type OpDescribe struct {
	World string   // that has been made ready; empty: none has
	Plan  evm.Hash // of the plan as it is played there
	Chain uint64   // id of its chain
}

// OpJoin says that an incident belongs to the run under way. The engine alone gives it.
type OpJoin struct{ Incident string }

// OpHere says that somebody takes part. The moderator may say it for somebody else.
type OpHere struct{ Person string } // empty: who acts

// OpInject gives an inject now, whether or not it is due.
type OpInject struct{ ID string }

// OpRelease gives away a held fact, or one made up on the spot.
type OpRelease struct {
	ID       string // of a held fact; empty for one made up
	Text     string // of one made up; for a held fact the script's own if empty
	Question string // that it answers; may be empty
	Asked    int    // number of the question that it answers; 0 for none
}

// OpMark notes what the moderator heard or saw.
type OpMark struct {
	Kind   MarkKind
	Step   string // "procedure/step"; empty for what is not in the plan
	Person string // who said or did it; may be empty
	Text   string // wanted where there is no step
}

// OpStrike takes back a mark or a lesson that was put down by mistake; exactly one is named.
type OpStrike struct{ Mark, Lesson int }

// OpClock changes the exercise clock while a scenario is run.
type OpClock struct {
	Pause  bool          // it stands still until Resume
	Resume bool          // it goes on
	On     time.Duration // it is moved on by so much
	Speed  uint32        // it runs so fast from now on; as before if zero
}

// OpComplete declares the run completed.
type OpComplete struct{ Conclusion string }

// OpAbort ends the run before it is completed.
type OpAbort struct{ Why string }

// OpLesson puts down what was learned. Everybody who takes part may.
type OpLesson struct {
	Kind   LessonKind
	Text   string
	Step   string // "procedure/step" that it is about; may be empty
	Person string // whom it is about; may be empty, and is never published
}

// OpFollowUp says who does what about it by when.
type OpFollowUp struct {
	Text   string
	Owner  string
	By     time.Time
	Lesson int // that it comes from; 0 for none
}

// OpFollowUpEnd says what became of a follow-up.
type OpFollowUpEnd struct {
	Number   int
	Declined bool // else it is done
	Why      string
}

// OpLink adds a link to what was recorded of the session.
type OpLink struct {
	Kind string // video, notes, other
	URL  string
}

// OpEnd ends the session.
type OpEnd struct{ Came []string } // persons who took part as the record of its incidents shows

// OpFreeze freezes a running session because of an incident in earnest. The engine alone gives it.
type OpFreeze struct{ Incident string }

// OpStop freezes a running session. Anybody of the team may.
type OpStop struct{ Why string }

// OpThaw lets a frozen session go on.
type OpThaw struct{ Why string }

// OpSeen says that who acts has seen the report.
type OpSeen struct{}

// OpRedact says that texts about people are removed from the record of a session that is over. The engine removes them in the same moment.
type OpRedact struct {
	Texts int // how many
	Why   string
	Rule  string // key of the plan that wants it; empty if a person does
}

// OpTick lets time pass.
type OpTick struct{ Done []string } // steps done in the run's incidents, "procedure/step"

func (OpPlan) op()        {}
func (OpInvite) op()      {}
func (OpReply) op()       {}
func (OpPostpone) op()    {}
func (OpCancel) op()      {}
func (OpAssign) op()      {}
func (OpChoose) op()      {}
func (OpBegin) op()       {}
func (OpDescribe) op()    {}
func (OpJoin) op()        {}
func (OpHere) op()        {}
func (OpInject) op()      {}
func (OpRelease) op()     {}
func (OpMark) op()        {}
func (OpStrike) op()      {}
func (OpClock) op()       {}
func (OpComplete) op()    {}
func (OpAbort) op()       {}
func (OpLesson) op()      {}
func (OpFollowUp) op()    {}
func (OpFollowUpEnd) op() {}
func (OpLink) op()        {}
func (OpEnd) op()         {}
func (OpFreeze) op()      {}
func (OpStop) op()        {}
func (OpThaw) op()        {}
func (OpSeen) op()        {}
func (OpRedact) op()      {}
func (OpTick) op()        {}
