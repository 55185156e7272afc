package exercise_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/exercise"
	"tocsin/plan"
)

// secretScenario is a script each of whose parts can be told from all others.
func secretScenario(n int, p *plan.Plan) plan.Scenario {
	secret := func(part string) string { return fmt.Sprintf("secret-%d-%s", n, part) }
	x := plan.Scenario{
		ID: secret("id"), Name: secret("name"), From: secret("from"), Opening: secret("opening"), Brief: secret("brief"), Objectives: []string{secret("objective")},
		Live: secret("live"), Complete: secret("complete"), Abort: secret("abort"), Debrief: []string{secret("debrief")},
		Bind: map[string]string{secret("bind"): secret("bound")}, Steps: []string{"stop-theft/pause"}, Decisions: []string{"pause"}, Updates: []string{"users"},
	}
	for i := range 6 {
		part := func(s string) string { return secret(fmt.Sprintf("inject-%d-%s", i, s)) }
		in := plan.Inject{ID: part("id"), Text: part("text"), Channel: part("channel"), Picture: part("picture"), Live: part("live")}
		switch i % 3 {
		case 0:
			in.At = plan.Duration(time.Duration(i*7) * time.Minute)
		case 1:
			in.After, in.At = plan.StepRef("stop-theft", p.Procedures[0].Steps[i%4].ID), plan.Duration(time.Duration(i)*time.Minute)
		default:
			in.Hand = true
		}
		x.Injects = append(x.Injects, in)
		x.Held = append(x.Held, plan.HeldFact{
			ID: secret(fmt.Sprintf("held-%d-id", i)), Text: secret(fmt.Sprintf("held-%d-text", i)), AskedBy: secret(fmt.Sprintf("held-%d-asked", i)),
			Evidence: secret(fmt.Sprintf("held-%d-evidence", i)),
		})
	}
	return x
}

// TestNothingHeldBackShows plays sessions at random and searches every sheet, as it goes out, for whatever of the scripts has not been
// given: beside the sheet itself, two sessions whose scripts differ only in what is to come must look the same.
func TestNothingHeldBackShows(t *testing.T) {
	given := 0
	for seed := range uint64(20) {
		given += playSecretly(t, seed)
	}
	if given < 30 {
		t.Errorf("only %d things were given: this checked little", given)
	}
}

func playSecretly(t *testing.T, seed uint64) int {
	r := rand.New(rand.NewPCG(seed, 7))
	w := newWorld(t)
	surprise := r.IntN(3) == 0
	do := func(actor string, op exercise.Op) { _, _ = w.do(actor, op) }
	do("ben", exercise.OpPlan{ID: "s1", Protocol: "small", Moderator: "ada", Watch: []string{"dan"}, Surprise: surprise})
	number := 0
	for range 90 {
		w.now = w.now.Add(time.Duration(r.IntN(400)) * time.Second)
		switch r.IntN(24) {
		case 0:
			number++
			do("ada", exercise.OpChoose{Scenario: secretScenario(number, w.plan), Library: fmt.Sprintf("secret-%d-library", number), World: fmt.Sprintf("secret-%d-world", number), Misfits: []string{fmt.Sprintf("secret-%d-misfit", number)}})
		case 1, 2:
			do("ada", exercise.OpBegin{})
		case 3, 4, 5:
			do("ada", exercise.OpDescribe{})
		case 6, 7, 8:
			if c := w.state.Current(); c != nil {
				do("ada", exercise.OpInject{ID: c.Scenario.Injects[r.IntN(6)].ID})
			}
		case 9, 10, 11:
			if c := w.state.Current(); c != nil {
				do("ada", exercise.OpRelease{ID: c.Scenario.Held[r.IntN(6)].ID})
			}
		case 12:
			do("ada", exercise.OpComplete{Conclusion: "It is over."})
		case 13:
			do("ada", exercise.OpAbort{Why: "It is late."})
		case 14:
			do("ben", exercise.OpStop{})
		case 15, 16:
			do("ada", exercise.OpThaw{Why: "Nothing."})
		case 17:
			do("ada", exercise.OpClock{On: time.Duration(r.IntN(20)) * time.Minute})
		case 18:
			do("ada", exercise.OpMark{Kind: exercise.Done, Step: "stop-theft/" + []string{"pause", "trace", "tell"}[r.IntN(3)], Text: fmt.Sprintf("secret-mark-%d", r.Uint64())})
		case 19:
			do("system", exercise.OpTick{Done: []string{"stop-theft/trace"}})
		case 20:
			do("ada", exercise.OpLesson{Kind: exercise.Flaw, Text: fmt.Sprintf("secret-lesson-%d", r.Uint64()), Person: "ben"})
		case 21:
			do("ada", exercise.OpInvite{})
			do("ben", exercise.OpAsk{Text: "What does the log say?"})
			do("ada", exercise.OpBreak{Length: time.Minute})
		case 22:
			if r.IntN(10) == 0 {
				do("ada", exercise.OpEnd{})
			}
		default:
			do("clock", exercise.OpTick{})
		}
		for _, who := range []string{"ben", "cyd", "dan", "eve", "police"} {
			noSecret(t, w, who, seed)
		}
	}
	n := 0
	for i := range w.state.Runs {
		n += len(w.state.Runs[i].Injected) + len(w.state.Runs[i].Released)
	}
	return n
}

