// Package incident owns one occurrence of an issue from finding to published post-mortem: the commands that change it, the
// events that record it, and the pure functions between them.
//
//	Decide(plan, state, command, now) → events     what a command means, or why not
//	Apply(state, event)               → state      never fails on stored history
//	NextDue(plan, state)              → time       when it must be looked at again
//	Todo(plan, state, person)         → tasks      what is whose to do
//
// The phases:
//
//	         validate          effect holds,        resolve          close
//	detected ───────▶ validated ──────────▶ contained ─────▶ resolved ─────▶ closed
//	   │  ▲              │  ▲    all quiet      │
//	   │  └─ reopen ──┐  │  └──── reopen ───────┘ continuing loss
//	   └──▶ dismissed ┴◀─┘
//
// From any phase but the last it may also be merged into another incident; see OpMerge.
package incident

import (
	"time"

	"tocsin/evm"
	"tocsin/journal"
)

// Phase is how far an incident has come.
type Phase string

// The phases, in order; an incident may also end as dismissed, or merged into another one.
const (
	Detected  Phase = "detected"
	Validated Phase = "validated"
	Contained Phase = "contained"
	Resolved  Phase = "resolved"
	Closed    Phase = "closed"
	Dismissed Phase = "dismissed"
)

// Phases lists the phases of an incident that runs its whole course.
var Phases = [...]Phase{Detected, Validated, Contained, Resolved, Closed}

// Over reports whether nothing more is expected.
func (p Phase) Over() bool { return p == Closed || p == Dismissed || p == Merged }

// rank orders the phases; dismissed ranks with closed.
func (p Phase) rank() int {
	for i, q := range Phases {
		if p == q {
			return i
		}
	}
	return len(Phases) - 1
}

// AtLeast reports whether p has reached q.
func (p Phase) AtLeast(q Phase) bool { return p.rank() >= q.rank() }

// State is an incident as its events have made it. The zero State is an incident that has not been opened.
type State struct {
	ID          string       `json:"id"`
	Version     uint64       `json:"version"` // number of events applied
	Protocol    string       `json:"protocol"`
	Plan        evm.Hash     `json:"plan"` // hash of the plan it runs under
	Exercise    *Exercise    `json:"exercise,omitempty"`
	Stopped     []string     `json:"stopped,omitempty"` // exercises that went on when it was opened in earnest
	Title       string       `json:"title"`
	Issue       string       `json:"issue,omitempty"`      // issue of the plan; empty while unknown
	Candidates  []string     `json:"candidates,omitempty"` // issues it may be
	Category    string       `json:"category,omitempty"`
	Severity    string       `json:"severity"`
	Asset       string       `json:"asset,omitempty"`
	Phase       Phase        `json:"phase"`
	Opened      time.Time    `json:"opened"`
	Last        time.Time    `json:"last"` // time of the last event
	Procedure   string       `json:"procedure,omitempty"`
	Findings    []Finding    `json:"findings,omitempty"`
	Pages       []Page       `json:"pages,omitempty"`
	Answers     []Answer     `json:"answers,omitempty"` // one per person, the latest
	Roles       []Holding    `json:"roles,omitempty"`
	Steps       []Step       `json:"steps,omitempty"` // those begun or ended
	Decisions   []Decision   `json:"decisions,omitempty"`
	Actions     []Action     `json:"actions,omitempty"`
	Updates     []Update     `json:"updates,omitempty"`
	Notes       []Note       `json:"notes,omitempty"`
	Seconds     []Second     `json:"seconds,omitempty"`   // what waits for a second person
	Overrides   []Override   `json:"overrides,omitempty"` // communications waived or reinstated by people
	Pins        []Pin        `json:"pins,omitempty"`
	Added       []Added      `json:"added,omitempty"` // steps added on the spot
	Evidence    []Evidence   `json:"evidence,omitempty"`
	Warnings    []Call       `json:"warnings,omitempty"` // about steps that take too long
	Led         string       `json:"led,omitempty"`      // procedure that an answer led to
	Moments     Moments      `json:"moments"`
	Distrusted  []Distrust   `json:"distrusted,omitempty"`
	Hidden      []string     `json:"hidden,omitempty"`      // persons who must not know of it
	HiddenBy    []string     `json:"hidden_by,omitempty"`   // who hid it from each of them
	Offers      []Offer      `json:"offers,omitempty"`      // roles that somebody is asked to take
	Corrections []Correction `json:"corrections,omitempty"` // of moments, in the order in which they were made
	Escalated   []string     `json:"escalated,omitempty"`   // moments whose people have been told
	Reopened    time.Time    `json:"reopened,omitzero"`     // when it was last reopened: what had halted it before was not enough
	QuietFrom   time.Time    `json:"quiet_from,omitzero"`   // since when quiet counts towards containment
	Everyone    time.Time    `json:"everyone,omitzero"`     // when everyone was last paged for want of answers, or it was reopened
	Rang        string       `json:"rang,omitempty"`        // sum of the findings' amounts when it last rang, a decimal
	Postmortem  string       `json:"postmortem,omitempty"`  // text of the post-mortem as last posted
	Into        *Into        `json:"into,omitempty"`        // where it goes on, while it is merged
	Absorbed    []Absorbed   `json:"absorbed,omitempty"`    // incidents that were merged into it
	Adopted     []Adopted    `json:"adopted,omitempty"`     // newer plans that it took up, in order

	TakenIn []TakenIn `json:"taken_in,omitempty"` // actions that were carried out without the server

	NotActed []NotActed `json:"not_acted,omitempty"` // why what may be done by itself was not, the latest of each issue

	// Of the muster.
	Alarms []Call `json:"alarms,omitempty"` // to whoever watches the server: nobody comes

	commands map[commandKey]bool // commands applied, so that a repeated one changes nothing
}

