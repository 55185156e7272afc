package exercise_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/exercise"
)

// Nobody takes what is real for an exercise, or an exercise for what is real; and none of a surprise drill is told before it begins.
func TestNoticesSayWhatTheyAre(t *testing.T) {
	for _, file := range []string{"whole", "frozen", "surprise", "postponed", "refused"} {
		w := &story{world: newWorld(t), day: newWorld(t).now.Truncate(24 * hour)}
		begun := false
		for _, l := range storyLines(t, file) {
			from := len(w.happened)
			w.play(l)
			for _, h := range w.happened[from:] {
				begun = begun || h.Event.Kind() == exercise.EventBegun{}.Kind()
				e, frozen := h.Event.(exercise.EventFrozen)
				for _, n := range exercise.Notices(w.plan, w.state, h) {
					real := frozen && e.Incident != ""
					if strings.HasPrefix(n.Subject, "EXERCISE: ") == real || strings.HasPrefix(n.Subject, "REAL") != real || n.Urgent != real {
						t.Errorf("%s: %+v", file, n)
					}
					if file == "surprise" && !begun && !slices.Contains([]string{"ada", "eve"}, n.Person) {
						t.Errorf("told before a surprise: %+v", n)
					}
					if strings.Contains(n.Text, "i10") || strings.Contains(n.Text, "i12") {
						t.Errorf("a notice names an incident that not everybody may know of: %+v", n)
					}
				}
			}
		}
	}
}
