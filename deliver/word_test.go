package deliver

import (
	"strings"
	"testing"
	"time"

	"tocsin/exercise"
	"tocsin/incident"
)

// A word's link is the person's own where it has one; what goes into their calendar leads to the console.
func TestWord(t *testing.T) {
	at := time.Date(2026, 12, 13, 10, 0, 0, 0, time.UTC)
	entry := &incident.Entry{UID: "u", Sequence: 2, Changed: at, Start: at, End: at.Add(time.Hour), Title: "T", Text: "X", Path: "/exercises/e1", Cancelled: true}
	for _, c := range []struct {
		name string
		dp   incident.Dispatch
		base string
		link string
		says string
	}{
		{"an invitation", incident.Dispatch{Link: exercise.LinkReply, Secret: "s/1", Entry: entry}, "https://x.example", "https://x.example/invitation/s%2F1", "opening it answers nothing"},
		{"a report", incident.Dispatch{Link: exercise.LinkReport, Secret: "s"}, "https://x.example", "https://x.example/invitation/s", ""},
		{"one of another kind", incident.Dispatch{Link: "newer", Secret: "s"}, "https://x.example", "https://x.example/", ""},
		{"no link of its own", incident.Dispatch{Urgent: true}, "https://x.example", "https://x.example/", ""},
		{"no console", incident.Dispatch{Link: exercise.LinkReply, Secret: "s", Entry: entry}, "", "", ""},
	} {
		c.dp.Subject, c.dp.Text, c.dp.To = "EXERCISE: drill", "You are invited.", "janet@example.com"
		m := wordOf(c.dp, c.base)
		if m.Link != c.link || !strings.HasPrefix(m.Body, c.dp.Text) || !strings.Contains(m.Body, c.says) || m.Subject != c.dp.Subject || m.To != c.dp.To || m.Urgent != c.dp.Urgent {
			t.Errorf("%s: %+v", c.name, m)
		}
		if (m.Entry != nil) != (c.dp.Entry != nil) {
			t.Errorf("%s: the entry is %+v", c.name, m.Entry)
		}
		if e := m.Entry; e != nil {
			want := ""
			if c.base != "" {
				want = "https://x.example/exercises/e1"
			}
			if e.Link != want || e.UID != "u" || e.Sequence != 2 || !e.Changed.Equal(at) || !e.Start.Equal(at) || !e.End.Equal(at.Add(time.Hour)) || e.Title != "T" || e.Text != "X" || !e.Cancelled {
				t.Errorf("%s: the entry is %+v", c.name, e)
			}
		}
	}
}
