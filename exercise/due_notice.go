package exercise

import (
	"strings"
	"time"

	"tocsin/plan"
)

// NoticeDue is told between sessions: the next one is to be planned.
const NoticeDue = "due"

// DueNotices tells those who may moderate that the next session is to be planned; nobody while one is, or before it is time to.
func DueNotices(p *plan.Plan, d *Due, now time.Time) []Notice {
	if now.Before(d.Remind()) || d.Met(now) {
		return nil
	}
	day := d.Next.UTC().Format("2 January 2006")
	subject, say := "the next one is due by "+day, []string{"The next exercise of " + p.Name + " is due by " + day + ".", d.Why}
	if d.Overdue {
		subject, say = "overdue since "+day, []string{"The next exercise of " + p.Name + " was due on " + day + " and is not planned.", d.Why}
	}
	if late := d.lateNewcomers(p); late != "" {
		say = append(say, late)
	}
	say = append(say, "Plan one in the console, under Exercises, or say who does.")
	var list []Notice
	for _, id := range Moderators(p, now) {
		list = append(list, Notice{Person: id, Kind: NoticeDue, Subject: "EXERCISE: " + subject, Text: strings.Join(say, " ")})
	}
	return list
}

// lateNewcomers says who should have taken part for the first time; nothing if nobody should.
func (d *Due) lateNewcomers(p *plan.Plan) string {
	var ids []string
	for _, n := range d.Newcomers {
		if n.Late {
			ids = append(ids, n.Person)
		}
	}
	switch {
	case len(ids) == 0 || d.Last.IsZero():
		return ""
	case len(ids) == 1:
		return p.NameOf(ids[0]) + " has not taken part yet and should have."
	}
	return namesOf(p, ids) + " have not taken part yet and should have."
}
