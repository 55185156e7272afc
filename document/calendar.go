package document

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"tocsin/plan"
)

const (
	reviewEvery  = 180 * oneDay
	calendarYear = 365 * oneDay
	shiftsAhead  = 92 * oneDay
	sessionHour  = 15 // UTC: within working hours from the Americas to Europe
)

// Calendar writes the dates that a plan promises as iCalendar (RFC 5545): the next review, the exercises of the coming year,
// the days on which prepared transactions expire, and, unless it is public, three months of hand-overs on call. The
// identifiers are stable: a later calendar moves the same events. An error means that it could not be written.
func Calendar(p *plan.Plan, o RenderOptions, from time.Time) ([]byte, error) {
	if o.Public {
		p = withoutPeople(p)
	}
	name := clipped(p.Name)
	if name == "" {
		name = clipped(p.Protocol)
	}
	c := calendar{plan: p, name: name, public: o.Public, from: from.UTC().Truncate(time.Second), cal: ics.NewCalendar()}
	c.cal.SetProductId("-//Tocsin//Tocsin//EN")
	c.cal.SetName(name + ": emergency response")
	c.cal.SetXWRCalName(name + ": emergency response")
	c.review()
	c.exercises()
	c.expiries()
	if !o.Public {
		for i := range p.Rotas {
			c.shifts(&p.Rotas[i])
		}
	}
	var out bytes.Buffer
	if err := c.cal.SerializeTo(&out, ics.WithNewLineWindows); err != nil {
		return nil, fmt.Errorf("write calendar: %w", err)
	}
	return out.Bytes(), nil
}

// calendar gathers the events.
type calendar struct {
	plan   *plan.Plan
	name   string
	public bool
	from   time.Time
	cal    *ics.Calendar
}

// event adds an event whose identifier follows from what it is and the day for which it was first due.
func (c *calendar) event(kind, summary, description string, due time.Time) *ics.VEvent {
	e := c.cal.AddEvent(fmt.Sprintf("%s-%s-%s@tocsin", c.plan.Protocol, kind, due.Format("20060102")))
	e.SetDtStampTime(c.from)
	e.SetSummary(summary)
	e.SetDescription(description)
	return e
}

// allDay sets an event on a day; nobody is busy by it.
func allDay(e *ics.VEvent, on time.Time) {
	e.SetAllDayStartAt(on)
	e.SetAllDayEndAt(on.AddDate(0, 0, 1))
	e.SetTimeTransparency(ics.TransparencyTransparent)
}

func (c *calendar) today() time.Time { return c.from.Truncate(oneDay) }

// review is the next time that somebody reads the whole plan; one that is overdue is due today.
func (c *calendar) review() {
	due, say := c.today(), "Nobody has read the whole plan yet."
	if r := c.plan.Reviewed; !r.IsZero() {
		due = r.Add(reviewEvery)
		say = "The plan was last read in full on " + dated(r, "") + "."
	}
	on := due
	if on.Before(c.today()) {
		on = c.today()
		say += " The review was due on " + due.Format("2 January 2006") + "."
	}
	say += " Read all of it. Ask of each name, number and address whether it is still right."
	if by := clipped(c.plan.NameOf(c.plan.Owner)); by != "" {
		say += " It is kept by " + by + "."
	}
	allDay(c.event("review", c.name+": review the emergency response plan", say, due), on)
}

// expiries are the days on which prepared transactions cease to be valid, with a reminder two weeks before.
func (c *calendar) expiries() {
	for i := range c.plan.Actions {
		a := &c.plan.Actions[i]
		if a.ValidUntil.IsZero() || a.ValidUntil.Before(c.today()) {
			continue
		}
		e := c.event("expiry-"+a.ID, c.name+": “"+clipped(a.Name)+"” expires", "After this day it can no longer be sent. Prepare and sign a new one before.", a.ValidUntil.Time)
		allDay(e, a.ValidUntil.Time)
		alarm := e.AddAlarm()
		alarm.SetAction(ics.ActionDisplay)
		alarm.SetTrigger("-P14D")
		alarm.SetDescription("“" + clipped(a.Name) + "” expires in two weeks")
	}
}

// exercises are those of the coming year: as often as the plan says until as many as it says should have gone clean, then as
// seldom as it says. The hour is only a proposal.
func (c *calendar) exercises() {
	e := &c.plan.Exercises
	if len(e.Participants)+len(e.Scenarios) == 0 && e.Every == 0 {
		return
	}
	due := c.from.Add(7 * oneDay).Truncate(oneDay)
	if !c.plan.Tested.IsZero() {
		due = c.plan.Tested.Add(e.Every.Or(30 * oneDay))
	}
	if due.Before(c.today()) {
		due = c.today().Add(oneDay)
	}
	length := max(e.Length.Or(2*time.Hour), time.Minute)
	for n := 1; due.Before(c.from.Add(calendarYear)); n++ {
		on := workday(due)
		start := on.Add(sessionHour * time.Hour)
		say := "The hour is a proposal. Lead: the moderator names the scenario."
		if s := e.Scenarios; len(s) > 0 {
			say += " Next in turn: " + clipped(s[(n-1)%len(s)].Name) + "."
		}
		event := c.event("exercise", c.name+": exercise", say, due)
		event.SetStartAt(start)
		event.SetEndAt(start.Add(length))
		if !c.public {
			c.invite(event, start)
		}
		step := e.Every.Or(30 * oneDay)
		if e.CleanRuns > 0 && n >= e.CleanRuns {
			step = e.ThenEvery.Or(180 * oneDay)
		}
		due = due.Add(max(step, oneDay).Truncate(oneDay))
	}
}