// noSecret searches a sheet for what its person may not know, by a list of what was given that is kept apart from the sheet.
func noSecret(t *testing.T, w *world, who string, seed uint64) {
	t.Helper()
	x := exercise.SheetOf(w.plan, w.state, who)
	if x == nil {
		if !w.state.Surprise || !w.state.Begun.IsZero() {
			t.Fatalf("seed %d: %s sees nothing of a session that is no secret", seed, who)
		}
		return
	}
	if who == "cyd" && w.state.Surprise && w.state.Begun.IsZero() {
		t.Fatalf("seed %d: cyd knows of a surprise drill", seed)
	}
	text := string(encode(t, x))
	for _, may := range allowed(w.happened) {
		text = strings.ReplaceAll(text, `"`+may+`"`, "")
	}
	if i := strings.Index(text, "secret-"); i >= 0 {
		t.Fatalf("seed %d: %s sees %q of\n%s", seed, who, text[i:min(i+40, len(text))], encode(t, x))
	}
	if y := exercise.SheetOf(w.plan, otherwise(t, w.state), who); !bytes.Equal(encode(t, x), encode(t, y)) {
		t.Fatalf("seed %d: what is to come changes what %s sees:\n%s\n%s", seed, who, encode(t, x), encode(t, y))
	}
}

// allowed lists the texts of the scripts that everybody may know after some events.
func allowed(happened []exercise.Happened) []string {
	var texts, names []string
	runs := map[int]*plan.Scenario{}
	over := map[int]bool{}
	later := map[int][]string{} // run → what may be known once it is over
	for _, h := range happened {
		switch e := h.Event.(type) {
		case exercise.EventChosen:
			scenario := e.Read().Scenario
			runs[e.Run] = &scenario
		case exercise.EventDescribed:
			texts = append(texts, runs[e.Run].Opening, runs[e.Run].Brief)
		case exercise.EventInjected:
			i := slices.IndexFunc(runs[e.Run].Injects, func(in plan.Inject) bool { return in.ID == e.ID })
			in := runs[e.Run].Injects[i]
			texts = append(texts, in.Text, in.Channel, in.Picture)
		case exercise.EventReleased:
			texts = append(texts, string(e.Text), e.Evidence)
		case exercise.EventCompleted:
			over[e.Run] = true
			names = append(names, runs[e.Run].Name, runs[e.Run].Objectives[0], runs[e.Run].Debrief[0])
		case exercise.EventAborted:
			over[e.Run] = true
		case exercise.EventEnded:
			for n := range over {
				names = append(names, runs[n].Name, runs[n].Objectives[0], runs[n].Debrief[0])
			}
		case exercise.EventLesson:
			later[e.Run] = append(later[e.Run], string(e.Text))
		case exercise.EventMarked:
			later[e.Run] = append(later[e.Run], string(e.Text))
		}
	}
	for run, list := range later {
		if run == 0 || over[run] {
			texts = append(texts, list...)
		}
	}
	return slices.Concat(texts, names)
}

// otherwise is the session with other things to come: more of them, others, in another order.
func otherwise(t *testing.T, s *exercise.State) *exercise.State {
	t.Helper()
	var n exercise.State
	if err := json.Unmarshal(encode(t, s), &n); err != nil {
		t.Fatal(err)
	}
	for i := range n.Runs {
		r := &n.Runs[i]
		was := func(id string) bool {
			return slices.ContainsFunc(r.Injected, func(x exercise.Injected) bool { return x.ID == id }) ||
				slices.ContainsFunc(r.Released, func(x exercise.Released) bool { return x.ID == id })
		}
		r.Scenario.Injects = slices.DeleteFunc(r.Scenario.Injects, func(in plan.Inject) bool { return !was(in.ID) })
		r.Scenario.Held = append(slices.DeleteFunc(r.Scenario.Held, func(f plan.HeldFact) bool { return !was(f.ID) }), plan.HeldFact{ID: "another", Text: "another"})
		r.Scenario.Injects = append(r.Scenario.Injects, plan.Inject{ID: "another", Text: "another", At: plan.Duration(time.Hour)})
		r.Scenario.Steps, r.Scenario.Complete, r.World, r.Library, r.Misfits = nil, "otherwise", "elsewhere", "other", nil
		r.Reached = nil
	}
	if c := n.Current(); c != nil && !c.UnderWay() { // chosen only: another, or none
		n.Runs = n.Runs[:len(n.Runs)-1]
	}
	n.Version += 5
	return &n
}
