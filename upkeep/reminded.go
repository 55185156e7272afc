package upkeep

import "time"

// The measures of reminders that an exercise is due.
const (
	remindAgain = 14 * 24 * time.Hour // while it is overdue
	remindMost  = 24 * time.Hour      // never more often, whatever becomes due
)

// OpRemind says that the next exercise is due, or overdue, and is not planned.
type OpRemind struct {
	Due     time.Time
	Overdue bool
}

func (OpRemind) op() {}

// Reminded is the latest reminder that an exercise is due; zero if there was none.
type Reminded struct {
	Due     time.Time
	Overdue bool
	At      time.Time
}

// EventReminded says that those who may moderate were told that an exercise is due.
type EventReminded struct {
	Due     time.Time `json:"due"`
	Overdue bool      `json:"overdue,omitempty"`
}

// Kind names the event in the record.
func (EventReminded) Kind() string { return "exercise-due" }

// remind decides whether people are told again: when it will be due, when it is overdue, and then now and then.
func remind(s *State, op OpRemind, now time.Time) []Event {
	due := op.Due.UTC().Truncate(time.Microsecond)
	last := s.Reminded
	told := EventReminded{Due: due, Overdue: op.Overdue}
	switch {
	case last.At.IsZero():
	case now.Before(last.At.Add(remindMost)):
		return nil
	case !last.Due.Equal(due), op.Overdue && !last.Overdue:
	case op.Overdue && !now.Before(last.At.Add(remindAgain)):
	default:
		return nil
	}
	return []Event{told}
}
