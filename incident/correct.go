package incident

import (
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/journal"
)

// Correction is another time for a moment than the one recorded; both are kept. The rules go by what was recorded, the
// metrics by what is right.
type Correction struct {
	Moment string    `json:"moment"` // one of Correctable
	At     time.Time `json:"at"`
	Was    time.Time `json:"was,omitzero"` // as recorded; zero if nothing was
	By     string    `json:"by"`
	Said   time.Time `json:"said"`
	Why    string    `json:"why"`
	Void   bool      `json:"void,omitempty"` // the incident was reopened since: the moment has come anew, or will
}

// Correctable lists the names of the moments whose times can be corrected, in the order of a whole course.
var Correctable = [...]string{
	"first-malicious-tx", "detected", "first-answer", "mustered", "room", "validated", "decided", "contained", "first-public", "resolved", "closed", "dismissed",
}

// OpCorrect says that a moment was at another time than the one recorded.
type OpCorrect struct {
	Moment string // one of Correctable
	At     time.Time
	Why    string
}

func (OpCorrect) op() {}

// EventCorrected is such a correction.
type EventCorrected struct {
	Moment string           `json:"moment"`
	At     time.Time        `json:"at"`
	Was    time.Time        `json:"was,omitzero"`
	By     string           `json:"by"`
	Why    journal.Personal `json:"why"`
}

// Kind names the event.
func (EventCorrected) Kind() string { return "corrected" }

// moment returns the field of a moment, nil if there is none of that name.
func (m *Moments) moment(name string) *time.Time {
	switch name {
	case "first-malicious-tx":
		return &m.FirstMaliciousTx
	case "detected":
		return &m.Detected
	case "first-answer":
		return &m.FirstAnswer
	case "mustered":
		return &m.Mustered
	case "room":
		return &m.Room
	case "validated":
		return &m.Validated
	case "decided":
		return &m.Decided
	case "contained":
		return &m.Contained
	case "first-public":
		return &m.FirstPublic
	case "resolved":
		return &m.Resolved
	case "closed":
		return &m.Closed
	case "dismissed":
		return &m.Dismissed
	}
	return nil
}

// Times are the moments as they were, corrections included: what metrics and accounts go by.
func (s *State) Times() Moments {
	m := s.Moments
	for _, c := range s.Corrections {
		if at := m.moment(c.Moment); at != nil && !c.Void {
			*at = c.At
		}
	}
	return m
}

// mayLack reports whether a moment that was not recorded can be corrected all the same: it may have come unseen.
func mayLack(moment string) bool {
	return moment == "first-malicious-tx" || moment == "first-public" || moment == "room"
}

func (d *decider) correct(op OpCorrect) error {
	who, err := d.person()
	if err != nil {
		return err
	}
	recorded := d.s.Moments
	was := recorded.moment(op.Moment)
	if was == nil {
		return fault.New(fault.Invalid, "There is no moment %q.", op.Moment).Instead("Correct one of these: %s.", strings.Join(Correctable[:], ", "))
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	at := op.At.UTC()
	switch {
	case was.IsZero() && !mayLack(op.Moment):
		return fault.New(fault.Conflict, "The moment %q has not come.", op.Moment)
	case at.IsZero():
		return fault.New(fault.Invalid, "The time is missing.").Instead("Write it like %s.", d.now.UTC().Format(time.RFC3339))
	case at.After(d.now):
		return fault.New(fault.Invalid, "%s has not come yet.", clockFrom(d.now, at)).Instead("Give a time that has passed, in UTC.")
	case at.Before(d.now.AddDate(-1, 0, 0)):
		return fault.New(fault.Invalid, "%s is more than a year ago.", at.Format(time.DateOnly)).Instead("Check the year.")
	}
	times := d.s.Times()
	if times.moment(op.Moment).Equal(at) {
		return fault.New(fault.Conflict, "It stands at that time already.")
	}
	d.emit(EventCorrected{Moment: op.Moment, At: at, Was: *was, By: who, Why: journal.Personal(why)})
	return nil
}

func (s *State) applyCorrected(e EventCorrected, at time.Time) {
	s.Corrections = append(s.Corrections, Correction{Moment: e.Moment, At: e.At, Was: e.Was, By: e.By, Said: at, Why: string(e.Why)})
}

// voidCorrections drops what was corrected of moments that have not come any more.
func (s *State) voidCorrections() {
	for i := range s.Corrections {
		if slices.Contains([]string{"contained", "resolved", "closed", "dismissed"}, s.Corrections[i].Moment) {
			s.Corrections[i].Void = true
		}
	}
}
