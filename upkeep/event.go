package upkeep

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/journal"
)

// KindVersion is the version of all kinds of events.
const KindVersion = 1

// Event is something that happened between emergencies.
type Event interface{ Kind() string }

// EventAway says that a person is away from their key.
type EventAway struct {
	Person string    `json:"person"`
	Until  time.Time `json:"until"`
}

// EventBack says that they are back before that.
type EventBack struct {
	Person string `json:"person"`
}

// EventFacts records what the chains say of a plan's contracts.
type EventFacts struct {
	Plan  evm.Hash        `json:"plan"`
	Facts json.RawMessage `json:"facts"`
	By    string          `json:"by,omitzero"` // person who had them recorded anew
}

// EventTried says that a person proved that they hold a key of theirs: by signing that they do, or by an answer to a decision.
type EventTried struct {
	Person    string        `json:"person"`
	Signer    evm.Address   `json:"signer"`              // as decision.SignerOf names the key
	Day       string        `json:"day,omitzero"`        // that was signed; empty of an answer
	Plan      evm.Hash      `json:"plan,omitzero"`       // that was signed
	Signature hexutil.Bytes `json:"signature,omitempty"` // over decision.Trial
	Of        string        `json:"of,omitzero"`         // the incident whose decision was answered

	Fact *decision.ContractFact `json:"fact,omitzero"` // what a contract said of the signature
}

// Kind names the event in the record.
func (EventTried) Kind() string { return "key-tried" }

// Kind names the event in the record.
func (EventAway) Kind() string { return "signer-away" }

// Kind names the event in the record.
func (EventBack) Kind() string { return "signer-back" }

// Kind names the event in the record.
func (EventFacts) Kind() string { return "facts-recorded" }

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

// Decode reads a stored record; the error is an *UnknownKind for what a newer release wrote.
func Decode(r journal.Record) (Happened, error) {
	env, err := r.Open(nil)
	if err != nil {
		return Happened{}, err
	}
	if env.KindV != KindVersion {
		return Happened{}, &UnknownKind{env.Kind, env.KindV}
	}
	h := Happened{Seq: env.Seq, At: env.At, Actor: env.Actor}
	switch env.Kind {
	case EventAway{}.Kind():
		h.Event, err = read[EventAway](env)
	case EventBack{}.Kind():
		h.Event, err = read[EventBack](env)
	case EventTried{}.Kind():
		h.Event, err = read[EventTried](env)
	case EventReminded{}.Kind():
		h.Event, err = read[EventReminded](env)
	case EventFacts{}.Kind():
		h.Event, err = read[EventFacts](env)
	default:
		return Happened{}, &UnknownKind{env.Kind, env.KindV}
	}
	return h, err
}

func read[E Event](env journal.Envelope) (Event, error) {
	var e E
	if err := json.Unmarshal(env.Data, &e); err != nil {
		return nil, fmt.Errorf("read event %d, %s: %w", env.Seq, env.Kind, err)
	}
	return e, nil
}
