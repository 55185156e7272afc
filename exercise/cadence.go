package exercise

import (
	"fmt"
	"slices"
	"time"

	"tocsin/plan"
)

// How often where the plan does not say.
const (
	defaultEvery  = 30 * 24 * time.Hour  // until the team is familiar with the plan
	defaultThen   = 180 * 24 * time.Hour // from then on
	defaultFirst  = 30 * 24 * time.Hour  // for a new member
	procedureMost = 365 * 24 * time.Hour // between two walks through a procedure
	remindBefore  = 14 * 24 * time.Hour  // the next session is to be planned
)

// Due is when a team is to practise, and what.
type Due struct {
	Next       time.Time     `json:"next"` // until when the next session is to take place
	Every      plan.Duration `json:"every"`
	Last       time.Time     `json:"last,omitzero"`
	Clean      int           `json:"clean"` // in a row, the latest
	Need       int           `json:"need"`  // clean ones in a row that make the team familiar; 0: the plan does not say, and it never is
	Familiar   bool          `json:"familiar"`
	Overdue    bool          `json:"overdue"`
	Planned    time.Time     `json:"planned,omitzero"` // when the next one takes place that the team knows of
	Why        string        `json:"why"`
	Newcomers  []Newcomer    `json:"newcomers,omitempty"`  // who have never taken part
	Procedures []Walk        `json:"procedures,omitempty"` // not walked within a year, the longest ago first
	Coverage   []Cover       `json:"coverage,omitempty"`   // the plan's issues in its order
}

// Newcomer is a member of the core team who has never taken part.
type Newcomer struct {
	Person string    `json:"person"`
	Since  time.Time `json:"since,omitzero"` // when they joined; zero if that is not known
	By     time.Time `json:"by"`             // until when they are to take part
	Late   bool      `json:"late"`
}

// Walk is a procedure that is to be walked through again.
type Walk struct {
	Procedure string    `json:"procedure"`
	Last      time.Time `json:"last,omitzero"` // zero: never
}

// Cover says in which sessions an issue was practised.
type Cover struct {
	Issue     string    `json:"issue"`
	Sessions  []string  `json:"sessions,omitempty"`  // the oldest first
	Scenarios []string  `json:"scenarios,omitempty"` // of the plan that are about it
	Last      time.Time `json:"last,omitzero"`
}

// Cadence says when the next session is due by the plan, after past ones in any order. joined says when each person came into the plan in
// force; one it does not know is due at once. Unattended runs count for nothing here: they try the plan, not the people.
func Cadence(p *plan.Plan, past []Past, joined map[string]time.Time, now time.Time) Due {
	held := slices.DeleteFunc(slices.Clone(past), func(x Past) bool { return x.Unattended })
	slices.SortStableFunc(held, func(a, b Past) int { return a.At.Compare(b.At) })
	e := p.Exercises
	d := Due{Need: e.CleanRuns, Every: plan.Duration(e.Every.Or(defaultEvery))}
	for i := len(held) - 1; i >= 0 && held[i].Clean; i-- {
		d.Clean++
	}
	if d.Familiar = d.Need > 0 && d.Clean >= d.Need; d.Familiar {
		d.Every = plan.Duration(e.ThenEvery.Or(defaultThen))
	}
	d.Newcomers = newcomers(p, held, joined, now)
	d.Next = now
	if len(held) > 0 {
		d.Last = held[len(held)-1].At
		d.Next = d.Last.Add(time.Duration(d.Every))
	} else if since := first(joined); !since.IsZero() {
		d.Next = since.Add(time.Duration(d.Every))
	}
	d.Why = d.why()
	for _, n := range d.Newcomers {
		if len(held) > 0 && n.Since.After(d.Last) && n.By.Before(d.Next) { // who came since the last one is not to wait for the next
			d.Next = n.By
			d.Why = fmt.Sprintf("%s is new and is to take part for the first time.", p.NameOf(n.Person))
		}
	}
	d.Overdue = !d.Next.After(now)
	d.Procedures, d.Coverage = walks(p, held, now), coverage(p, held)
	return d
}

// first is the earliest of some times; zero if there are none.
func first(times map[string]time.Time) time.Time {
	var at time.Time
	for _, t := range times {
		at = sooner(at, t)
	}
	return at
}

func (d *Due) why() string {
	every := Lasting(time.Duration(d.Every))
	switch {
	case d.Last.IsZero():
		return "The team has not practised yet."
	case d.Familiar:
		return fmt.Sprintf("The last %s clean, so that it is due every %s.", wereClean(d.Clean), every)
	case d.Need == 0:
		return fmt.Sprintf("It is due every %s.", every)
	}
	return fmt.Sprintf("It is due every %s until %d in a row went clean; so far %d.", every, d.Need, d.Clean)
}

func wereClean(n int) string {
	if n == 1 {
		return "exercise was"
	}
	return fmt.Sprintf("%d exercises were", n)
}

func newcomers(p *plan.Plan, held []Past, joined map[string]time.Time, now time.Time) []Newcomer {
	within := p.Exercises.FirstWithin.Or(defaultFirst)
	var list []Newcomer
	for i := range p.CoreTeam {
		x := &p.CoreTeam[i]
		if x.Body || slices.ContainsFunc(held, func(h Past) bool { return slices.Contains(h.Took, x.ID) }) {
			continue
		}
		n := Newcomer{Person: x.ID, Since: joined[x.ID], By: now}
		if !n.Since.IsZero() {
			n.By = n.Since.Add(within)
		}
		n.Late = !n.By.After(now)
		list = append(list, n)
	}
	return list
}

func walks(p *plan.Plan, held []Past, now time.Time) []Walk {
	var list []Walk
	for i := range p.Procedures {
		w := Walk{Procedure: p.Procedures[i].ID}
		for _, h := range held {
			if slices.Contains(h.Procedures, w.Procedure) && h.At.After(w.Last) {
				w.Last = h.At
			}
		}
		if now.Sub(w.Last) > procedureMost {
			list = append(list, w)
		}
	}
	slices.SortStableFunc(list, func(a, b Walk) int { return a.Last.Compare(b.Last) })
	return list
}

func coverage(p *plan.Plan, held []Past) []Cover {
	list := make([]Cover, 0, len(p.Issues))
	for i := range p.Issues {
		c := Cover{Issue: p.Issues[i].ID}
		for _, h := range held {
			if slices.Contains(h.Issues, c.Issue) {
				c.Sessions = append(c.Sessions, h.Session)
				c.Last = h.At
			}
		}
		for _, x := range p.Exercises.Scenarios {
			if slices.Contains(x.Issues, c.Issue) {
				c.Scenarios = append(c.Scenarios, x.ID)
			}
		}
		list = append(list, c)
	}
	return list
}

// Meets notes that a session is planned that the team knows of; the earliest of several counts.
func (d *Due) Meets(at time.Time) { d.Planned = sooner(d.Planned, at) }

// inTime is how long after it was due a session may be planned for and still be the one that was due.
const inTime = 14 * 24 * time.Hour

// Met reports whether the session that is due is planned.
func (d *Due) Met(now time.Time) bool {
	until := d.Next
	if d.Overdue {
		until = now.Add(inTime)
	}
	return !d.Planned.IsZero() && !d.Planned.After(until)
}

// Remind is when people are told that the next session is to be planned: some time before it is due.
func (d *Due) Remind() time.Time {
	early := min(remindBefore, time.Duration(d.Every)/2)
	return d.Next.Add(-early)
}
