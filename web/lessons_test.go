package web

import (
	"net/http"
	"net/url"
	"testing"

	"tocsin/incident"
)

// What people did by hand and added on the spot stands on the overview once all is quiet, and nothing of an incident that is hidden.
func TestLessonsStandOnTheOverviewOnceAllIsQuiet(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(true)
	at := "/incidents/" + id
	janet := w.playing("janet")
	w.does(id, "janet", incident.OpValidate{Issue: "stolen-user-funds"})
	janet.post(at+"/add", url.Values{"name": {"Call the exchange"}, "how": {"The desk is on call"}, "form": {"add"}}).is(http.StatusSeeOther)
	for _, v := range incident.StepsOf(w.plan, w.state(id)) {
		if v.Added != nil {
			janet.post(at+"/end", url.Values{"step": {v.ID}, "state": {incident.Done}, "form": {"end-" + v.ID}}).is(http.StatusSeeOther)
		}
	}
	janet.get("/").is(http.StatusOK).lacks("Call the exchange")
	janet.post(at+"/restrict", url.Values{"hide": {"oscar"}, "form": {"restrict"}}).is(http.StatusSeeOther)
	w.does(id, "janet", incident.OpDismiss{Why: "A drill"})
	w.does(id, "david", incident.OpDismiss{Why: "A drill"})
	janet.get("/").is(http.StatusOK).contains("Call the exchange").contains("added on the spot once, in an exercise").contains("All lessons")
	janet.get("/lessons").is(http.StatusOK).contains("From one incident that is over").contains(`- id: call-the-exchange`).contains("The desk is on call")
	for _, path := range []string{"/", "/lessons"} {
		w.playing("oscar").get(path).is(http.StatusOK).lacks("Call the exchange")
	}
	w.playing("oscar").get("/lessons").contains("From 0 incidents that are over")
}
