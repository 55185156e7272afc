package document

import (
	"bytes"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"tocsin/plan"
)

// calendarOf writes a calendar and reads it again, by the rules of RFC 5545 for lines.
func calendarOf(t *testing.T, p *plan.Plan, o RenderOptions, from time.Time) (*ics.Calendar, string) {
	t.Helper()
	b, err := Calendar(p, o, from)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(b, []byte("END:VCALENDAR\r\n")) {
		t.Errorf("the calendar ends with %q", b[max(0, len(b)-30):])
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(b), "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Fatalf("not a line of a calendar, %d octets: %q", len(line), line)
		}
	}
	cal, err := ics.ParseCalendar(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return cal, strings.ReplaceAll(string(b), "\r\n ", "")
}

func valueOf(e *ics.VEvent, p ics.ComponentProperty) string {
	if v := e.GetProperty(p); v != nil {
		return v.Value
	}
	return ""
}

// of lists the events of a kind.
func of(cal *ics.Calendar, kind string) []*ics.VEvent {
	var all []*ics.VEvent
	for _, e := range cal.Events() {
		if strings.Contains(e.Id(), "-"+kind+"-") {
			all = append(all, e)
		}
	}
	return all
}

func TestCalendarHasReviewAndExercises(t *testing.T) {
	p := vaultPlan(t)
	cal, text := calendarOf(t, p, RenderOptions{}, printed)
	ids := map[string]bool{}
	for _, e := range cal.Events() {
		if ids[e.Id()] {
			t.Errorf("two events share the id %s", e.Id())
		}
		ids[e.Id()] = true
		if valueOf(e, ics.ComponentPropertyDtstamp) != "20261121T040000Z" {
			t.Errorf("%s is stamped %q", e.Id(), valueOf(e, ics.ComponentPropertyDtstamp))
		}
	}
	reviews := of(cal, "review")
	if len(reviews) != 1 || reviews[0].Id() != "harbour-vault-review-20270501@tocsin" || valueOf(reviews[0], ics.ComponentPropertyDtStart) != "20270501" {
		t.Errorf("the reviews are %v", reviews)
	}
	exercises := of(cal, "exercise")
	var starts []string
	for _, e := range exercises {
		starts = append(starts, valueOf(e, ics.ComponentPropertyDtStart))
	}
	// Tested on 16 November; three at 30 days, then at 180; none at a weekend.
	if got := strings.Join(starts, " "); got != "20261216T150000Z 20270115T150000Z 20270215T150000Z 20270813T150000Z" {
		t.Errorf("the exercises begin %s", got)
	}
	if end := valueOf(exercises[0], ics.ComponentPropertyDtEnd); end != "20261216T170000Z" {
		t.Errorf("the first exercise ends %s", end)
	}
	if n := len(exercises[0].Attendees()); n != 6 {
		t.Errorf("%d people are invited", n)
	}
	for _, w := range []string{"ORGANIZER;CN=Oscar P:mailto:oscar@example.com", "mailto:janet@example.com", "PRODID:", "VERSION:2.0"} {
		if !strings.Contains(text, w) {
			t.Errorf("the calendar does not say %q", w)
		}
	}
}

func TestCalendarOfShifts(t *testing.T) {
	p := vaultPlan(t)
	for _, from := range []time.Time{printed, printed.AddDate(0, 0, 1)} { // a later day of the same week moves nothing
		cal, _ := calendarOf(t, p, RenderOptions{}, from)
		shifts := of(cal, "on-call-on-call")
		if len(shifts) < 12 {
			t.Fatalf("%d shifts", len(shifts))
		}
		if id, who := shifts[0].Id(), valueOf(shifts[0], ics.ComponentPropertySummary); id != "harbour-vault-on-call-on-call-20261116@tocsin" || who != "On call: Janet R" {
			t.Errorf("the first shift is %s, %s", id, who)
		}
		if got := valueOf(shifts[1], ics.ComponentPropertySummary) + valueOf(shifts[1], ics.ComponentPropertyDtStart); got != "On call: David L20261123T080000Z" {
			t.Errorf("the second shift is %s", got)
		}
	}
	p.Rotas[0].Shift = plan.Duration(time.Second)
	if cal, _ := calendarOf(t, p, RenderOptions{}, printed); len(of(cal, "on-call-on-call")) != 0 {
		t.Error("shifts of a second are in the calendar")
	}
}

func TestCalendarWhenOverdue(t *testing.T) {
	p := planOf(t, sparePlan)
	cal, _ := calendarOf(t, p, RenderOptions{}, printed)
	if r := of(cal, "review"); len(r) != 1 || valueOf(r[0], ics.ComponentPropertyDtStart) != "20261121" {
		t.Errorf("a plan never reviewed is to be reviewed %v", r)
	}
	p.Reviewed = plan.Date{Time: printed.AddDate(-1, 0, 0).Truncate(oneDay)}
	p.Actions[0].ValidUntil = plan.Date{Time: time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)}
	cal, text := calendarOf(t, p, RenderOptions{}, printed)
	if r := of(cal, "review"); r[0].Id() != "ferry-review-20260520@tocsin" || valueOf(r[0], ics.ComponentPropertyDtStart) != "20261121" {
		t.Errorf("an overdue review is %s on %s", r[0].Id(), valueOf(r[0], ics.ComponentPropertyDtStart))
	}
	if !strings.Contains(text, "UID:ferry-expiry-halt-20270301@tocsin") || !strings.Contains(text, "TRIGGER:-P14D") {
		t.Error("the day on which an action expires is not in the calendar")
	}
}

func TestCalendarOfHostileAndPublicPlans(t *testing.T) {
	p := vaultPlan(t)
	_, text := calendarOf(t, p, RenderOptions{Public: true}, printed)
	for _, w := range private(p) {
		if strings.Contains(strings.ToLower(text), strings.ToLower(w)) {
			t.Errorf("the public calendar holds %q", w)
		}
	}
	honest, _ := calendarOf(t, p, RenderOptions{}, printed)
	hostile := spoiled(t)
	for i := range hostile.CoreTeam {
		hostile.CoreTeam[i].Contact = append(hostile.CoreTeam[i].Contact, plan.Contact{Kind: "email", To: "a\"b,c;d:\\@example.com"})
	}
	got, _ := calendarOf(t, hostile, RenderOptions{}, printed)
	if len(got.Events()) != len(honest.Events()) {
		t.Errorf("a hostile plan gives %d events, not %d", len(got.Events()), len(honest.Events()))
	}
}
