package app

import (
	"log/slog"
	"testing"
	"time"
)

// talk writes what an exercise tells to the test's log.
type talk struct{ t *testing.T }

func (w talk) Write(b []byte) (int, error) {
	w.t.Logf("%s", b)
	return len(b), nil
}

func TestADrillOfTheExamplePlanIsContained(t *testing.T) {
	v, err := RunExercise(t.Context(), ExerciseOptions{Scenario: "drained-vault", Data: t.TempDir(), Terminal: talk{t}, Logger: slog.New(slog.DiscardHandler), Period: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if !v.Contained || v.Detected == "by hand" || v.Why != "" {
		t.Errorf("%+v", v)
	}
	t.Logf("%+v", v)
}