// Exercise says that the incident is a drill.
type Exercise struct {
	Scenario string `json:"scenario,omitempty"` // empty where Session says which: a name may tell what is behind it
	Chain    uint64 `json:"chain,omitempty"`    // the drill chain; its id is no live chain's
	Follower string `json:"follower,omitempty"` // of Chain, where that is the run's alone; empty: whoever follows the chain for the protocol
	Session  string `json:"session,omitempty"`  // it belongs to; empty for a demo
	Run      int    `json:"run,omitempty"`      // of the session, from 1
	Clock    *Clock `json:"clock,omitempty"`    // nil: its time is real time
	Halt     *Halt  `json:"halt,omitempty"`     // why it does not go on; nil if it does

	Spared []string `json:"spared,omitempty"` // persons whom it must not call: who moderates, who keeps the real watch, who has not agreed
}

// Finding is what a detector, a webhook or a person reported.
type Finding struct {
	ID        string    `json:"id"` // the same for the same fact, however often it is seen
	Detector  string    `json:"detector"`
	Mode      string    `json:"mode,omitempty"` // mode of the detector: observe, page, act
	Issues    []string  `json:"issues,omitempty"`
	Asset     string    `json:"asset,omitempty"`
	Chain     uint64    `json:"chain,omitempty"`
	Block     uint64    `json:"block,omitempty"`
	BlockHash evm.Hash  `json:"block_hash,omitzero"`
	Tx        evm.Hash  `json:"tx,omitzero"`
	At        time.Time `json:"at"`                  // when it happened: time of the block
	Amount    string    `json:"amount,omitempty"`    // size as a decimal, in the asset's smallest unit
	Say       string    `json:"say"`                 // what it means, in a sentence
	Act       string    `json:"act,omitempty"`       // why it may act by itself; without it, one of mode act only calls people
	Worse     bool      `json:"worse,omitempty"`     // it rang again
	Follows   string    `json:"follows,omitempty"`   // of which action of the incident it is only the consequence: it calls nobody
	Retracted string    `json:"retracted,omitempty"` // why it no longer counts
	From      string    `json:"from,omitempty"`      // incident that brought it when it was merged; empty for its own

	// Of a person who used the public form: texts about people, which can be removed later.
	Text    journal.Personal `json:"text,omitzero"`    // in their words
	Contact journal.Personal `json:"contact,omitzero"` // how to reach them
}

// Page asks one person to come.
type Page struct {
	ID        string    `json:"id"`
	Person    string    `json:"person"`
	Why       string    `json:"why"`             // in words: "told on detection", "backup for Janet R"
	Quiet     bool      `json:"quiet,omitempty"` // it asks somebody who has come whether they are still there, and rings nobody
	Requested time.Time `json:"requested"`
	State     string    `json:"state"` // ringing, answered, exhausted, ended
	Rung      int       `json:"rung"`  // calls made so far
	NextRing  time.Time `json:"next_ring,omitzero"`
	Calls     []Call    `json:"calls,omitempty"`
	Ended     time.Time `json:"ended,omitzero"`
}

// The states of a page.
const (
	Ringing   = "ringing"
	Answered  = "answered"
	Exhausted = "exhausted" // the whole ladder went unanswered; others were called
	Ended     = "ended"     // no longer wanted
)

