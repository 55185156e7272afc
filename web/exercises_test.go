package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tocsin/exercise"
)

func TestExercisesSayWhatIsDue(t *testing.T) {
	w := newWorld(t, false)
	janet := w.signedIn("janet")
	janet.get("/exercises").is(http.StatusOK).contains("The next one is due by 5 January 2027", "Put the exercises into your calendar", "The team has not practised yet.",
		"There has been no exercise yet", "Stolen", "never", "Never took part", "Janet R", "by 5 January 2027", "Not walked through for a year")
	at := w.described("drained-vault")
	janet.get("/exercises").contains("The winter exercise", "running").lacks("There has been no exercise yet")
	janet.submit(at, "r-here", nil)
	oscar := w.signedIn("oscar")
	oscar.submit(at+"/moderate", "m-complete", url.Values{"text": {"Done."}})
	oscar.submit(at+"/moderate", "m-end", nil)
	a := janet.get("/exercises").contains("something to work on", "once", "6 December 2026", "The next one is due by 5 January 2027", "every 30 days until 3 in a row went clean; so far 0")
	late := a.text()[strings.Index(a.text(), "Never took part"):]
	if strings.Contains(late, "Janet R by") || !strings.Contains(late, "David L by") {
		t.Errorf("those who never took part: %s", late)
	}
}

func TestPlanningAnExercise(t *testing.T) {
	w := newWorld(t, false)
	janet := w.signedIn("janet")
	form := url.Values{"at": {"2026-12-13T10:00"}, "title": {"Before the holidays"}, "moderator": {"oscar"}, "watch": {"bella"}, "length": {"90m"}}
	res := janet.submit("/exercises", "plan", form).is(http.StatusSeeOther)
	at := res.Header().Get("Location")
	x := w.exercise(at)
	if x.Title != "Before the holidays" || x.By != "janet" || x.Moderator != "oscar" || len(x.Watch) != 1 || x.Watch[0] != "bella" || x.Length.String() != "1h30m" || x.Scheduled.Format(formTime) != "2026-12-13T10:00" {
		t.Errorf("planned is %+v", x)
	}
	// Whoever planned it may invite, move and cancel it, and sees nothing of its script.
	janet.get(at).contains("Organise", "It begins Sunday 13 December 2026, 10:00 UTC, and takes 1h30m.").lacks("Moderate it", "Choose a scenario")
	janet.submit(at, "r-invite", nil).to(at + "#people")
	janet.submit(at, "r-postpone", url.Values{"to": {"2026-12-14T10:00"}, "why": {"A release."}}).to(at)
	w.signedIn("carmen").get(at).contains("Do you come?", "Monday 14 December 2026").lacks("Organise")
	if got := w.exercise(at); got.Moved == 0 || len(got.Invited) == 0 || got.Phase != exercise.Planned {
		t.Errorf("after that it is %+v", got)
	}
	janet.submit(at, "r-cancel", url.Values{"why": {"Nobody can."}}).to(at)
	janet.get("/exercises").contains("cancelled")

	form.Set("moderator", "janet")
	janet.submit("/exercises", "plan", form).is(http.StatusForbidden).contains("does not let")
	form.Set("moderator", "oscar")
	form.Set("at", "soon")
	janet.submit("/exercises", "plan", form).is(http.StatusUnprocessableEntity).contains("is no day and time")
	martin := w.signedIn("martin")
	martin.get("/exercises").is(http.StatusOK).lacks("Plan it")
	martin.post("/exercises", form).is(http.StatusForbidden)
}

func TestSurprisesAreNotListed(t *testing.T) {
	w := newWorld(t, false)
	at := w.session(true)
	w.signedIn("janet").get("/exercises").lacks("The winter exercise")
	oscar := w.signedIn("oscar")
	oscar.get("/exercises").contains("The winter exercise")
	oscar.submit(at+"/moderate", "m-choose", url.Values{"scenario": {"drained-vault"}})
	w.signedIn("janet").get("/plan/adoptions").is(http.StatusOK) // a refusal would give it away
	oscar.submit(at+"/moderate", "m-begin", nil).to(at + "/moderate")
	w.signedIn("janet").get("/exercises").contains("The winter exercise")
}
