package engine_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/store"
)

// What is held back in an exercise leaves the house in no export: while it is not over it is left out, and afterwards its script is.
func TestExportKeepsScripts(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		e := start(t, st, "a", newClock().now)
		id := begin(t, e, 1).State.ID
		lead(t, e, id, exercise.OpRelease{Text: "It was told to all."})
		for _, over := range []bool{false, true} {
			if over {
				lead(t, e, id, exercise.OpComplete{Conclusion: "It is contained."})
				lead(t, e, id, exercise.OpEnd{})
			}
			roll, err := e.Roll(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if _, err := e.ExportProtocol(t.Context(), "small", &b); err != nil {
				t.Fatal(err)
			}
			x, err := engine.VerifyExport(bytes.NewReader(b.Bytes()), int64(b.Len()), &roll)
			if err != nil || !x.OK() {
				t.Fatalf("over %t: %+v, %v", over, x, err)
			}
			text := unzipped(t, b.Bytes())
			if strings.Contains(text, "A user says thank you") || strings.Contains(text, "Somebody writes about it") {
				t.Errorf("over %t: the export holds what is held back", over)
			}
			if strings.Contains(text, "It was told to all") != over || strings.Contains(text, "exercise/"+id) != over {
				t.Errorf("over %t: the exercise is in the export: %t", over, !over)
			}
		}
	})
}

// unzipped is all that an archive holds, in one text.
func unzipped(t *testing.T, b []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range z.File {
		if strings.HasPrefix(f.Name, "plans/") {
			continue // whoever may export may read the plan, and the scenarios that stand in it
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
		r.Close()
		all.WriteString("\n" + f.Name + "\n")
	}
	return all.String()
}
