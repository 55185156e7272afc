package web

import (
	"slices"
	"strings"
	"time"

	"tocsin/incident"
)

// people is who was called, how, and who has come.
type people struct {
	Say   string
	Short bool
	Kinds []string // ways to reach people, as columns
	Rows  []called
	Come  int
	Want  []wanted
	Lost  []lostQuorum
}

// wanted is one thing that the incident needs somebody for.
type wanted struct {
	For string
	Who string // who meets it, or who could
	Met bool
}

// lostQuorum is a decision that cannot be met as things stand, and what the plan has instead.
type lostQuorum struct {
	Name    string
	Instead []string
}

// called is one person's standing.
type called struct {
	Key   string
	Name  string
	Small string // title and roles
	Cells []cell
	State string // a sentence
	Since *moment
	Local string // time of day where they are
	Bad   bool   // nobody answers
	You   bool
}

// cell is one way to reach a person: when it was tried last and what became of it.
type cell struct {
	At       *moment
	Word     string
	Answered bool
}

func (l *look) people() people {
	m := incident.MusterOf(l.plan, l.state, l.Now)
	p := people{Say: m.Say, Short: m.Short}
	for _, w := range m.Wanted {
		p.Want = append(p.Want, l.wanted(w))
	}
	for _, o := range m.OutOfReach {
		p.Lost = append(p.Lost, lostQuorum{o.Name, append(o.StandIns, o.Instead...)})
	}
	for _, pg := range l.state.Pages {
		for _, c := range pg.Calls {
			if !slices.Contains(p.Kinds, c.Contact) {
				p.Kinds = append(p.Kinds, c.Contact)
			}
		}
	}
	for _, t := range m.People {
		row := l.called(t, p.Kinds)
		if t.State == incident.Coming || t.State == incident.ComingNoSign || t.State == "signed" {
			p.Come++
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

func (l *look) wanted(w incident.Want) wanted {
	var names []string
	for _, id := range w.People {
		names = append(names, together(incident.NameOf(l.plan, id)))
	}
	out := wanted{For: strings.ToUpper(w.For[:1]) + w.For[1:], Who: strings.Join(names, ", "), Met: w.Met}
	switch {
	case out.Who == "" && out.Met:
		out.Who = "met"
	case out.Who == "":
		out.Who = "nobody of the plan could"
	case !out.Met:
		out.Who = "still wanted, of " + out.Who
	}
	return out
}

func (l *look) called(t incident.There, kinds []string) called {
	x, _ := l.plan.Person(t.Person)
	row := called{Key: "person-" + t.Person, Name: together(t.Name), Since: l.unless(t.Since), You: t.Person == l.person}
	var small []string
	if row.You {
		small = append(small, "you")
	}
	if x.Title != "" {
		small = append(small, x.Title)
	}
	for _, r := range t.Roles {
		small = append(small, strings.ToLower(r))
	}
	row.Small = strings.Join(small, ", ")
	if x.TimeZone != "" {
		zone := zoneOf(x)
		row.Local = city(zone) + ", " + l.Now.In(zone).Format("15:04")
	}
	row.State, row.Bad = standingSays(t.State)
	if wait := l.plan.Escalation.RingEvery.Or(2 * time.Minute); t.State == "ringing" && l.Now.Sub(t.Since) < wait {
		row.State, row.Bad = "Being called since", false
	}
	for _, k := range kinds {
		row.Cells = append(row.Cells, l.cell(t.Person, k))
	}
	return row
}

func standingSays(state string) (say string, bad bool) {
	switch state {
	case "signed":
		return "Signed", false
	case incident.Coming:
		return "Coming, said", false
	case incident.ComingNoSign:
		return "Coming, but cannot sign, said", false
	case incident.Cannot:
		return "Cannot come, said", false
	case incident.StandingAsked:
		return "Came, and is asked whether they are still there, since", false
	case incident.WentQuiet:
		return "Came, and has gone quiet. Counts as gone since", true
	case "out":
		return "Shut out: does not count here. Called since", false
	case "left":
		return "Left at", false
	case "ringing":
		return "No answer yet. Called since", true
	case "no-answer":
		return "No answer on any way. Given up at", true
	default:
		return "Told at", false
	}
}

// cell is the last call of a person over one kind of contact.
func (l *look) cell(person, kind string) cell {
	var c cell
	for _, pg := range l.state.Pages {
		if pg.Person != person {
			continue
		}
		last := -1
		for i, call := range pg.Calls {
			if call.Contact == kind {
				last = i
			}
		}
		if last < 0 {
			continue
		}
		call := pg.Calls[last]
		c = cell{At: l.unless(call.At), Word: callWord(call.Outcome)}
		if pg.State == incident.Answered && last == len(pg.Calls)-1 {
			c.Word, c.Answered = "answered", true
		}
	}
	return c
}

func callWord(outcome string) string {
	switch outcome {
	case "":
		return "calling"
	case "landed":
		return "delivered"
	case "unknown":
		return "unclear"
	default:
		return outcome
	}
}
