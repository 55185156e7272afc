package app

import (
	"log/slog"
	"sync"
	"testing"
	"time"

	"tocsin/exercise/library"
)

// Every scenario of the library is played to its end with the example plan: contained, and with every step and decision that it
// expects. What is live is seen by a detector before anybody says so.
func TestTheWholeLibraryIsContained(t *testing.T) {
	scripts := library.Scripts()
	type played struct {
		verdict *Verdict
		err     error
	}
	// Each mostly waits for its clock: several at a time cost no more than one.
	all, slots := make([]played, len(scripts)), make(chan struct{}, 5)
	var wg sync.WaitGroup
	for i, s := range scripts {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			v, err := RunExercise(t.Context(), ExerciseOptions{Scenario: s.ID, Data: t.TempDir(), Terminal: talk{t}, Logger: slog.New(slog.DiscardHandler), Period: 100 * time.Millisecond})
			all[i] = played{v, err}
		})
	}
	wg.Wait()
	for i, s := range scripts {
		t.Run(s.ID, func(t *testing.T) {
			v, err := all[i].verdict, all[i].err
			if err != nil {
				t.Fatal(err)
			}
			if !v.Contained || v.Library != s.ID || len(v.Misfits) > 0 {
				t.Errorf("contained %v: %s, of %q, misfits %q", v.Contained, v.Why, v.Library, v.Misfits)
			}
			if byHand := v.Detected == "by hand"; byHand != (s.Live == "") {
				t.Errorf("in the world %q it is detected %s", s.Live, v.Detected)
			}
			if len(v.Incidents) != 1 {
				t.Errorf("incidents %v", v.Incidents)
			}
			if v.Score.Outcome != "completed" || v.Score.Expected == 0 || v.Score.Done != v.Score.Expected || v.Score.Wrong+v.Score.Unplanned > 0 {
				t.Fatalf("score %+v", v.Score)
			}
			for _, d := range v.Score.Decisions {
				if d.Expected && !d.Reached {
					t.Errorf("the decision %q was not reached", d.Name)
				}
			}
		})
	}
}
