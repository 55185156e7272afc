package incident

import (
	"time"

	"tocsin/action"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/journal"
)

// Event is something that happened to an incident. Its kind and fields are stored for ever: a changed meaning is a new
// version of the kind, never an edit.
type Event interface{ Kind() string }

// Happened is an event with its time and actor.
type Happened struct {
	Event   Event
	At      time.Time
	Actor   journal.Actor
	Command string // id of the command it came from
}

// The events.
type (
	EventOpened struct {
		ID         string    `json:"id"`
		Protocol   string    `json:"protocol"`
		Plan       evm.Hash  `json:"plan"`
		Exercise   *Exercise `json:"exercise,omitempty"`
		Stopped    []string  `json:"stopped,omitempty"` // exercises that went on when it was opened in earnest
		Title      string    `json:"title"`
		Issue      string    `json:"issue,omitempty"`
		Candidates []string  `json:"candidates,omitempty"`
		Category   string    `json:"category,omitempty"`
		Severity   string    `json:"severity"`
		Asset      string    `json:"asset,omitempty"`
	}
	EventFinding struct {
		Finding Finding `json:"finding"`
	}
	EventRetracted struct {
		Finding string `json:"finding"`
		Why     string `json:"why"`
	}
	EventEscalated struct {
		Moment string `json:"moment"` // detection, validation, containment, resolution, worse, everyone
	}
	EventPageRequested struct {
		Page   string `json:"page"`
		Person string `json:"person"`
		Why    string `json:"why"`
		Quiet  bool   `json:"quiet,omitempty"` // it asks somebody who has come whether they are still there
	}
	EventPageRung struct {
		Page     string           `json:"page"`
		Delivery string           `json:"delivery"`
		Contact  string           `json:"contact"`
		To       journal.Personal `json:"to"`
		Next     time.Time        `json:"next"` // when to ring again
	}
	EventCallOutcome struct {
		Delivery string `json:"delivery"`
		Outcome  string `json:"outcome"`
		Say      string `json:"say,omitempty"`
	}
	EventPageEnded struct {
		Page  string `json:"page"`
		State string `json:"state"` // answered, exhausted, ended
	}
	EventAnswered struct {
		Person string           `json:"person"`
		Answer string           `json:"answer"`
		Note   journal.Personal `json:"note"`
	}
	EventRoleTaken struct {
		Role   string `json:"role"`
		Person string `json:"person"`
	}
	EventMustered  struct{}
	EventValidated struct {
		By       string           `json:"by"`
		Issue    string           `json:"issue,omitempty"`
		Category string           `json:"category,omitempty"`
		Severity string           `json:"severity"`
		Criteria []string         `json:"criteria,omitempty"`
		Note     journal.Personal `json:"note"`
		Finding  string           `json:"finding,omitempty"` // that said it by itself; By is Tocsin then
	}
	EventSecondWanted struct {
		What string           `json:"what"`
		By   string           `json:"by"`
		Why  journal.Personal `json:"why"`
		To   string           `json:"to,omitempty"`
	}
	EventDismissed struct {
		By  string           `json:"by"`
		Why journal.Personal `json:"why"`
	}
	EventSeverity struct {
		To  string           `json:"to"`
		Why journal.Personal `json:"why"`
	}
	EventProcedureBegun struct {
		Procedure string `json:"procedure"`
	}
	EventStepBegun struct {
		Step string `json:"step"`
		By   string `json:"by"`
	}
	EventStepEnded struct {
		Step  string           `json:"step"`
		State string           `json:"state"`
		By    string           `json:"by"`
		Note  journal.Personal `json:"note"`
	}
	EventDecisionOpened struct {
		ID       string           `json:"id"`
		Decision string           `json:"decision"`
		Subject  Subject          `json:"subject"`
		Message  decision.Message `json:"message"`
		Prepared *action.Prepared `json:"prepared,omitempty"`
		Text     string           `json:"text,omitempty"`
		Proposer string           `json:"proposer,omitempty"`
		Expires  time.Time        `json:"expires"`
		Delivery string           `json:"delivery,omitempty"` // which reads the Safe, of an action of one
		Armed    *decision.Arming `json:"armed,omitempty"`    // it was signed in advance
		Finding  string           `json:"finding,omitempty"`  // by which it is done then
		Nonce    *uint64          `json:"nonce,omitempty"`    // of the Safe, of a rejection
		Why      journal.Personal `json:"why,omitzero"`       // of a rejection
	}
	EventApproval struct {
		Decision string   `json:"decision"`
		Approval Approval `json:"approval"`
	}
	EventDecisionSettled struct {
		Decision string `json:"decision"`
		State    string `json:"state"` // met, refused, expired, withdrawn
		Say      string `json:"say,omitempty"`
	}
	EventActionOrdered struct {
		ID       string           `json:"id"`
		Action   string           `json:"action"`
		Step     string           `json:"step,omitempty"`
		Decision string           `json:"decision"`
		Prepared *action.Prepared `json:"prepared"`
		Send     *Send            `json:"send,omitempty"` // exactly what is sent; nil if it is no transaction
		Delivery string           `json:"delivery"`
	}
	EventActionSigned struct {
		ID   string      `json:"id"`
		Tx   Transaction `json:"tx"`
		Void string      `json:"void,omitempty"` // why none of the earlier ones can land any more
	}
	EventActionSent struct {
		ID string   `json:"id"`
		Tx evm.Hash `json:"tx"`
	}
	EventActionLanded struct {
		ID      string  `json:"id"`
		Landing Landing `json:"landing"`
	}
	EventActionUnlanded struct {
		ID       string `json:"id"`
		Why      string `json:"why"`
		Delivery string `json:"delivery"` // which carries it out again
	}
	EventEffect struct {
		ID    string `json:"id"`
		Got   string `json:"got"`
		Holds bool   `json:"holds"`
		State string `json:"state"` // verified or unneeded if it holds; landed if not yet
		Block uint64 `json:"block"`
	}
	EventActionFailed struct {
		ID  string `json:"id"`
		Why string `json:"why"`
	}
	EventActionRetried struct {
		ID       string `json:"id"`
		Delivery string `json:"delivery"`
	}
	EventContained struct {
		How string `json:"how"`
	}
	EventUpdateOwed struct {
		ID            string    `json:"id"`
		Communication string    `json:"communication"`
		Number        int       `json:"number"`
		Due           time.Time `json:"due"`
	}
	EventUpdateReminded struct {
		ID       string           `json:"id"`
		Person   string           `json:"person,omitempty"` // reminded; nobody before containment
		Delivery string           `json:"delivery,omitempty"`
		Contact  string           `json:"contact,omitempty"`
		To       journal.Personal `json:"to"`
	}
	EventUpdatePosted struct {
		ID         string   `json:"id"`
		Text       string   `json:"text"`
		By         string   `json:"by"`
		Deliveries []Post   `json:"deliveries,omitempty"`
		ByHand     []string `json:"by_hand,omitempty"`
		Postmortem bool     `json:"postmortem,omitempty"`
		Public     bool     `json:"public,omitempty"`
	}
	EventUpdateEnded struct {
		ID  string `json:"id"`
		Why string `json:"why"`
	}
	EventResolved struct {
		By      string           `json:"by"`
		Note    journal.Personal `json:"note"`
		Absent  []string         `json:"absent,omitempty"`  // of what would reopen it: what does not happen
		Missing []string         `json:"missing,omitempty"` // conditions that were not met
		Despite journal.Personal `json:"despite,omitzero"`  // why it was resolved all the same
	}
	EventClosed struct {
		By      string           `json:"by"`
		Note    journal.Personal `json:"note"`
		Missing []string         `json:"missing,omitempty"`
		Despite journal.Personal `json:"despite,omitzero"`
	}
	EventReopened struct {
		Phase Phase            `json:"phase"` // it goes on from
		Why   journal.Personal `json:"why"`
	}
	EventNoted struct {
		By   string           `json:"by"`
		Text journal.Personal `json:"text"`
	}
)

