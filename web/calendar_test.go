package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"tocsin/access"
	"tocsin/exercise"
)

// A person's calendar shows the exercises that they may know of, and nothing of what is played.
func TestCalendarFeed(t *testing.T) {
	w := newWorld(t, false)
	at := w.session(false)
	oscar, janet := w.signedIn("oscar"), w.signedIn("janet")
	surprise, err := w.engine.OpenSession(t.Context(), exercise.Command{Actor: actorOf("oscar"), Op: exercise.OpPlan{
		Protocol: w.plan.Protocol, Title: "Fire", Scheduled: w.clock().Add(72 * time.Hour), Moderator: "oscar", Watch: []string{"bella"}, Surprise: true,
	}})
	if err != nil {
		t.Fatal(err)
	}
	sc, _ := w.plan.Scenario("drained-vault")
	w.leads(strings.TrimPrefix(at, "/exercises/"), exercise.OpChoose{Scenario: sc})
	feed := func(a as) string {
		t.Helper()
		a.get("/calendar").is(http.StatusOK).contains("Exercises in your calendar")
		page := a.submit("/calendar", "make", nil).is(http.StatusOK).contains("This is the address.").body()
		i := strings.Index(page, "/calendar/")
		path := page[i : i+strings.IndexAny(page[i:], "<\"")]
		if strings.HasSuffix(path, "/withdraw") || !strings.HasSuffix(path, ".ics") {
			t.Fatalf("the address is %q", path)
		}
		a.get("/calendar").contains("An address was made").lacks(path)
		return path
	}
	read := func(path string) (answer, *ics.Calendar) {
		t.Helper()
		a := w.stranger().get(path).is(http.StatusOK)
		cal, err := ics.ParseCalendar(strings.NewReader(a.body()))
		if err != nil || !strings.HasPrefix(a.Header().Get("Content-Type"), "text/calendar") {
			t.Fatalf("%v\n%s", err, a.body())
		}
		return a, cal
	}
	theirs, moderators := feed(janet), feed(oscar)
	for _, path := range []string{theirs, moderators} {
		a, cal := read(path)
		if len(cal.Events()) != 1 { // the winter exercise, which is the one that is due
			t.Errorf("the feed is\n%s", a.body())
		}
		for _, hidden := range []string{"Fire", "drained", "journalist", "Stolen"} {
			if strings.Contains(strings.ReplaceAll(a.body(), "\r\n ", ""), hidden) {
				t.Errorf("the feed says %q:\n%s", hidden, a.body())
			}
		}
		if !strings.Contains(a.body(), "SUMMARY:EXERCISE: The winter exercise\r\n") || !strings.Contains(a.body(), "DTSTART:20261207T025127Z\r\n") {
			t.Errorf("the feed is\n%s", a.body())
		}
		// Nothing has changed: it is said so, and no more sent.
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("If-None-Match", a.Header().Get("ETag"))
		if again := w.stranger().send(r).is(http.StatusNotModified); again.body() != "" || again.Header().Get("ETag") == "" {
			t.Errorf("said again: %q", again.body())
		}
	}
	before, _ := read(theirs)
	w.leads(strings.TrimPrefix(at, "/exercises/"), exercise.OpCancel{Why: "Nobody can."})
	after, cal := read(theirs)
	if before.Header().Get("ETag") == after.Header().Get("ETag") || !strings.Contains(after.body(), "STATUS:CANCELLED\r\n") || !strings.Contains(after.body(), "SEQUENCE:1\r\n") {
		t.Errorf("after it was cancelled:\n%s", after.body())
	}
	if len(cal.Events()) != 2 || !strings.Contains(after.body(), "DTSTART;VALUE=DATE:20270105\r\n") {
		t.Errorf("nothing says when the next one is due:\n%s", after.body())
	}
	w.leads(surprise.State.ID, exercise.OpBegin{})
	if a, _ := read(theirs); !strings.Contains(a.body(), "Fire") {
		t.Errorf("what has begun is not shown:\n%s", a.body())
	}
	janet.submit("/calendar", "end", nil).to("/calendar")
	janet.get("/calendar").contains("No address works now.")
	for _, path := range []string{theirs, "/calendar/none.ics", "/calendar/none", strings.TrimSuffix(theirs, ".ics")} {
		w.stranger().get(path).is(http.StatusNotFound)
	}
	w.stranger().get("/calendar").to("/signin")
	w.pass(40 * 24 * time.Hour)
	if a, _ := read(moderators); !strings.Contains(strings.ReplaceAll(a.body(), "\r\n ", ""), "overdue since 5 January 2027") || !strings.Contains(a.body(), "DTSTART;VALUE=DATE:20270115\r\n") {
		t.Errorf("overdue it says\n%s", a.body())
	}
	fetched := 0
	for range 2 * calendarBurst {
		if a := w.stranger().get(moderators); a.Code == http.StatusOK {
			fetched++
		} else if a.is(http.StatusTooManyRequests); a.Header().Get("Retry-After") == "" {
			t.Error("it does not say when to come again")
		}
	}
	if fetched >= calendarBurst+5 || fetched == 0 {
		t.Errorf("fetched %d times at once", fetched)
	}
	if err := w.access.Revoke(t.Context(), access.Identity{Protocol: w.plan.Protocol, Person: "oscar"}); err != nil {
		t.Fatal(err)
	}
	w.stranger().get(moderators).is(http.StatusNotFound)
}
