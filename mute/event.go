package mute

import (
	"encoding/json"
	"fmt"
	"time"

	"tocsin/journal"
)

// KindVersion is the version of all kinds of events.
const KindVersion = 1

// Event is something that happened to a protocol's mutes.
type Event interface{ Kind() string }

// EventAsked says that somebody wants a detector muted; a second person has to agree.
type EventAsked struct {
	Detector string           `json:"detector"`
	Until    time.Time        `json:"until"`
	Why      journal.Personal `json:"why"`
	By       string           `json:"by"` // person
}

// EventMuted says that a detector is quiet from now on, or that it is for another time than it was.
type EventMuted struct {
	Detector string           `json:"detector"`
	Until    time.Time        `json:"until"`
	Why      journal.Personal `json:"why"`
	By       []string         `json:"by"`    // persons: who asked, then who agreed
	Of       string           `json:"of"`    // imprint of the detector: another one of the same id is not muted
	After    uint64           `json:"after"` // number of the last finding recorded before
}

// EventEnded says that a mute, or the asking for one, is over.
type EventEnded struct {
	Number   uint64 `json:"number"`
	Detector string `json:"detector"`
	How      string `json:"how"`          // over, unmuted, changed, lapsed, withdrawn
	By       string `json:"by,omitempty"` // person who ended it
}

// Kind names the event in the record.
func (EventAsked) Kind() string { return "mute-asked" }

// Kind names the event in the record.
func (EventMuted) Kind() string { return "muted" }

// Kind names the event in the record.
func (EventEnded) Kind() string { return "mute-ended" }

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

// Decode reads a stored record of a stream of mutes; the error is an *UnknownKind for what a newer release wrote.
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
	case EventAsked{}.Kind():
		h.Event, err = read[EventAsked](env)
	case EventMuted{}.Kind():
		h.Event, err = read[EventMuted](env)
	case EventEnded{}.Kind():
		h.Event, err = read[EventEnded](env)
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
