package web

import (
	"testing"

	"tocsin/incident"
)

// Where people post by hand, an exercise tells them to post nothing, and what is in earnest does not.
func TestAnExerciseIsPublishedNowhere(t *testing.T) {
	const nothing = "Publish nothing yourself"
	w := newWorld(t, true)
	for _, drill := range []bool{true, false} {
		id := w.attack(drill)
		w.does(id, "janet", incident.OpAnswer{Answer: incident.Coming})
		w.does(id, "janet", incident.OpValidate{})
		page := w.playing("janet").get("/incidents/" + id).contains("Tocsin cannot.")
		if drill {
			page.contains(nothing)
		} else {
			page.lacks(nothing)
		}
	}
}
