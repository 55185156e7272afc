package engine_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// learnt plays an exercise to its end, in which something is said about somebody, and returns its id and that of its incident.
func learnt(t testing.TB, e *engine.Engine, now time.Time) (id, drilled string) {
	t.Helper()
	id = begin(t, e, 1).State.ID
	drilled = attack(t, follow(t, e, now.Add(time.Hour)), "f1").State.ID
	say(t, e, drilled, "ben", incident.OpNote{Text: "Mallory is asleep"})
	lead(t, e, id, exercise.OpMark{Kind: exercise.Unplanned, Text: "Mallory rang the wrong person"})
	lead(t, e, id, exercise.OpComplete{Conclusion: "It is contained."})
	lead(t, e, id, exercise.OpLesson{Kind: exercise.Mistake, Text: "The number was wrong"})
	lead(t, e, id, exercise.OpEnd{})
	return id, drilled
}

func TestTextsOfAnExerciseAreRemoved(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		a, b := start(t, st, "a", clock.now), start(t, st, "b", clock.now)
		running := begin(t, a, 1).State.ID
		lead(t, a, running, exercise.OpMark{Kind: exercise.Unplanned, Text: "Mallory did it"})
		order := engine.ExerciseRedactOrder{Exercise: running, Containing: "mallory", Why: "She asked for it", Actor: journal.Actor{Kind: journal.System}}
		_, err := a.RedactExercise(t.Context(), order)
		want(t, err, fault.Conflict) // it goes on
		lead(t, a, running, exercise.OpAbort{Why: "Enough"})
		lead(t, a, running, exercise.OpEnd{})
		clock.pass(24 * time.Hour)

		id, _ := learnt(t, a, clock.now())
		if _, err := b.Session(t.Context(), id); err != nil { // holds it in memory
			t.Fatal(err)
		}
		order.Exercise = id
		for _, n := range []int{1, 0} {
			if got, err := a.RedactExercise(t.Context(), order); err != nil || got != n {
				t.Fatalf("%d texts were removed, want %d: %v", got, n, err)
			}
		}
		for _, e := range []*engine.Engine{a, b, start(t, st, "c", clock.now)} {
			v, err := e.Session(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(v.State)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(text, []byte("Mallory")) || !bytes.Contains(text, []byte("The number was wrong")) || v.State.Runs[0].Scenario.Name != drill.Name {
				t.Errorf("what is left: %s", text)
			}
			if _, err := v.Report(t.Context()); err != nil {
				t.Error(err)
			}
		}
		order.Containing = ""
		if n, err := b.RedactExercise(t.Context(), order); err != nil || n == 0 {
			t.Fatalf("%d texts were removed: %v", n, err)
		}
		v, err := a.Session(t.Context(), id)
		if err != nil || len(v.State.Lessons) != 1 || v.State.Lessons[0].Text != "" || v.State.Runs[0].Scenario.Name != drill.Name {
			t.Fatalf("after all of it: %+v, %v", v.State.Lessons, err)
		}
	})
}

func TestExercisesAreKeptAsLongAsThePlanSays(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := engine.New(engine.Options{Store: st, Node: "a", Now: clock.now})
		p, files := small(t)
		p.Retention = plan.Retention{Exercises: plan.Duration(30 * day)}
		if _, err := e.Pin(t.Context(), p, files); err != nil {
			t.Fatal(err)
		}
		id, drilled := learnt(t, e, clock.now())
		step(t, e)
		retain(t, e)
		kept, keptToo := texts(t, st, "exercise/"+id), texts(t, st, "incident/"+drilled)
		if kept < 4 || keptToo < 1 {
			t.Fatalf("%d and %d texts before the time is over", kept, keptToo)
		}
		clock.pass(29 * day)
		retain(t, e)
		if texts(t, st, "exercise/"+id) != kept || texts(t, st, "incident/"+drilled) != keptToo {
			t.Fatal("texts were removed before their time")
		}
		clock.pass(2 * day)
		retain(t, e)
		if n := texts(t, st, "incident/"+drilled); n != 0 {
			t.Errorf("%d texts of the incident are left", n)
		}
		if n := texts(t, st, "exercise/"+id); n != 1 {
			t.Errorf("%d texts of the exercise are left, and it is to be the script", n)
		}
		head, err := st.Head(t.Context(), "exercise/"+id)
		if err != nil {
			t.Fatal(err)
		}
		retain(t, e)
		if again, err := st.Head(t.Context(), "exercise/"+id); err != nil || again.Version != head.Version {
			t.Errorf("it was done again: %d events instead of %d, %v", again.Version, head.Version, err)
		}
	})
}
