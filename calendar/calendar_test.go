package calendar_test

import (
	"bytes"
	"net/mail"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"

	"tocsin/calendar"
)

var at = time.Date(2026, 12, 13, 10, 0, 0, 0, time.UTC)

func entry() calendar.Entry {
	return calendar.Entry{
		UID: "exercise-1@tocsin", Sequence: 2, Changed: at.Add(-48 * time.Hour), Start: at, End: at.Add(2 * time.Hour),
		Title: "EXERCISE: The winter exercise", Text: "Oscar P moderates; bring your key.\nSay whether you come.", Link: "https://tocsin.example.com/exercises/1",
	}
}

// read reads a calendar as another program does, and checks its form: lines of at most 75 bytes that end in CR LF.
func read(t *testing.T, b []byte) *ics.Calendar {
	t.Helper()
	if !utf8.Valid(b) {
		t.Errorf("it is not UTF-8: %q", b)
	}
	for _, l := range strings.SplitAfter(string(b), "\r\n") {
		if body := strings.TrimSuffix(l, "\r\n"); strings.ContainsAny(body, "\r\n\x1b\x00") || len(body) > 75 || l != "" && l == body {
			t.Errorf("a line is %q", l)
		}
	}
	cal, err := ics.ParseCalendar(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return cal
}

func value(v *ics.VEvent, p ics.ComponentProperty) string {
	if x := v.GetProperty(p); x != nil {
		return ics.FromText(x.Value)
	}
	return ""
}

func TestInvitation(t *testing.T) {
	from, to := mail.Address{Name: "Tocsin", Address: "tocsin@example.com"}, mail.Address{Name: `Janet "O'Hara", R; <x>`, Address: "janet@example.com"}
	for _, cancelled := range []bool{false, true} {
		e := entry()
		e.Cancelled = cancelled
		b, err := calendar.Invitation(e, from, to)
		if err != nil {
			t.Fatal(err)
		}
		method, status := "REQUEST", "CONFIRMED"
		if cancelled {
			method, status = "CANCEL", "CANCELLED"
		}
		for _, want := range []string{
			"METHOD:" + method + "\r\n", "STATUS:" + status + "\r\n", "UID:exercise-1@tocsin\r\n", "SEQUENCE:2\r\n", "DTSTAMP:20261211T100000Z\r\n",
			"DTSTART:20261213T100000Z\r\n", "DTEND:20261213T120000Z\r\n", "ORGANIZER;CN=Tocsin:mailto:tocsin@example.com\r\n", "VERSION:2.0\r\n",
		} {
			if !strings.Contains(string(b), want) {
				t.Errorf("it lacks %q:\n%s", want, b)
			}
		}
		events := read(t, b).Events()
		if len(events) != 1 {
			t.Fatalf("%d events", len(events))
		}
		guests := events[0].Attendees()
		if len(guests) != 1 || guests[0].Email() != "janet@example.com" {
			t.Fatalf("the guests are %+v", guests)
		}
		if p := guests[0].ICalParameters; p["CN"][0] != "Janet O’Hara R <x>" || p["RSVP"][0] != "false" {
			t.Errorf("the guest is %+v", p)
		}
		if got := value(events[0], ics.ComponentPropertyDescription); got != e.Text {
			t.Errorf("the text is %q", got)
		}
	}
}

func TestFeed(t *testing.T) {
	day := calendar.Entry{UID: "due@tocsin", Changed: at, Start: at, Title: "EXERCISE is due", Free: true}
	b, err := calendar.Feed("Exercises of Harbour Vault", []calendar.Entry{entry(), day})
	if err != nil {
		t.Fatal(err)
	}
	events := read(t, b).Events()
	if len(events) != 2 || len(events[0].Attendees()) != 0 {
		t.Fatalf("the feed is\n%s", b)
	}
	for _, want := range []string{"METHOD:PUBLISH\r\n", "X-WR-CALNAME:Exercises of Harbour Vault\r\n", "DTSTART;VALUE=DATE:20261213\r\n", "DTEND;VALUE=DATE:20261214\r\n", "TRANSP:TRANSPARENT\r\n", "REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("it lacks %q:\n%s", want, b)
		}
	}
	if empty, err := calendar.Feed("x", nil); err != nil || len(read(t, empty).Events()) != 0 {
		t.Errorf("an empty feed is %s, %v", empty, err)
	}
}

// Whatever a text holds, it stays a text of its own line.
func FuzzEntry(f *testing.F) {
	f.Add("a\r\nATTENDEE:mailto:eve@example.com", "b\nEND:VEVENT\n\nBEGIN:VEVENT", "https://x/\r\nX:y", "Eve\";X=\"\r\nY:z")
	f.Add("資金が流出しています", "a\\n;,\\", "javascript:alert(1)", "\u202e\xff")
	f.Add(strings.Repeat("long ", 100), strings.Repeat("x", 1000), "http://"+strings.Repeat("é", 100), "")
	f.Fuzz(func(t *testing.T, title, text, link, guest string) {
		e := entry()
		e.Title, e.Text, e.Link, e.UID = title, text, link, e.UID+title
		b, err := calendar.Invitation(e, mail.Address{Address: "tocsin@example.com"}, mail.Address{Name: guest, Address: "janet@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(b) || strings.Contains(strings.ReplaceAll(string(b), "\r\n", ""), "\n") || strings.Contains(strings.ReplaceAll(string(b), "\r\n", ""), "\r") {
			t.Errorf("it is no calendar: %q", b)
		}
		if n := strings.Count(string(b), "\r\nATTENDEE;"); n != 1 {
			t.Errorf("%d guests: %q", n, b)
		}
		if strings.Contains(string(b), "\r\nX:") || strings.Contains(string(b), "\r\nY:") || strings.Count(string(b), "\r\nBEGIN:VEVENT\r\n") != 1 {
			t.Errorf("something was smuggled in: %q", b)
		}
	})
}
