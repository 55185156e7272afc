package incident

import (
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/journal"
)

// Command is a wish to change an incident, with a proven actor. A command whose ID was applied before changes nothing.
type Command struct {
	ID    string
	Actor journal.Actor
	Op    Op
}

// Op is what a command wants; each is a struct of this file.
type Op interface{ op() }

// OpOpen opens an incident: for findings, or by hand (any member of the team, no known issue needed).
type OpOpen struct {
	ID       string // of the incident
	Protocol string
	Plan     evm.Hash
	Exercise *Exercise
	Issue    string   // empty: unknown
	Stopped  []string // exercises that it stops, for it is none
	Title    string   // for one opened by hand
	Text     string   // what the person says
	Findings []Finding
	Ready    []Ready // what people armed
}

// OpFind adds findings to an open incident. It reopens one that was dismissed, contained or resolved.
type OpFind struct {
	Findings []Finding
	Ready    []Ready // what people armed
}

// OpRetract takes back findings whose block is no longer part of the chain.
type OpRetract struct {
	IDs []string
	Why string
}

// OpAnswer is a person's answer to being called; Actor is the person.
type OpAnswer struct {
	Answer string
	Note   string
}

// OpTakeRole makes the person who acts hold a role; for somebody else it is OpHandOver.
type OpTakeRole struct{ Role, Person string }

// OpValidate says that it is real.
type OpValidate struct {
	Issue    string // which of the candidates; may stay empty if the incident has one
	Criteria []string
	Note     string
}

// OpDismiss says that it is nothing. At a severity that wants a second person, the second one's command dismisses.
type OpDismiss struct{ Why string }

// OpSeverity raises or lowers the severity; lowering may take two.
type OpSeverity struct{ To, Why string }

// OpBeginStep says that a person is doing a step.
type OpBeginStep struct {
	Step string
	From string // whom they take it over from, if somebody is doing it; empty else
}

// OpEndStep says how a step ended: Done, Skipped or Failed.
type OpEndStep struct {
	Step, State, Note string
	Answer            string // to its question, if it is done and has one
}

// OpPropose asks for a decision on an action, a step or an update of the plan.
type OpPropose struct {
	Decision string // in the plan; may be empty if only one authorises the subject
	Subject  Subject
	Text     string // of an update
}

// OpApprove is a signed yes or no to a decision; Actor is the person.
type OpApprove struct {
	Decision  string // of the incident
	Choice    string
	Signature []byte
	Fact      *decision.ContractFact // what the contract that it is by answered; nil for a key
}

// OpOutcome reports what became of a page's call or of an update's message.
type OpOutcome struct {
	Delivery string
	Outcome  string // landed, failed, unknown
	Say      string
}

// OpSigned stores a signed transaction before it is sent.
type OpSigned struct {
	Action string // of the incident
	Tx     Transaction
	Void   string // why none of the earlier ones can land any more, if the nonce is another; empty else
	Known  int    // how many earlier ones Void speaks of
}

// OpSent says that the chain took a transaction.
type OpSent struct {
	Action string
	Tx     evm.Hash
}

// OpLanded says in which block a transaction landed.
type OpLanded struct {
	Action  string
	Landing Landing
}

// OpUnlanded says that the block it landed in is no longer part of the chain.
type OpUnlanded struct {
	Action string
	Why    string
}

// OpEffect reports what the effect's reading answered at a block, before sending or after.
type OpEffect struct {
	Action string
	Got    string
	Holds  bool
	Block  uint64
	Hash   evm.Hash
	Before bool // read before anything was sent: a hold means that it is not needed
}

// OpFailed says that an action cannot be carried out, and why.
type OpFailed struct {
	Action, Why string
	Known       int // how many of its transactions its giver knows of
}

// OpRetry orders a failed action again under the same decision.
type OpRetry struct{ Action string }

// OpPost posts an update that is owed, or a further one of a communication.
type OpPost struct {
	Update string // of the incident
	Text   string
	ByHand []string // channels of the plan where the person has posted or will post it
	Lost   []string // channels that cannot be used, as an account that was taken over; it goes over the backup instead
	Link   string   // of the room that is opened by it; the first link of the text if it is not given
}

// OpContain says that the halting is done, where nothing can be measured.
type OpContain struct{ Note string }

// OpResolve says that service is restored. At a severity that wants a second person, the second one's command resolves.
type OpResolve struct {
	Note    string
	Absent  []string // of what Reopening lists: what does not happen
	Despite string   // why it is resolved although conditions are not met; empty if only when they are
}

// OpClose ends a resolved incident. In spite of what is missing it takes two, at a severity that wants a second person.
type OpClose struct {
	Note    string
	Despite string // why it is closed although something is missing; empty if only when nothing is
}

// OpReopen makes a contained, resolved, closed or dismissed incident live again.
type OpReopen struct{ Why string }

// OpNote puts words into the timeline.
type OpNote struct{ Text string }

// OpTick lets time pass. Watched is the last block processed per chain.
type OpTick struct{ Watched map[uint64]Watched }

// Watched is how far a chain has been watched.
type Watched struct {
	Block uint64
	At    time.Time // time of that block
}

func (OpOpen) op()      {}
func (OpFind) op()      {}
func (OpRetract) op()   {}
func (OpAnswer) op()    {}
func (OpTakeRole) op()  {}
func (OpValidate) op()  {}
func (OpDismiss) op()   {}
func (OpSeverity) op()  {}
func (OpBeginStep) op() {}
func (OpEndStep) op()   {}
func (OpPropose) op()   {}
func (OpApprove) op()   {}
func (OpOutcome) op()   {}
func (OpSigned) op()    {}
func (OpSent) op()      {}
func (OpLanded) op()    {}
func (OpUnlanded) op()  {}
func (OpEffect) op()    {}
func (OpFailed) op()    {}
func (OpRetry) op()     {}
func (OpPost) op()      {}
func (OpContain) op()   {}
func (OpResolve) op()   {}
func (OpClose) op()     {}
func (OpReopen) op()    {}
func (OpNote) op()      {}
func (OpTick) op()      {}
