package exercise_test

import (
	"bytes"
	"strings"
	"testing"

	"tocsin/exercise"
	"tocsin/journal"
	"tocsin/plan"
)

// The script of a scenario leaves the house in no record, and the chain verifies all the same; of a session that is not over no text does.
func TestScriptsStayInTheHouse(t *testing.T) {
	p, _ := reported(t)
	running := play(t)
	for _, w := range []*world{p.world, running.world} {
		var out []journal.Record
		var all bytes.Buffer
		for _, r := range w.records {
			x := exercise.Outward(r, w.state)
			out = append(out, x)
			all.Write(x.Bytes)
			all.Write(x.Openings)
		}
		if err := journal.Verify(out); err != nil {
			t.Error(err)
		}
		text := all.String()
		for _, held := range []string{"It lies where it was sent", "A newspaper calls", "drained", "where-to", "Where did the money go"} {
			if strings.Contains(text, held) {
				t.Errorf("an export of a session that is %s holds %q", w.state.Phase, held)
			}
		}
		if told := strings.Contains(text, "The allowance is read the wrong way round"); told != (w.state.Phase == exercise.Ended) {
			t.Errorf("an export of a session that is %s holds what was told: %t", w.state.Phase, told)
		}
		// Whoever has only that still reads it, without the scripts.
		var again []exercise.Happened
		for _, r := range out {
			h, err := exercise.Decode(r)
			if err != nil {
				t.Fatal(err)
			}
			again = append(again, h)
		}
		if s := exercise.Replay(again); s.Phase != w.state.Phase || len(s.Runs) != 1 || s.Runs[0].Scenario.Name != "" {
			t.Errorf("read without scripts: %+v", s)
		}
	}
}

func TestScriptTooLong(t *testing.T) {
	w := newWorld(t)
	for _, op := range []exercise.Op{exercise.OpPlan{ID: "s1", Protocol: "small", Moderator: "ada", Watch: []string{"dan"}}} {
		if _, err := w.do("ada", op); err != nil {
			t.Fatal(err)
		}
	}
	x := plan.Scenario{ID: "long", Name: "Long", Opening: strings.Repeat("x", 1<<20)}
	if _, err := w.do("ada", exercise.OpChoose{Scenario: x}); err == nil || !strings.Contains(err.Error(), "longer than 1 MiB") {
		t.Errorf("it is taken: %v", err)
	}
}
