package arm

import (
	"encoding/json"
	"fmt"
	"time"

	"tocsin/decision"
	"tocsin/journal"
)

// KindVersion is the version of all kinds of events.
const KindVersion = 1

// How an arming ends.
const (
	Over      = "over"      // its time is
	Changed   = "changed"   // another plan is in force
	Lapsed    = "lapsed"    // not enough people signed in time
	Refused   = "refused"   // it can no longer be agreed
	Withdrawn = "withdrawn" // by whoever asked for it
	Disarmed  = "disarmed"  // by two people
	Replaced  = "replaced"  // by a newer one
)

// Event is something that happened to what a protocol has armed.
type Event interface{ Kind() string }

// EventAsked says that somebody wants an issue armed; approvers have to sign.
type EventAsked struct {
	Arming decision.Arming `json:"arming"`
}

// EventAnswered is a signed yes or no to an arming.
type EventAnswered struct {
	Number uint64          `json:"number"`
	Answer decision.Signed `json:"answer"`
}

// EventArmed says that enough have signed: from now on it acts.
type EventArmed struct {
	Number uint64 `json:"number"`
	Issue  string `json:"issue"`
}

// EventEnded says that an arming, or the asking for one, is over.
type EventEnded struct {
	Number uint64   `json:"number"`
	Issue  string   `json:"issue"`
	How    string   `json:"how"`
	By     []string `json:"by,omitempty"` // persons who ended it
}

// EventDisarmAsked says that somebody wants it disarmed; a second person has to agree.
type EventDisarmAsked struct {
	Number uint64           `json:"number"`
	Issue  string           `json:"issue"`
	Why    journal.Personal `json:"why"`
	By     string           `json:"by"` // person
}

// EventDisarmDropped says that it stays armed: nobody agreed in time, or whoever asked thinks otherwise.
type EventDisarmDropped struct {
	Number uint64 `json:"number"`
	Issue  string `json:"issue"`
	By     string `json:"by,omitempty"` // person; empty: nobody agreed in time
}

// EventUsed says that an action was ordered by an arming.
type EventUsed struct {
	Number   uint64 `json:"number"`
	Issue    string `json:"issue"`
	Incident string `json:"incident"`
	Decision string `json:"decision"` // of the incident
}

// EventReturned says that nothing came of that: what had been found was taken back before anything was signed.
type EventReturned struct {
	Number   uint64 `json:"number"`
	Incident string `json:"incident"`
	Decision string `json:"decision"`
}

// EventTested records what a replay of history found.
type EventTested struct {
	Test Test `json:"test"`
}

// Kind names the event in the record.
func (EventAsked) Kind() string { return "arm-asked" }

// Kind names the event in the record.
func (EventAnswered) Kind() string { return "arm-answered" }

// Kind names the event in the record.
func (EventArmed) Kind() string { return "armed" }

// Kind names the event in the record.
func (EventEnded) Kind() string { return "arm-ended" }

// Kind names the event in the record.
func (EventDisarmAsked) Kind() string { return "disarm-asked" }

// Kind names the event in the record.
func (EventDisarmDropped) Kind() string { return "disarm-dropped" }

// Kind names the event in the record.
func (EventUsed) Kind() string { return "arm-used" }

// Kind names the event in the record.
func (EventReturned) Kind() string { return "arm-returned" }

// Kind names the event in the record.
func (EventTested) Kind() string { return "backtest-recorded" }

// Happened is an event in its place.
type Happened struct {
	Event Event
	Seq   uint64
	At    time.Time
	Actor journal.Actor
}

// UnknownKind is the error for an event that this release does not know.
type UnknownKind struct {
	Kind    string
	Version int
}

func (e *UnknownKind) Error() string {
	return fmt.Sprintf("this release knows no event %q of version %d", e.Kind, e.Version)
}

// readers read the data of each kind.
var readers = map[string]func(journal.Envelope) (Event, error){
	EventAsked{}.Kind():         read[EventAsked],
	EventAnswered{}.Kind():      read[EventAnswered],
	EventArmed{}.Kind():         read[EventArmed],
	EventEnded{}.Kind():         read[EventEnded],
	EventDisarmAsked{}.Kind():   read[EventDisarmAsked],
	EventDisarmDropped{}.Kind(): read[EventDisarmDropped],
	EventUsed{}.Kind():          read[EventUsed],
	EventReturned{}.Kind():      read[EventReturned],
	EventTested{}.Kind():        read[EventTested],
}

// Decode reads a stored record of a stream of armings; the error is an *UnknownKind for what a newer release wrote.
func Decode(r journal.Record) (Happened, error) {
	env, err := r.Open(nil)
	if err != nil {
		return Happened{}, err
	}
	reader, ok := readers[env.Kind]
	if !ok || env.KindV != KindVersion {
		return Happened{}, &UnknownKind{env.Kind, env.KindV}
	}
	e, err := reader(env)
	return Happened{Event: e, Seq: env.Seq, At: env.At, Actor: env.Actor}, err
}

func read[E Event](env journal.Envelope) (Event, error) {
	var e E
	if err := json.Unmarshal(env.Data, &e); err != nil {
		return nil, fmt.Errorf("read event %d, %s: %w", env.Seq, env.Kind, err)
	}
	return e, nil
}
