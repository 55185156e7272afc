package web

import (
	"net/url"
	"unicode"
	"unicode/utf8"

	"tocsin/incident"
)

// ending is the question whether an incident is resolved or may be closed: what is missing, and what has to be said.
type ending struct {
	Form     form
	Title    string
	Label    string // of the words
	Button   string
	Done     string   // what must be so, in a sentence
	Missing  []string // what is not so yet
	Criteria []string // what would reopen it: each to be ticked as not happening
	Two      bool     // in spite of what is missing it takes two
}

func (l *look) resolving() *ending {
	return &ending{
		Form: l.form("resolve", "resolve"), Title: "Service is restored", Label: "What was restored (may stay empty)", Button: "It is resolved",
		Done:    "Every step is done or skipped.",
		Missing: incident.Unresolved(l.plan, l.state, incident.Reopening(l.plan, l.state)), Criteria: incident.Reopening(l.plan, l.state),
		Two: l.plan.SecondPerson(l.state.Severity),
	}
}

func (l *look) closing() *ending {
	return &ending{
		Form: l.form("close", "close"), Title: "Close the incident", Label: "Last word (may stay empty)", Button: "Close it",
		Done: "Everything owed has been posted.", Missing: incident.Unclosed(l.plan, l.state), Two: l.plan.SecondPerson(l.state.Severity),
	}
}

func resolveOp(v url.Values) incident.Op {
	return incident.OpResolve{Note: v.Get("note"), Absent: v["absent"], Despite: v.Get("despite")}
}

func closeOp(v url.Values) incident.Op {
	return incident.OpClose{Note: v.Get("note"), Despite: v.Get("despite")}
}

// capital begins a sentence.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}
