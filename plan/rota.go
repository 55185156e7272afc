package plan

import (
	"time"
	_ "time/tzdata" // a time zone must mean the same on a machine that has no database of its own
)

// OnCall returns the member of the rota who is on call at a time (a person, or a group that shares the shift); empty if
// the rota has no members. Shifts change by the clock of the rota's time zone, so that a change to summer time moves
// nobody's shift, and only lengthens or shortens the one that it falls into; 7 days and 09:00 if the plan says nothing. A
// hand-over at a time that the clock leaves out happens when it leaps over it, one at a time that it shows twice happens the
// first time. Before the first shift the first member is on call: an alarm never finds nobody because a date lies ahead. A
// cover counts from the hand-over of its first day to the hand-over after its last.
func (r Rota) OnCall(at time.Time) string {
	if who := r.covers(at); who != "" {
		return who
	}
	return r.inTurn(at, 0)
}

// covers returns who has been put on call for a time instead of whoever's turn it is, empty if nobody has.
func (r Rota) covers(at time.Time) string {
	hour, minute := r.handOver()
	today := floor(r.shown(at)-int64(hour*3600+minute*60), 86400)
	for _, c := range r.Cover {
		if c.Person != "" && civil(c.From.Time) <= today && today <= civil(c.To.Time) {
			return c.Person
		}
	}
	return ""
}

// inTurn returns the member whose turn it is, cover left aside, or who comes so many turns later; empty if there are none.
func (r Rota) inTurn(at time.Time, later int64) string {
	if len(r.Members) == 0 {
		return ""
	}
	hour, minute := r.handOver()
	start := civil(r.Start.Time)*86400 + int64(hour*3600+minute*60)
	shift := max(int64(time.Duration(r.Shift.Or(7*day))/time.Second), 1)
	n := max(floor(r.shown(at)-start, shift), 0)
	return r.Members[(n+later)%int64(len(r.Members))]
}

func (r Rota) handOver() (hour, minute int) {
	if t, err := time.Parse("15:04", r.HandOver); err == nil {
		return t.Hour(), t.Minute()
	}
	return 9, 0
}

// shown is the latest that the clock of the rota's time zone has shown by a time, in seconds of a calendar without time
// zones. When the clock is put back it stands still until the clock shows a later time again.
func (r Rota) shown(at time.Time) int64 {
	zone, err := time.LoadLocation(r.TimeZone)
	if err != nil {
		zone = time.UTC // Load refuses such a plan; one built by hand still rings somebody
	}
	local := at.In(zone)
	_, offset := local.Zone()
	now := local.Unix() + int64(offset)
	if begin, _ := local.ZoneBounds(); !begin.IsZero() {
		_, before := begin.Add(-time.Second).Zone()
		now = max(now, begin.Unix()+int64(before)-1)
	}
	return now
}

// floor divides and rounds down.
func floor(n, by int64) int64 {
	q := n / by
	if n%by < 0 {
		q--
	}
	return q
}

// civil numbers the day that t's own clock shows.
func civil(t time.Time) int64 {
	return floor(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix(), 86400)
}
