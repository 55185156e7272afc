package exercise

import (
	"time"

	"tocsin/fault"
	"tocsin/journal"
)

// Asked is a question that somebody has put to the moderator, to find out what they could look up if it were real.
type Asked struct {
	Number int       `json:"number"` // within the run, from 1
	Person string    `json:"person"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
	Shows  time.Time `json:"shows"`         // exercise time
	Over   time.Time `json:"over,omitzero"` // when it was answered; zero while it waits
}

// OpAsk puts a question to the moderator. Everybody of the team may, but the moderator.
type OpAsk struct{ Text string }

func (OpAsk) op() {}

// OpAnswered says that a question was answered aloud, or needs no answer. One that a fact answers is answered by OpRelease.
type OpAnswered struct{ Number int }

func (OpAnswered) op() {}

// EventAsked says that somebody put a question to the moderator.
type EventAsked struct {
	Run    int              `json:"run"`
	Number int              `json:"number"`
	Person string           `json:"person"`
	Text   journal.Personal `json:"text"`
	Shows  time.Time        `json:"shows"` // exercise time
}

// Kind names the event in the record.
func (EventAsked) Kind() string { return "exercise-asked" }

// EventAnswered says that a question needs no answer any more.
type EventAnswered struct {
	Run    int    `json:"run"`
	Number int    `json:"number"`
	By     string `json:"by,omitempty"`
}

// Kind names the event in the record.
func (EventAnswered) Kind() string { return "exercise-answered" }

// maxWaiting is how many questions may wait at once.
const maxWaiting = 50

func (d *decider) ask(op OpAsk) error {
	who, err := d.person()
	if err != nil {
		return err
	}
	if d.moderates() {
		return fault.New(fault.Forbidden, "You moderate: the others ask you.")
	}
	r, err := d.playing()
	if err != nil {
		return err
	}
	text, err := words(op.Text, "question", true)
	if err != nil {
		return err
	}
	if err := full(len(r.Unanswered()), maxWaiting, "questions that wait for the moderator"); err != nil {
		return err
	}
	if err := full(len(r.Asked), maxList, "questions in this scenario"); err != nil {
		return err
	}
	d.emit(EventAsked{Run: r.Number, Number: len(r.Asked) + 1, Person: who.ID, Text: journal.Personal(text), Shows: d.s.Clock.Now(d.now)})
	return nil
}

func (d *decider) answered(op OpAnswered) error {
	by, err := d.moderator()
	if err != nil {
		return err
	}
	r, err := d.playing()
	if err != nil {
		return err
	}
	q := r.question(op.Number)
	switch {
	case q == nil:
		return fault.New(fault.NotFound, "There is no question %d.", op.Number)
	case q.Over.IsZero(): // else a double click
		d.emit(EventAnswered{Run: r.Number, Number: op.Number, By: by})
	}
	return nil
}

// Unanswered are the questions of a run that wait for the moderator, the oldest first.
func (r *Run) Unanswered() []Asked {
	var list []Asked
	for _, q := range r.Asked {
		if q.Over.IsZero() {
			list = append(list, q)
		}
	}
	return list
}

// question finds a question by its number, nil if there is none.
func (r *Run) question(number int) *Asked {
	if number < 1 || number > len(r.Asked) {
		return nil
	}
	return &r.Asked[number-1]
}

// applyAsked applies the events of questions; false if h is not one.
func (s *State) applyAsked(h Happened) bool {
	switch e := h.Event.(type) {
	case EventAsked:
		if r := s.Run(e.Run); r != nil {
			r.Asked = append(r.Asked, Asked{Number: e.Number, Person: e.Person, Text: string(e.Text), At: h.At, Shows: e.Shows})
		}
	case EventAnswered:
		s.answer(e.Run, e.Number, h.At)
	case EventReleased:
		s.answer(e.Run, e.Asked, h.At)
		return false
	default:
		return false
	}
	return true
}

// answer ends the wait for an answer.
func (s *State) answer(run, number int, at time.Time) {
	r := s.Run(run)
	if r == nil {
		return
	}
	if q := r.question(number); q != nil && q.Over.IsZero() {
		q.Over = at
	}
}
