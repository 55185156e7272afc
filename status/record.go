package status

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tocsin/fault"
	"tocsin/journal"
)

// KindVersion is the version of the event kinds below.
const KindVersion = 1

// Event is something that happened to what the file says.
type Event interface{ Kind() string }

// EventSet says that an action of an incident set what the file says.
type EventSet struct {
	Sequence uint64 `json:"sequence"`
	Text
	Incident string `json:"incident"`
	Deed     string `json:"deed"`   // the action within the incident
	Action   string `json:"action"` // of the plan
}

// Kind names the event.
func (EventSet) Kind() string { return "status-set" }

// Happened is an event with what is known of it.
type Happened struct {
	Event Event
	Seq   uint64
	At    time.Time
}

// UnknownKind says that a newer release wrote an event.
type UnknownKind struct {
	Kind    string
	Version int
}

func (e *UnknownKind) Error() string {
	return fmt.Sprintf("this release knows no event %q of version %d", e.Kind, e.Version)
}

// Decode reads an event from a record.
func Decode(r journal.Record) (Happened, error) {
	env, err := r.Open(nil)
	if err != nil {
		return Happened{}, err
	}
	if env.KindV != KindVersion || env.Kind != (EventSet{}).Kind() {
		return Happened{}, &UnknownKind{env.Kind, env.KindV}
	}
	var e EventSet
	if err := json.Unmarshal(env.Data, &e); err != nil {
		return Happened{}, fmt.Errorf("read event %d, %s: %w", env.Seq, env.Kind, err)
	}
	return Happened{Event: e, Seq: env.Seq, At: env.At}, nil
}

// Change is one change of what the file says.
type Change struct {
	EventSet
	At time.Time
}

// State is what the file says, and how it came to that. The zero State says that all is normal.
type State struct {
	Version uint64 // number of events applied
	Last    time.Time
	Changes []Change // oldest first
}

// Apply applies an event. It never fails on stored history.
func (s *State) Apply(h Happened) {
	s.Version, s.Last = h.Seq, h.At
	if e, ok := h.Event.(EventSet); ok {
		s.Changes = append(s.Changes, Change{EventSet: e, At: h.At})
	}
}

// Now is the change that holds; before any it is number 0 and says that all is normal.
func (s *State) Now() Change {
	if n := len(s.Changes); n > 0 {
		return s.Changes[n-1]
	}
	return Change{EventSet: EventSet{Text: Text{State: Normal, Off: []string{}}}}
}

// By is the change that an action of an incident made.
func (s *State) By(incident, deed string) (Change, bool) {
	i := slices.IndexFunc(s.Changes, func(c Change) bool { return c.Incident == incident && c.Deed == deed })
	if i < 0 {
		return Change{}, false
	}
	return s.Changes[i], true
}

// Set is the wish of an action of an incident that the file say something.
type Set struct {
	Text
	Incident, Deed, Action string
}

// Decide says what follows from a wish: nothing if that action has set it before. The sequence is at least the Unix time, so that it grows
// even where a database was put back from a backup. Fault: invalid for a text that no file may hold.
func Decide(s *State, protocol string, x Set, now time.Time) ([]Event, error) {
	if _, done := s.By(x.Incident, x.Deed); done {
		return nil, nil
	}
	if x.Incident == "" || x.Deed == "" {
		return nil, fault.New(fault.Invalid, "Only an action of an incident sets the status.")
	}
	e := EventSet{Sequence: max(s.Now().Sequence+1, uint64(max(now.Unix(), 0))), Text: x.Text, Incident: x.Incident, Deed: x.Deed, Action: x.Action}
	if e.Off == nil {
		e.Off = []string{}
	}
	if _, err := New(protocol, e.Sequence, e.Text, now, time.Hour); err != nil {
		return nil, err
	}
	return []Event{e}, nil
}
