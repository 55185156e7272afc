package exercise_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"tocsin/exercise"
)

// TestAStruckMarkCountsForNothing plays runs at random in which marks are put down and struck. Whatever a struck mark says, of which step
// and of whom, the steps, the score, the read-back and everybody's sheet are the same.
func TestAStruckMarkCountsForNothing(t *testing.T) {
	struck := 0
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 11))
		w := newWorld(t)
		do := func(actor string, op exercise.Op) { _, _ = w.do(actor, op) }
		do("ben", exercise.OpPlan{ID: "s1", Protocol: "small", Moderator: "ada", Watch: []string{"dan"}})
		do("ada", exercise.OpChoose{Scenario: secretScenario(1, w.plan)})
		do("ada", exercise.OpBegin{})
		do("ada", exercise.OpDescribe{})
		kinds := []exercise.MarkKind{exercise.Said, exercise.Done, exercise.Wrong, exercise.Unplanned}
		steps := []string{"stop-theft/pause", "stop-theft/trace", "stop-theft/tell"}
		for n := range 25 {
			w.now = w.now.Add(time.Duration(r.IntN(300)) * time.Second)
			if marks := len(w.state.Runs[0].Marks); marks > 0 && r.IntN(2) == 0 {
				do("ada", exercise.OpStrike{Mark: 1 + r.IntN(marks)})
			} else {
				op := exercise.OpMark{Kind: kinds[r.IntN(4)], Text: fmt.Sprintf("mark %d", n), Person: []string{"", "ben", "cyd"}[r.IntN(3)]}
				if op.Kind != exercise.Unplanned {
					op.Step = steps[r.IntN(3)]
				}
				do("ada", op)
			}
			if n == 20 {
				do("ada", exercise.OpComplete{Conclusion: "It is over."})
			}
			struck += sameWithout(t, w, seed)
		}
	}
	if struck < 100 {
		t.Errorf("only %d struck marks were looked at: this checked little", struck)
	}
}

// sameWithout compares what is made of a session with what is made of the same one whose struck marks say something else, and returns how many
// of them there are.
func sameWithout(t *testing.T, w *world, seed uint64) int {
	t.Helper()
	var other exercise.State
	if err := json.Unmarshal(encode(t, w.state), &other); err != nil {
		t.Fatal(err)
	}
	n := 0
	for i := range other.Runs[0].Marks {
		if m := &other.Runs[0].Marks[i]; m.Struck {
			n++
			m.Kind, m.Step, m.Person, m.Text = exercise.Done, "stop-theft/pause", "eve", "otherwise"
		}
	}
	made := func(s *exercise.State) []byte {
		return encode(t, []any{
			exercise.Steps(w.plan, s, 1, nil), exercise.ScoreOf(w.plan, s, 1, nil), exercise.ReadBackOf(w.plan, s, 1, nil), exercise.SheetOf(w.plan, s, "ben"),
		})
	}
	if a, b := made(w.state), made(&other); !bytes.Equal(a, b) {
		t.Fatalf("seed %d: a struck mark counts:\n%s\n%s", seed, a, b)
	}
	return n
}
