package incident

import "time"

// Task is one thing that is one person's to do now. Lists of tasks are in order of consequence.
type Task struct {
	Kind  string    `json:"kind"`          // see the kinds below
	Ref   string    `json:"ref,omitempty"` // page, decision, step, update: what it is about
	Title string    `json:"title"`         // "Sign: Pause contract"
	Say   string    `json:"say"`           // one or two sentences: why, and what happens then
	Due   time.Time `json:"due,omitzero"`  // by when; zero if it has no time
}

// The kinds of tasks.
const (
	TaskAnswer   = "answer"   // say whether you are coming
	TaskValidate = "validate" // say whether it is real
	TaskSign     = "sign"     // approve or refuse a decision; Ref is the incident's decision
	TaskStep     = "step"     // begin or finish a step; Ref is the step
	TaskUpdate   = "update"   // post an update; Ref is the incident's update
	TaskSecond   = "second"   // confirm what takes two; Ref is dismiss, resolve or lower
	TaskContain  = "contain"  // say that it has stopped, where nothing can be measured
	TaskResolve  = "resolve"  // say that service is restored
	TaskClose    = "close"
	TaskRetry    = "retry" // an action failed; Ref is the incident's action
)

// Muster is who is needed, who has come and who is still being called.
type Muster struct {
	Short  bool    `json:"short"`  // of people
	Say    string  `json:"say"`    // one sentence: who is still wanted
	People []There `json:"people"` // everybody called, in order of calling
	Wanted []Want  `json:"wanted"`
}

// There is one person's standing.
type There struct {
	Person string    `json:"person"`
	Name   string    `json:"name"`
	State  string    `json:"state"` // signed, coming, coming-cannot-sign, ringing, cannot, no-answer, told
	Roles  []string  `json:"roles,omitempty"`
	Since  time.Time `json:"since,omitzero"`
}

// Want is one thing that the incident needs somebody for.
type Want struct {
	For    string   `json:"for"` // "incident manager", "step Pause contract", "decision Pause contract"
	Met    bool     `json:"met"`
	People []string `json:"people,omitempty"` // who meets it, or who could
}

// Summary is what lists show of an incident; it stands beside the stream's head.
type Summary struct {
	ID        string    `json:"id"`
	Protocol  string    `json:"protocol"`
	Title     string    `json:"title"`
	Issue     string    `json:"issue,omitempty"`
	Category  string    `json:"category,omitempty"`
	Severity  string    `json:"severity"`
	Asset     string    `json:"asset,omitempty"`
	Exercise  bool      `json:"exercise,omitempty"`
	Phase     Phase     `json:"phase"`
	Opened    time.Time `json:"opened"`
	Last      time.Time `json:"last"`
	Situation string    `json:"situation"` // one sentence: how things stand
	Short     bool      `json:"short,omitempty"`
}

// Dispatch is one thing that an event wants to leave the house: the payload of a delivery.
type Dispatch struct {
	ID      string `json:"id"`   // of the delivery; its idempotency key
	Kind    string `json:"kind"` // DispatchPage, DispatchUpdate, DispatchAction
	Page    string `json:"page,omitempty"`
	Person  string `json:"person,omitempty"`
	Contact string `json:"contact,omitempty"` // kind of contact or channel
	To      string `json:"to,omitempty"`
	Update  string `json:"update,omitempty"`
	Channel string `json:"channel,omitempty"` // id in the plan
	Action  string `json:"action,omitempty"`  // of the incident
	Secret  string `json:"secret,omitempty"`  // of the page's link; added by the engine
}

// The kinds of dispatches.
const (
	DispatchPage     = "page"
	DispatchReminder = "reminder" // of an update that is due
	DispatchUpdate   = "update"
	DispatchAction   = "action"
)
