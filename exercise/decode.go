package exercise

import (
	"encoding/json"
	"fmt"
	"time"

	"tocsin/journal"
)

// Happened is an event in its place.
type Happened struct {
	Event   Event
	Seq     uint64
	At      time.Time
	Actor   journal.Actor
	Command string // id of the command it came from
}

// UnknownKind is the error for an event that this release does not know.
type UnknownKind struct {
	Kind    string
	Version int
}

func (e *UnknownKind) Error() string {
	return fmt.Sprintf("this release knows no event %q of version %d", e.Kind, e.Version)
}

// Decode reads a stored record of a session's stream; the error is an *UnknownKind for what a newer release wrote.
func Decode(r journal.Record) (Happened, error) {
	env, err := r.Open(nil)
	if err != nil {
		return Happened{}, err
	}
	decode, ok := decoders[env.Kind]
	if !ok || env.KindV != KindVersion {
		return Happened{}, &UnknownKind{env.Kind, env.KindV}
	}
	e, err := decode(env.Data)
	if err != nil {
		return Happened{}, fmt.Errorf("read event %d, %s: %w", env.Seq, env.Kind, err)
	}
	return Happened{Event: e, Seq: env.Seq, At: env.At, Actor: env.Actor, Command: env.Command}, nil
}

// Replay makes the state that events make.
func Replay(happened []Happened) *State {
	s := (&State{}).Next()
	for _, h := range happened {
		s.Apply(h)
	}
	return s
}

var decoders = map[string]func(json.RawMessage) (Event, error){
	EventPlanned{}.Kind():       read[EventPlanned],
	EventInvited{}.Kind():       read[EventInvited],
	EventReplied{}.Kind():       read[EventReplied],
	EventPostponed{}.Kind():     read[EventPostponed],
	EventCancelled{}.Kind():     read[EventCancelled],
	EventAssigned{}.Kind():      read[EventAssigned],
	EventChosen{}.Kind():        read[EventChosen],
	EventBegun{}.Kind():         read[EventBegun],
	EventDescribed{}.Kind():     read[EventDescribed],
	EventJoined{}.Kind():        read[EventJoined],
	EventHere{}.Kind():          read[EventHere],
	EventReached{}.Kind():       read[EventReached],
	EventInjected{}.Kind():      read[EventInjected],
	EventReleased{}.Kind():      read[EventReleased],
	EventAsked{}.Kind():         read[EventAsked],
	EventAnswered{}.Kind():      read[EventAnswered],
	EventBreak{}.Kind():         read[EventBreak],
	EventBreakEnded{}.Kind():    read[EventBreakEnded],
	EventMarked{}.Kind():        read[EventMarked],
	EventStruck{}.Kind():        read[EventStruck],
	EventClock{}.Kind():         read[EventClock],
	EventCompleted{}.Kind():     read[EventCompleted],
	EventAborted{}.Kind():       read[EventAborted],
	EventLesson{}.Kind():        read[EventLesson],
	EventFollowUp{}.Kind():      read[EventFollowUp],
	EventFollowUpEnded{}.Kind(): read[EventFollowUpEnded],
	EventLink{}.Kind():          read[EventLink],
	EventEnded{}.Kind():         read[EventEnded],
	EventFrozen{}.Kind():        read[EventFrozen],
	EventThawed{}.Kind():        read[EventThawed],
	EventSeen{}.Kind():          read[EventSeen],
	EventPublished{}.Kind():     read[EventPublished],
	EventRedacted{}.Kind():      read[EventRedacted],
	EventReminded{}.Kind():      read[EventReminded],
}

func read[E Event](data json.RawMessage) (Event, error) {
	var e E
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, err
	}
	return e, nil
}