// Post is one message of an update, to one channel.
type Post struct {
	Delivery string `json:"delivery"`
	Channel  string `json:"channel"` // id in the plan
	Kind     string `json:"kind"`
	To       string `json:"to"`
}

func (EventOpened) Kind() string          { return "opened" }
func (EventFinding) Kind() string         { return "finding" }
func (EventRetracted) Kind() string       { return "finding-retracted" }
func (EventEscalated) Kind() string       { return "escalated" }
func (EventPageRequested) Kind() string   { return "page-requested" }
func (EventPageRung) Kind() string        { return "page-rung" }
func (EventCallOutcome) Kind() string     { return "call-outcome" }
func (EventPageEnded) Kind() string       { return "page-ended" }
func (EventAnswered) Kind() string        { return "answered" }
func (EventRoleTaken) Kind() string       { return "role-taken" }
func (EventMustered) Kind() string        { return "mustered" }
func (EventValidated) Kind() string       { return "validated" }
func (EventSecondWanted) Kind() string    { return "second-wanted" }
func (EventDismissed) Kind() string       { return "dismissed" }
func (EventSeverity) Kind() string        { return "severity" }
func (EventProcedureBegun) Kind() string  { return "procedure-begun" }
func (EventStepBegun) Kind() string       { return "step-begun" }
func (EventStepEnded) Kind() string       { return "step-ended" }
func (EventDecisionOpened) Kind() string  { return "decision-opened" }
func (EventApproval) Kind() string        { return "approval" }
func (EventDecisionSettled) Kind() string { return "decision-settled" }
func (EventActionOrdered) Kind() string   { return "action-ordered" }
func (EventActionSigned) Kind() string    { return "action-signed" }
func (EventActionSent) Kind() string      { return "action-sent" }
func (EventActionLanded) Kind() string    { return "action-landed" }
func (EventActionUnlanded) Kind() string  { return "action-unlanded" }
func (EventEffect) Kind() string          { return "effect" }
func (EventActionFailed) Kind() string    { return "action-failed" }
func (EventActionRetried) Kind() string   { return "action-retried" }
func (EventContained) Kind() string       { return "contained" }
func (EventUpdateOwed) Kind() string      { return "update-owed" }
func (EventUpdateReminded) Kind() string  { return "update-reminded" }
func (EventUpdatePosted) Kind() string    { return "update-posted" }
func (EventUpdateEnded) Kind() string     { return "update-ended" }
func (EventResolved) Kind() string        { return "resolved" }
func (EventClosed) Kind() string          { return "closed" }
func (EventReopened) Kind() string        { return "reopened" }
func (EventNoted) Kind() string           { return "noted" }
