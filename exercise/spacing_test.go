package exercise_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"tocsin/exercise"
)

// However often it is paused, stopped and run at another speed: each inject comes when the exercise clock shows its time, neither sooner nor
// later, and no clock goes back.
func TestPausingKeepsTheSpacing(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 3))
		w := newWorld(t)
		must := func(actor string, op exercise.Op) {
			t.Helper()
			if _, err := w.do(actor, op); err != nil {
				t.Fatal(err)
			}
		}
		try := func(op exercise.Op) { _, _ = w.do("ada", op) }
		must("ben", exercise.OpPlan{ID: "s1", Protocol: "small", Moderator: "ada", Watch: []string{"dan"}, Scheduled: w.now.Add(hour)})
		w.now = w.now.Add(time.Duration(r.IntN(7200)) * time.Second)
		must("ben", exercise.OpPostpone{To: w.now.Add(3 * hour)})
		must("ada", exercise.OpChoose{Scenario: secretScenario(1, w.plan)})
		must("ada", exercise.OpBegin{Speed: uint32(1 + r.IntN(20))})
		must("ada", exercise.OpDescribe{})
		shown := w.state.Now(w.now)
		for range 60 {
			end := w.now.Add(time.Duration(r.Int64N(int64(3 * time.Minute))))
			for due := exercise.NextDue(w.state); !due.IsZero() && !due.After(end); due = exercise.NextDue(w.state) {
				w.now = due
				must("clock", exercise.OpTick{})
			}
			w.now = end
			switch r.IntN(6) {
			case 0:
				try(exercise.OpClock{Pause: true})
			case 1, 2:
				try(exercise.OpClock{Resume: true})
			case 3:
				must("ben", exercise.OpStop{})
			case 4:
				try(exercise.OpThaw{Why: "Go on"})
			default:
				try(exercise.OpClock{Speed: uint32(1 + r.IntN(20))})
			}
			if now := w.state.Now(w.now); now.Before(shown) {
				t.Fatalf("seed %d: the clock went back from %s to %s", seed, shown, now)
			} else {
				shown = now
			}
		}
		run := w.state.Run(1)
		for _, in := range run.Scenario.Injects {
			if in.Hand || in.After != "" {
				continue
			}
			due, given := run.From.Add(time.Duration(in.At)), false
			for _, x := range run.Injected {
				if given = x.ID == in.ID; given {
					if late := x.Shows.Sub(due); late < 0 || late >= 21*time.Microsecond {
						t.Errorf("seed %d: %s came %s after its time", seed, in.ID, late)
					}
					break
				}
			}
			if !given && !shown.Before(due) {
				t.Errorf("seed %d: %s never came", seed, in.ID)
			}
		}
	}
}
