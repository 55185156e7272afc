package app

import (
	"bytes"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/examples"
)

// drill plays a scenario of a plan, nil for the example plan.
func drill(t *testing.T, files fs.FS, scenario string) *Verdict {
	t.Helper()
	var story bytes.Buffer
	v, err := RunExercise(t.Context(), ExerciseOptions{
		Plan: files, Scenario: scenario, Data: t.TempDir(), Terminal: &story, Logger: slog.New(slog.DiscardHandler), Period: 100 * time.Millisecond,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, &story)
	}
	if t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s", &story)
		}
	}); v.Seconds <= 0 || v.Took <= 0 || v.Exercise == "" {
		t.Errorf("it took no time: %+v", v)
	}
	return v
}

// talk writes what an exercise tells to the test's log.
type talk struct{ t *testing.T }

func (w talk) Write(b []byte) (int, error) {
	w.t.Logf("%s", b)
	return len(b), nil
}

// Every scenario that the example plan has beside the library is played to its completion.
func TestThePlansOwnScenariosAreContained(t *testing.T) {
	_, list, err := Scenarios(nil)
	if err != nil || len(list) < 15 {
		t.Fatalf("%d scenarios, %v", len(list), err)
	}
	for _, s := range list {
		if s.Library {
			continue
		}
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			if !s.Fits {
				t.Fatalf("it does not fit the example plan: %v", s.Misfits)
			}
			v := drill(t, nil, s.ID)
			if !v.Contained || v.Why != "" || v.Score.Outcome != "completed" || len(v.Incidents) == 0 {
				t.Errorf("%+v", v)
			}
			if s.World != "" && (v.World != s.World || v.Lost == "") {
				t.Errorf("its world was %s, lost %s", v.World, v.Lost)
			}
		})
	}
}

// broken is the example plan with something else written in one of its files.
func broken(t *testing.T, file, old, is string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(examples.Vault(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(examples.Vault(), path)
		if path == file {
			if !strings.Contains(string(b), old) {
				t.Fatalf("%s does not say %q", file, old)
			}
			b = []byte(strings.Replace(string(b), old, is, 1))
		}
		files[path] = &fstest.MapFile{Data: b, Mode: 0o644}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAPlanWhosePauseIsBrokenContainsNothing(t *testing.T) {
	t.Parallel()
	// An office has to agree, which has no key to sign with: what nobody can agree to is never done.
	v := drill(t, broken(t, "decisions.yaml", "required: [carmen, oscar] ", "required: [carmen, officer] "), "drained-vault")
	if v.Contained || !strings.Contains(v.Why, "ause") || v.Score.Outcome != "aborted" {
		t.Errorf("%+v", v)
	}
}

func TestAnExerciseGoesOnFromItsFolder(t *testing.T) {
	t.Parallel()
	o := ExerciseOptions{Scenario: "drained-vault", Data: t.TempDir(), Terminal: io.Discard, Logger: slog.New(slog.DiscardHandler), Period: 100 * time.Millisecond}
	first, err := RunExercise(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	again, err := RunExercise(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if again.Exercise != first.Exercise || again.Took != first.Took || !again.Contained || len(again.Incidents) != len(first.Incidents) {
		t.Errorf("it ended as %+v, and was then said to have ended as %+v", first, again)
	}
	o.Scenario = "reentrant-withdrawal"
	if _, err := RunExercise(t.Context(), o); err == nil || !strings.Contains(err.Error(), "drained-vault") {
		t.Errorf("another scenario in its folder: %v", err)
	}
	o.Scenario, o.Data = "drained-vaults", t.TempDir()
	if _, err := RunExercise(t.Context(), o); err == nil || !strings.Contains(err.Error(), "drained-vault") {
		t.Errorf("a scenario that there is not: %v", err)
	}
}
