package incident

import (
	"slices"
	"time"

	"tocsin/plan"
)

// OpHere says that a person uses the incident's page, though they change nothing by it. It answers no call and takes back nothing
// that they said: it only keeps somebody who is there from being asked whether they are.
type OpHere struct{}

func (OpHere) op() {}

// EventSeen says that somebody who had come used the incident's page. It is recorded only where they would soon be asked
// whether they are still there.
type EventSeen struct {
	Person string `json:"person"`
}

func (EventSeen) Kind() string { return "seen" }

// Unheard reports whether a person will be asked whether they are still there unless something is heard of them, and half of the
// time until then has passed: only then is it worth recording that they look. It is false while they are being called or asked,
// for a look answers nothing.
func Unheard(p *plan.Plan, s *State, person string, now time.Time) bool {
	t := askTime(p, s, person)
	return !t.IsZero() && !s.Phase.Over() && s.Sees(person) && !now.Before(t.Add(-askAgain(p)/2)) &&
		slices.Contains(counted(s, MusterOf(p, s, now)), person)
}

// look takes note that somebody looks, where that is worth it.
func (d *decider) look() error {
	who, err := d.person()
	if err == nil && Unheard(d.p, d.s, who, d.now) {
		d.emit(EventSeen{Person: who})
	}
	return err
}