// Call is one try over one contact method.
type Call struct {
	Delivery string    `json:"delivery"`
	Contact  string    `json:"contact"` // kind of contact: email, phone, …
	At       time.Time `json:"at"`
	Outcome  string    `json:"outcome,omitempty"` // landed, failed, unknown; empty while under way
	Say      string    `json:"say,omitempty"`
}

// Answer is what a person said to being called.
type Answer struct {
	Person string    `json:"person"`
	Answer string    `json:"answer"` // Coming, ComingNoSign, Cannot
	At     time.Time `json:"at"`
	Note   string    `json:"note,omitempty"`
	Left   bool      `json:"left,omitempty"` // they had come, and went
	Seen   time.Time `json:"seen,omitzero"`  // when they last did anything
}

// The answers.
const (
	Coming       = "coming"
	ComingNoSign = "coming-cannot-sign"
	Cannot       = "cannot"
	WentQuiet    = "went-quiet" // no answer of theirs: they had come, and nothing is heard of them any more
)

// Comes reports whether the person has said that they come, able to sign or not.
func (a Answer) Comes() bool { return a.Answer == Coming || a.Answer == ComingNoSign }

// Holding is a role held by a person.
type Holding struct {
	Role   string    `json:"role"`
	Person string    `json:"person"`
	Since  time.Time `json:"since"`
}

// Step is how far a step of the procedure has come.
type Step struct {
	Step   string    `json:"step"`
	State  string    `json:"state"` // under-way, done, skipped, failed
	By     string    `json:"by"`    // person or action
	Begun  time.Time `json:"begun,omitzero"`
	Ended  time.Time `json:"ended,omitzero"`
	Note   string    `json:"note,omitempty"`
	Answer string    `json:"answer,omitempty"` // to its question
	Warned int       `json:"warned,omitempty"` // that it takes too long: 1 its owner, 2 the incident manager
}

// The states of a step; a step that is not listed is to come.
const (
	UnderWay = "under-way"
	Done     = "done"
	Skipped  = "skipped"
	Failed   = "failed"
)

// Update is one message owed to an audience.
type Update struct {
	ID            string    `json:"id"`
	Communication string    `json:"communication"`
	Number        int       `json:"number"` // first, second, … of this communication
	Due           time.Time `json:"due"`
	Since         time.Time `json:"since,omitzero"` // when it became owed
	State         string    `json:"state"`          // owed, asked (its approval is), posted, ended
	Soon          bool      `json:"soon,omitempty"` // somebody was reminded before it was due
	Reminded      bool      `json:"reminded,omitempty"`
	Text          string    `json:"text,omitempty"`
	By            string    `json:"by,omitempty"`
	Posted        time.Time `json:"posted,omitzero"`
	Sent          []Call    `json:"sent,omitempty"`    // by Tocsin
	ByHand        []string  `json:"by_hand,omitempty"` // channels where By posted it
	Missed        time.Time `json:"missed,omitzero"`   // when it was recorded that it had not come in time
	Round         int       `json:"round,omitempty"`   // rounds of calling people because it was missed
	Again         time.Time `json:"again,omitzero"`    // when they are called about it again
	Waiting       []string  `json:"waiting,omitempty"` // channels that somebody has to post it to by hand, because another failed
}

// The states of an update besides Ended.
const (
	Owed   = "owed"
	Asked  = "asked"
	Posted = "posted"
)

// Note is something said into the timeline.
type Note struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Second is something that one person asked for and that takes two.
type Second struct {
	What string    `json:"what"` // dismiss, resolve, lower, waive
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Why  string    `json:"why"`
	To   string    `json:"to,omitempty"` // severity, for lower; communication, for waive
}

// Moments are the times that the metrics are made of; a zero one has not come.
type Moments struct {
	FirstMaliciousTx time.Time `json:"first_malicious_tx,omitzero"`
	Detected         time.Time `json:"detected,omitzero"`
	FirstAnswer      time.Time `json:"first_answer,omitzero"`
	Mustered         time.Time `json:"mustered,omitzero"`
	Validated        time.Time `json:"validated,omitzero"`
	Room             time.Time `json:"room,omitzero"` // the responders' room was open
	Decided          time.Time `json:"decided,omitzero"`
	Contained        time.Time `json:"contained,omitzero"`
	FirstPublic      time.Time `json:"first_public,omitzero"`
	Resolved         time.Time `json:"resolved,omitzero"`
	Closed           time.Time `json:"closed,omitzero"`
	Dismissed        time.Time `json:"dismissed,omitzero"`
}
