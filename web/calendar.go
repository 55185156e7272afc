package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/calendar"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
)

// calendarPage is where a person gets the address under which their calendar fetches the exercises.
type calendarPage struct {
	*shell
	Made    *moment // when the address was made that works; nil if there is none
	Until   string
	Address string // once, right after it was made
	Make    form
	End     *form // withdraws it
}

// calendarFeed bounds how often one address is fetched: programs do so a few times a day.
const (
	calendarBurst = 20
	calendarEvery = 2 * time.Minute
)

func (c *Console) calendarAsk(w http.ResponseWriter, r *http.Request, s *session) {
	c.showCalendar(w, r, s, "")
}

func (c *Console) showCalendar(w http.ResponseWriter, r *http.Request, s *session, secret string) {
	p := &calendarPage{shell: c.shell(s, "Calendar", s.at("/calendar"))}
	p.Here, p.Live = s.at("/exercises"), false // what is shown once is not to be loaded anew
	made, counts, err := c.Access.CalendarOf(r.Context(), s.identity())
	if err != nil {
		c.fail(w, r, err)
		return
	}
	fs := &forms{}
	p.Make = fs.form("make", s.at("/calendar"))
	if counts != "" {
		at := p.at(made.Made)
		end := fs.form("end", s.at("/calendar/withdraw"))
		p.Made, p.End, p.Until = &at, &end, made.Expires.UTC().Format("2 January 2006")
	}
	if secret != "" {
		p.Address = c.base(r) + "/calendar/" + secret + ".ics"
	}
	c.render(w, r, http.StatusOK, calendarBody(p))
}

// identity is who is signed in, for one protocol.
func (s *session) identity() access.Identity {
	return access.Identity{Protocol: s.protocol, Person: s.person.ID}
}

// makeCalendar makes a new address, in place of the one before. It is shown once: only its hash is kept.
func (c *Console) makeCalendar(w http.ResponseWriter, r *http.Request, s *session) {
	secret, err := c.Access.MakeCalendar(r.Context(), s.identity())
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.showCalendar(w, r, s, secret)
}

func (c *Console) endCalendar(w http.ResponseWriter, r *http.Request, s *session) {
	if err := c.Access.WithdrawCalendar(r.Context(), s.identity()); err != nil {
		c.fail(w, r, err)
		return
	}
	http.Redirect(w, r, s.at("/calendar"), http.StatusSeeOther)
}

// calendarOf serves a person's calendar to whatever program knows its address: the exercises that they may know of, and when the next one
// is due. A program that has it already is told so.
func (c *Console) calendarOf(w http.ResponseWriter, r *http.Request) {
	secret, ok := strings.CutSuffix(r.PathValue("file"), ".ics")
	if !ok {
		c.fail(w, r, fault.New(fault.NotFound, "There is no such page."))
		return
	}
	owner, err := c.Access.Calendar(r.Context(), secret)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	if wait, ok := c.calendars.take(owner.Protocol+"/"+owner.Person, c.now()); !ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		c.sorry(w, r, http.StatusTooManyRequests, "This calendar is fetched too often.", "Fetch it every few hours.")
		return
	}
	b, err := c.feedOf(r.Context(), owner.Identity, c.base(r))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	sum := sha256.Sum256(b)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, no-cache") // it may be kept, and is asked for anew each time
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="exercises.ics"`)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(b)
}

// feedOf is a person's calendar. It holds of an exercise what its invitation says; a drill that is to surprise the team is in it once it
// has begun, for whoever looks over somebody's shoulder must not learn of it.
func (c *Console) feedOf(ctx context.Context, who access.Identity, base string) ([]byte, error) {
	p, err := c.Engine.InForce(ctx, who.Protocol)
	if err != nil {
		return nil, err
	}
	if _, ok := p.Person(who.Person); !ok {
		return nil, fault.New(fault.NotFound, "The plan in force does not name whose calendar this is.")
	}
	list, err := c.Engine.Exercises(ctx, who.Protocol)
	if err != nil {
		return nil, err
	}
	var entries []calendar.Entry
	for _, sum := range list {
		v, err := c.Engine.Session(ctx, sum.ID)
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Unavailable) {
			continue // its page says so
		}
		if err != nil {
			return nil, err
		}
		s := v.State
		if v.Sheet(who.Person) == nil || s.Surprise && s.Begun.IsZero() || s.Unattended {
			continue
		}
		entries = append(entries, entryOf(exercise.EntryOf(v.Plan, s), base))
	}
	if p.Core(who.Person) {
		due, err := c.Engine.Cadence(ctx, who.Protocol)
		if err != nil {
			return nil, err
		}
		if day, ok := dueDay(p, due, c.now(), base); ok {
			entries = append(entries, day)
		}
	}
	return calendar.Feed("Exercises of "+p.Name, entries)
}

func entryOf(e incident.Entry, base string) calendar.Entry {
	return calendar.Entry{
		UID: e.UID, Sequence: e.Sequence, Changed: e.Changed, Start: e.Start, End: e.End, Title: e.Title, Text: e.Text, Link: base + e.Path, Cancelled: e.Cancelled,
	}
}

// dueDay is the day by which the next exercise takes place; today if it is overdue. None while one is on the calendar in time.
func dueDay(p *plan.Plan, due exercise.Due, now time.Time, base string) (calendar.Entry, bool) {
	if due.Met(now) {
		return calendar.Entry{}, false
	}
	day := due.Next.UTC().Truncate(24 * time.Hour)
	e := calendar.Entry{
		UID: "exercise-due." + p.Protocol + "@tocsin", Changed: day, Start: day, Title: "EXERCISE is due (" + p.Name + ")", Text: due.Why,
		Link: base + "/exercises", Free: true,
	}
	if due.Overdue {
		e.Title = "EXERCISE is overdue since " + day.Format("2 January 2006") + " (" + p.Name + ")"
		e.Start = now.UTC().Truncate(24 * time.Hour)
		e.Changed, e.Sequence = e.Start, int(e.Start.Sub(day)/(24*time.Hour))
	}
	return e, true
}
