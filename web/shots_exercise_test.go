package web

import (
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"tocsin/exercise"
	"tocsin/incident"
)

// TestExerciseShots leads an exercise and stores pictures of the moderator's and a responder's pages on the way, as TestShots does.
func TestExerciseShots(t *testing.T) {
	if os.Getenv("TOCSIN_SHOTS") == "" {
		return
	}
	if err := os.MkdirAll(os.Getenv("TOCSIN_SHOTS"), 0o700); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, true)
	b := newBrowser(t, w)
	b.signIn("janet")
	both := func(person, path, name string) {
		b.play(person)
		b.size(1360, 1000)
		b.open(path)
		b.shot(name)
		b.size(360, 1400)
		b.open(path)
		b.shot(name + "-phone")
	}
	at := w.session(false)
	mod := at + "/moderate"
	oscar, janet := w.signedIn("oscar"), w.signedIn("janet")
	janet.submit(at, "r-reply", url.Values{"answer": {exercise.Coming}})
	both("oscar", mod, "moderate-planned")
	both("janet", at, "exercise-planned")
	oscar.submit(mod, "m-choose", url.Values{"scenario": {"drained-vault"}})
	oscar.submit(mod, "m-begin", nil)
	both("oscar", mod, "moderate-begun")
	oscar.submit(mod, "m-describe", nil)
	w.pass(3 * time.Minute)
	id := strings.TrimPrefix(janet.submit(at, "r-open", url.Values{"issue": {"stolen-user-funds"}}).Header().Get("Location"), "/incidents/")
	w.does(id, "janet", incident.OpValidate{})
	w.pass(2 * time.Minute)
	oscar.submit(mod, "m-release-way-in", nil)
	janet.submit(at, "r-ask", url.Values{"text": {"Who is the attacker?"}})
	oscar.submit(mod, "m-mark-stolen-user-funds/pause-contract", url.Values{"kind": {"said"}})
	both("oscar", mod, "moderate-playing")
	both("janet", at, "exercise-playing")
	b.dark()
	both("oscar", mod, "dark-moderate-playing")
	both("janet", at, "dark-exercise-playing")
	w.signedIn("martin").submit(at, "r-stop", url.Values{"why": {"The pager is broken."}})
	both("oscar", mod, "moderate-frozen")
	both("janet", at, "exercise-frozen")
	both("janet", "/incidents/"+id, "incident-frozen")
	oscar.submit(mod, "m-thaw", url.Values{"why": {"It works again."}})
	oscar.submit(mod, "m-complete", url.Values{"text": {"The vault is paused."}})
	both("oscar", mod, "moderate-completed")
	both("janet", at, "exercise-completed")
}
