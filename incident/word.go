package incident

import (
	"slices"
	"time"

	"tocsin/plan"
)

// DispatchWord tells a person something that belongs to no incident.
const DispatchWord = "word"

// Entry is what goes into a person's calendar with a word.
type Entry struct {
	UID       string    `json:"uid"`      // stays the same whatever changes
	Sequence  int       `json:"sequence"` // grows with each change
	Changed   time.Time `json:"changed"`
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	Title     string    `json:"title"`
	Text      string    `json:"text,omitempty"`
	Path      string    `json:"path,omitempty"` // of the page in the console that says more
	Cancelled bool      `json:"cancelled,omitempty"`
}

// Word is something that a person is told outside of any incident.
type Word struct {
	Person  string
	Subject string
	Text    string
	Urgent  bool
	Link    string // what its link is for; empty for a link to the console
	Entry   *Entry // for the person's calendar; nil for none
}

// WordTo tells a person something over a contact method that rings nobody out of their sleep, if they have one; false if the plan has none.
// What holds an entry of a calendar goes by e-mail where the person has it: nothing else carries one.
func WordTo(p *plan.Plan, delivery string, w Word) (Dispatch, bool) {
	ways := silent(ladder(p, w.Person))
	if len(ways) == 0 {
		return Dispatch{}, false
	}
	way := ways[0]
	if w.Entry != nil {
		if i := slices.IndexFunc(ways, func(c plan.Contact) bool { return c.Kind == "email" }); i >= 0 {
			way = ways[i]
		}
	}
	return Dispatch{
		ID: delivery, Kind: DispatchWord, Person: w.Person, Contact: way.Kind, To: way.To, Subject: w.Subject, Text: w.Text, Urgent: w.Urgent,
		Link: w.Link, Entry: w.Entry,
	}, true
}
