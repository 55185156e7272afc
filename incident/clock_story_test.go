package incident_test

import (
	"strconv"
	"time"

	"tocsin/incident"
)

// exercise is what an incident is opened for: exercise=ID is a session's, whose clock begins now; exercise=demo has no clock.
func (s *story) exercise(w *said) *incident.Exercise {
	switch id := w.take("exercise", ""); id {
	case "":
		return nil
	case "demo":
		return &incident.Exercise{Scenario: "drained-vault"}
	default:
		return &incident.Exercise{Scenario: "drained-vault", Session: id, Run: 1, Clock: &incident.Clock{At: s.now, Shows: s.now, Speed: 1}}
	}
}

// clock sets the exercise's clock: on= and back= move it, speed= is how fast it goes then, halt= why it does not go on. A story's times are what it shows.
func (s *story) clock(w *said) incident.Op {
	s.t.Helper()
	moved := func(name string) time.Duration {
		d, err := time.ParseDuration(w.take(name, "0s"))
		if err != nil {
			s.t.Fatal(err)
		}
		return d
	}
	speed, err := strconv.ParseUint(w.take("speed", "1"), 10, 32)
	if err != nil {
		s.t.Fatal(err)
	}
	c := incident.Clock{At: s.now, Shows: s.now}
	if x := s.state.Exercise; x != nil && x.Clock != nil {
		if c.At, _ = x.Clock.Real(s.now); c.At.Before(x.Clock.At) {
			s.t.Fatal("the clock has shown that before")
		}
	}
	halts := map[string]*incident.Halt{"real": {Real: true}, "stop": {By: "eve"}, "over": {Over: true}}
	return incident.OpClock{
		Clock: incident.Clock{At: c.At, Shows: s.now.Add(moved("on") - moved("back")), Speed: uint32(speed)},
		Halt:  halts[w.take("halt", "")],
	}
}
