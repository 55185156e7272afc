package exercise

import (
	"time"

	"tocsin/fault"
	"tocsin/incident"
)

// Break is a rest of known length. The clock stands still in it.
type Break struct {
	At    time.Time `json:"at"`
	Until time.Time `json:"until"` // when people are asked to be back; it ends when the moderator says so
	Speed uint32    `json:"speed"` // of the clock before
}

// OpBreak begins a break, or gives the one that there is another end.
type OpBreak struct{ Length time.Duration }

func (OpBreak) op() {}

// OpBreakEnd ends a break.
type OpBreakEnd struct{}

func (OpBreakEnd) op() {}

// EventBreak says that there is a break.
type EventBreak struct {
	Until time.Time      `json:"until"`
	Speed uint32         `json:"speed"` // of the clock before
	Clock incident.Clock `json:"clock"`
	By    string         `json:"by,omitempty"`
}

// Kind names the event in the record.
func (EventBreak) Kind() string { return "exercise-break" }

// EventBreakEnded says that a break is over.
type EventBreakEnded struct {
	Clock incident.Clock `json:"clock"`
	By    string         `json:"by,omitempty"`
}

// Kind names the event in the record.
func (EventBreakEnded) Kind() string { return "exercise-break-ended" }

// maxBreak is the longest break; after that a session is better ended and another one planned.
const maxBreak = 4 * time.Hour

// ReminderBreak reminds who takes part: the break is over.
const ReminderBreak = "break"

func (d *decider) rest(op OpBreak) error {
	by, err := d.moderator()
	if err == nil {
		err = d.in(Running)
	}
	if err == nil {
		err = d.thawed()
	}
	switch {
	case err != nil:
		return err
	case op.Length < time.Minute || op.Length > maxBreak:
		return fault.New(fault.Invalid, "A break takes a minute at least and %s at most.", span(maxBreak))
	}
	speed := d.s.Clock.Speed
	if d.s.Break != nil {
		speed = d.s.Break.Speed
	}
	d.emit(EventBreak{Until: d.now.Add(op.Length), Speed: speed, Clock: d.s.Clock.Set(d.now, 0, 0), By: by})
	return nil
}

func (d *decider) restOver() error {
	by, err := d.moderator()
	if err == nil {
		err = d.in(Running)
	}
	if err == nil {
		err = d.thawed()
	}
	if err != nil {
		return err
	}
	if d.s.Break == nil {
		return fault.New(fault.Conflict, "There is no break.")
	}
	d.back(by)
	return nil
}

// back ends the break, if there is one: the clock goes on as before it.
func (d *decider) back(by string) {
	if d.s.Break == nil {
		return
	}
	speed := d.s.Break.Speed
	if r := d.s.Current(); r == nil || !r.UnderWay() {
		speed = 0
	}
	d.emit(EventBreakEnded{Clock: d.s.Clock.Set(d.now, speed, 0), By: by})
}

// applyBreak applies the events of breaks; false if h is not one. A break ends with what ends the session, or sets the clock going.
func (s *State) applyBreak(h Happened) bool {
	switch e := h.Event.(type) {
	case EventBreak:
		s.Break, s.Clock = &Break{At: h.At, Until: e.Until, Speed: e.Speed}, e.Clock
		s.forget(ReminderBreak)
		return true
	case EventBreakEnded:
		s.Break, s.Clock = nil, e.Clock
		return true
	case EventEnded, EventCompleted, EventAborted:
		s.Break = nil
	}
	return false
}

// forget lets a reminder be given once more.
func (s *State) forget(what string) {
	var rest []string // other states share the list
	for _, x := range s.Reminded {
		if x != what {
			rest = append(rest, x)
		}
	}
	s.Reminded = rest
}
