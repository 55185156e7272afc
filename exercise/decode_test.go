package exercise_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"tocsin/exercise"
	"tocsin/journal"
	"tocsin/plan"
)

func TestNewerKind(t *testing.T) {
	w := newWorld(t)
	if _, err := w.do("ben", exercise.OpPlan{ID: "s1", Protocol: "small", Moderator: "ada", Watch: []string{"dan"}}); err != nil {
		t.Fatal(err)
	}
	for was, is := range map[string]string{`"exercise-planned"`: `"exercise-shared"`, `"kind_v":1`: `"kind_v":2`} {
		newer := w.records[0]
		newer.Bytes = []byte(strings.Replace(string(newer.Bytes), was, is, 1))
		var unknown *exercise.UnknownKind
		if _, err := exercise.Decode(newer); !errors.As(err, &unknown) {
			t.Errorf("with %s: %v", is, err)
		}
	}
	if err := journal.Verify(w.records); err != nil {
		t.Error(err)
	}
}

// FuzzDecode reads events that anybody may have written, applies them to a session, and lets everything look at what comes of it.
func FuzzDecode(f *testing.F) {
	for _, seed := range [][2]string{
		{"exercise-planned", `{"id":"s1","protocol":"small","scheduled":"2026-11-21T10:00:00Z","moderator":"ada","watch":["dan"]}`},
		{"exercise-scenario-chosen", `{"run":1,"script":{"$personal":"{\"scenario\":{\"id\":\"x\",\"name\":\"X\",\"injects\":[{\"id\":\"a\",\"text\":\"A\"}]}}"}}`},
		{"exercise-described", `{"run":1,"clock":{"at":"2026-11-21T10:00:00Z","shows":"2026-11-21T10:00:00Z","speed":1}}`},
		{"exercise-injected", `{"run":1,"id":"gone","how":"time"}`},
		{"exercise-injected", `{"run":99999999999}`},
		{"exercise-struck", `{"run":1,"mark":-1}`},
		{"exercise-struck", `{"lesson":1}`},
		{"exercise-frozen", `{"clock":{"at":"0001-01-01T00:00:00Z","speed":4294967295}}`},
		{"exercise-follow-up-ended", `{"number":-9}`},
		{"exercise-reminded", `{"what":"follow-up","follow_up":1}`},
		{"exercise-ended", `{"came":["ada"]}`},
	} {
		f.Add(seed[0], seed[1])
	}
	p := loadPlan(f)
	w := newWorld(f)
	for _, op := range []exercise.Op{
		exercise.OpPlan{ID: "s1", Protocol: "small", Moderator: "ada", Watch: []string{"dan"}},
		exercise.OpChoose{Scenario: p.Exercises.Scenarios[0]},
		exercise.OpBegin{},
		exercise.OpDescribe{},
		exercise.OpMark{Kind: exercise.Done, Step: "stop-theft/pause"},
	} {
		if _, err := w.do("ada", op); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, kind, data string) {
		if !json.Valid([]byte(data)) || kind == "" {
			return
		}
		s := w.state
		for range 2 {
			b, err := json.Marshal(journal.Envelope{V: 1, Stream: "exercise/s1", Seq: s.Version + 1, Kind: kind, KindV: 1, At: w.now, Data: json.RawMessage(data)})
			if err != nil {
				return
			}
			h, err := exercise.Decode(journal.Record{Stream: "exercise/s1", Seq: s.Version + 1, Bytes: b})
			if err != nil {
				return
			}
			s = s.Next()
			s.Apply(h)
			exercise.Notices(p, s, h)
			if exercise.Describe(p, s, h) == "" {
				t.Errorf("nothing is said of %s", kind)
			}
		}
		exercise.NextDue(s)
		for _, who := range []string{"ada", "ben", "eve", ""} {
			exercise.SheetOf(p, s, who)
			s.MayCall(p, who)
		}
		look(p, s)
		if _, err := exercise.Decide(p, s, exercise.Command{Actor: actorOf("clock"), Op: exercise.OpTick{Done: []string{"stop-theft/pause"}}}, w.now); err != nil && s.ID != "" {
			t.Error(err)
		}
	})
}

// look reads a session in every way there is.
func look(p *plan.Plan, s *exercise.State) {
	for run := range len(s.Runs) + 2 {
		exercise.Steps(p, s, run, nil)
		exercise.ScoreOf(p, s, run, nil)
		b := exercise.ReadBackOf(p, s, run, nil)
		b.Text(p)
	}
	if r, ok := exercise.ReportOf(p, s, nil, nil); ok {
		r.Publish(p).Markdown()
	}
	exercise.PastOf(p, s, nil)
	exercise.Proposals(p, s, nil)
}