// workday moves a day at the weekend to the Monday after it.
func workday(d time.Time) time.Time {
	for d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
		d = d.Add(oneDay)
	}
	return d
}

// invite adds those who take part, if somebody with an address calls them together.
func (c *calendar) invite(e *ics.VEvent, at time.Time) {
	host, hostMail := c.host(at)
	if hostMail == "" {
		return
	}
	e.SetOrganizer("mailto:"+escapeAddress(hostMail), ics.WithCN(param(host)))
	for _, id := range c.plan.MembersOf(c.plan.Exercises.Participants, at) {
		r, _ := c.plan.Person(id)
		if mail := mailOf(&r); mail != "" {
			e.AddAttendee("mailto:"+escapeAddress(mail), ics.WithCN(param(r.Name)), ics.ParticipationRoleReqParticipant, ics.ParticipationStatusNeedsAction, ics.WithRSVP(true))
		}
	}
}

// host is the first moderator with an e-mail address, or else the keeper of the plan.
func (c *calendar) host(at time.Time) (name, mail string) {
	for _, id := range c.plan.MembersOf(append(append([]string(nil), c.plan.Exercises.Moderators...), c.plan.Owner), at) {
		r, _ := c.plan.Person(id)
		if m := mailOf(&r); m != "" {
			return r.Name, m
		}
	}
	return "", ""
}

// mailOf is a person's first e-mail address that is one.
func mailOf(r *plan.Person) string {
	for _, way := range r.Ladder() {
		if to := strings.TrimSpace(way.To); way.Kind == "email" && strings.Count(to, "@") == 1 && !strings.ContainsAny(to, " \t\r\n\"<>") && !plan.Open(to) {
			return to
		}
	}
	return ""
}

// param makes a name fit for a parameter, which cannot hold quotation marks or line ends.
func param(s string) string { return strings.ReplaceAll(clipped(s), `"`, "'") }

// shifts are the hand-overs on call of the coming three months, one event for each stretch of one person.
func (c *calendar) shifts(r *plan.Rota) {
	zone, err := time.LoadLocation(r.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	at := handOver(r, c.from.In(zone))
	end := c.from.Add(shiftsAhead)
	step := r.Shift.Or(7 * oneDay)
	begin, who := at, r.OnCall(at)
	for n := step / oneDay; n > 1 && r.OnCall(begin.AddDate(0, 0, -1)) == who; n-- {
		begin = begin.AddDate(0, 0, -1) // the shift that runs began then, whatever day it is today
	}
	if step < time.Hour {
		return
	}
	for at.Before(end) {
		if step%oneDay == 0 {
			at = at.AddDate(0, 0, 1)
		} else {
			at = shiftBegins(r, zone, shiftOf(r, at)+1)
		}
		next := r.OnCall(at)
		if next == who && at.Before(end) {
			continue
		}
		if who != "" {
			e := c.event("on-call-"+r.ID, clipped(r.Name)+": "+clipped(c.plan.NameOf(who)), "On call for "+c.name+".", begin)
			e.SetStartAt(begin.UTC())
			e.SetEndAt(at.UTC())
			e.SetTimeTransparency(ics.TransparencyTransparent)
		}
		begin, who = at, next
	}
}

// handOver is the last hand-over at or before a time.
func handOver(r *plan.Rota, t time.Time) time.Time {
	hour, minute := 9, 0
	if clock, err := time.Parse("15:04", r.HandOver); err == nil {
		hour, minute = clock.Hour(), clock.Minute()
	}
	if step := r.Shift.Or(7 * oneDay); step%oneDay != 0 && step > 0 {
		n := max(shiftOf(r, t), 0)
		if n > 0 && shiftBegins(r, t.Location(), n).After(t) {
			n--
		}
		return shiftBegins(r, t.Location(), n)
	}
	at := time.Date(t.Year(), t.Month(), t.Day(), hour, minute, 0, 0, t.Location())
	if at.After(t) {
		at = at.AddDate(0, 0, -1)
	}
	return at
}

// shiftBegins is when a shift of less than a day begins, by the clock of a zone; shifts are numbered from 0.
func shiftBegins(r *plan.Rota, zone *time.Location, n int64) time.Time {
	first := firstShift(r)
	seconds := n * int64(time.Duration(r.Shift)/time.Second)
	return time.Date(first.Year(), first.Month(), first.Day(), first.Hour(), first.Minute(), int(seconds), 0, zone)
}

// shiftOf is the number of the shift that begins nearest to a time.
func shiftOf(r *plan.Rota, t time.Time) int64 {
	shown := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	return int64(shown.Sub(firstShift(r)).Round(time.Duration(r.Shift)) / time.Duration(r.Shift))
}

// firstShift is when the first shift begins, by a clock without time zones.
func firstShift(r *plan.Rota) time.Time {
	hour, minute := 9, 0
	if clock, err := time.Parse("15:04", r.HandOver); err == nil {
		hour, minute = clock.Hour(), clock.Minute()
	}
	return time.Date(r.Start.Year(), r.Start.Month(), r.Start.Day(), hour, minute, 0, 0, time.UTC)
}
