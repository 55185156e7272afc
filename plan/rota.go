package plan

import (
	"time"
	_ "time/tzdata" // a time zone must mean the same on a machine that has no database of its own
)

// OnCall returns the member of the rota who is on call at a time (a person, or a group that shares the shift); empty if
// the rota has no members. Shifts of whole days change at the hand-over by the clock of the rota's time zone, so that a
// change to summer time moves nobody's shift; 7 days and 09:00 if the plan says nothing. Before the first shift the first
// member is on call: an alarm never finds nobody because a date lies ahead. A cover counts from the hand-over of its first
// day to the hand-over after its last.
func (r Rota) OnCall(at time.Time) string {
	if len(r.Members) == 0 {
		return ""
	}
	zone, err := time.LoadLocation(r.TimeZone)
	if err != nil {
		zone = time.UTC // Load refuses such a plan; one built by hand still rings somebody
	}
	hour, minute := 9, 0
	if t, err := time.Parse("15:04", r.HandOver); err == nil {
		hour, minute = t.Hour(), t.Minute()
	}
	local := at.In(zone)
	today := civil(local)
	if local.Hour()*60+local.Minute() < hour*60+minute {
		today--
	}
	for _, c := range r.Cover {
		if c.Person != "" && civil(c.From.Time) <= today && today <= civil(c.To.Time) {
			return c.Person
		}
	}
	shift := r.Shift.Or(7 * day)
	first := civil(r.Start.Time)
	var n int64
	if shift%day == 0 {
		n = (today - first) / int64(shift/day)
	} else {
		start := time.Date(r.Start.Year(), r.Start.Month(), r.Start.Day(), hour, minute, 0, 0, zone)
		n = int64(at.Sub(start) / shift)
	}
	if today < first || n < 0 {
		n = 0
	}
	return r.Members[n%int64(len(r.Members))]
}

// civil numbers the day that t's own clock shows.
func civil(t time.Time) int64 {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400
}
