package app

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/chain/devchain"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/examples"
	"tocsin/exercise"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/stage"
)

// page is a page as the operator sees it.
func (o *operator) page(path string) string {
	o.t.Helper()
	res, err := o.http.Get(o.ready.URL + path)
	if err != nil {
		o.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		o.t.Fatalf("%s: status %d, %v", path, res.StatusCode, err)
	}
	return string(b)
}

// led is an exercise that oscar leads in the console.
type led struct {
	*served
	id    string
	oscar *operator
}

// lead plans an exercise in the console and begins it.
func (s *served) lead() *led {
	s.t.Helper()
	oscar := s.signIn("oscar")
	at := time.Now().UTC().Add(time.Hour).Format("2006-01-02T15:04")
	status, to, body := oscar.post("/exercises", url.Values{"title": {"The winter exercise"}, "at": {at}, "moderator": {"oscar"}, "watch": {"david"}})
	if status != http.StatusSeeOther {
		s.t.Fatalf("plan: status %d: %s", status, body)
	}
	x := &led{s, strings.TrimPrefix(to, "/exercises/"), oscar}
	x.tap("begin", nil)
	return x
}

// tap posts a form of the moderator's page.
func (x *led) tap(verb string, form url.Values) {
	x.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("form", "m-"+verb)
	if status, _, body := x.oscar.post("/exercises/"+x.id+"/"+verb, form); status != http.StatusSeeOther {
		x.t.Fatalf("%s: status %d: %s", verb, status, body)
	}
}

// op gives a command of the moderator that the page has no button for.
func (x *led) op(op exercise.Op) *engine.ExerciseView {
	x.t.Helper()
	v, err := x.desk.Engine.Exercise(x.t.Context(), x.id, exercise.Command{Actor: journal.Actor{Kind: journal.Person, ID: "oscar", Via: "session"}, Op: op})
	if err != nil {
		x.t.Fatalf("%T: %v", op, err)
	}
	return v
}

// play chooses a scenario and reads it out; the clock runs fast from then on.
func (x *led) play(scenario string) *exercise.Run {
	x.t.Helper()
	x.tap("choose", url.Values{"scenario": {scenario}})
	x.tap("describe", nil)
	v, err := x.desk.Engine.Session(x.t.Context(), x.id)
	if err != nil {
		x.t.Fatal(err)
	}
	if v.State.Speed != 60 { // a later scenario goes as fast as the one before
		v = x.op(exercise.OpClock{Speed: 60})
	}
	return v.State.Current()
}

// incident waits for the incident of a run that its detectors open.
func (x *led) incident(run int) (v *engine.View) {
	x.t.Helper()
	x.eventually("what happens is detected", func() bool {
		s, err := x.desk.Engine.Session(x.t.Context(), x.id)
		if err != nil {
			x.t.Fatal(err)
		}
		if len(s.State.Runs[run-1].Incidents) == 0 {
			return false
		}
		v, err = x.desk.Engine.View(x.t.Context(), s.State.Runs[run-1].Incidents[0])
		if err != nil {
			x.t.Fatal(err)
		}
		return true
	})
	return v
}

// stands proves that the chain of a run has got no further than the clock, which stands still.
func (x *led) stands(run int) {
	x.t.Helper()
	v, err := x.desk.Engine.Session(x.t.Context(), x.id)
	if err != nil || v.State.Clock.Speed != 0 {
		x.t.Fatalf("the clock goes at %d, %v", v.State.Clock.Speed, err)
	}
	w, err := x.desk.Engine.WatchedIn(x.t.Context(), x.id, run)
	// What was mined before the stage heard of it may be a beat ahead.
	if err != nil || w.Block == 0 || w.At.After(v.State.Clock.Shows.Add(time.Minute)) {
		x.t.Errorf("block %d is of %s, %v, and the clock stands at %s", w.Block, w.At, err, v.State.Clock.Shows)
	}
}

// contain has the team do what the console shows as theirs, until an incident is contained.
func (x *led) contain(id string, r *exercise.Run, box *mailbox) (v *engine.View) {
	x.t.Helper()
	script := r.Scenario
	script.Live = "" // the players look at the screen, not into the stage
	team := &cast{
		engine: x.desk.Engine, stage: new(stage.Stage), mail: box, url: x.ready.URL, say: func(string, ...any) {}, via: "session", script: &script,
		expected: script.Steps, patience: time.Minute, waits: true,
	}
	x.eventually("it is contained", func() bool {
		var err error
		v, err = x.desk.Engine.View(x.t.Context(), id)
		if err == nil && v.State.Phase.AtLeast(incident.Contained) {
			return true
		}
		if err == nil {
			_, err = team.turn(x.t.Context(), v)
		}
		if err != nil {
			x.t.Fatal(err)
		}
		return false
	})
	return v
}

func TestPeoplePlayInALiveWorld(t *testing.T) {
	data := t.TempDir()
	box, err := openMailbox(t.TempDir(), func(letter) {})
	if err != nil {
		t.Fatal(err)
	}
	defer box.close()
	house := func(o *ServeOptions) { o.Data, o.SMTP, o.beat = data, box.URL(), 50*time.Millisecond }
	x := serve(t, house).lead()
	first := x.play("reentrant-withdrawal")
	if first.World != "reentrant-vault" || first.Chain == vaultChain || first.Chain == 0 {
		t.Fatalf("it is played in %q on chain %d", first.World, first.Chain)
	}
	v := x.incident(1)
	if !v.State.Exercise.Staged() || v.State.Plan != first.Plan || len(v.State.Findings) == 0 || v.State.Findings[0].Chain != first.Chain {
		t.Fatalf("the incident goes by %v in %+v", v.State.Plan, v.State.Exercise)
	}

	x.eventually("the moderator sees it run", func() bool {
		return strings.Contains(x.oscar.page("/exercises/"+x.id+"/moderate"), "watched up to block")
	})
	janet, chain := x.signIn("janet"), fmt.Sprint("on chain ", first.Chain)
	if body := janet.page("/exercises/" + x.id); !strings.Contains(body, chain) || strings.Contains(body, first.World) {
		t.Error("whoever takes part is not told the chain, or is told the world")
	}

	// Paused, and the server started again in the middle: chain and clock go on where they were.
	x.tap("clock", url.Values{"do": {"pause"}})
	x.stands(1)
	before, err := x.desk.Engine.WatchedIn(t.Context(), x.id, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.stop(); err != nil {
		t.Fatal(err)
	}
	x.served = serve(t, house)
	x.oscar = x.signIn("oscar")
	x.stands(1)
	x.tap("clock", url.Values{"do": {"resume"}})

	// Everybody signs with their own keys, which the plan in force names.
	v = x.contain(v.State.ID, first, box)
	pause := v.State.Actions[0]
	if pause.State != incident.Verified || pause.Prepared.Chain != first.Chain || pause.Block <= before.Block {
		t.Errorf("the pause is %s at block %d of chain %d; it was watched up to %d before", pause.State, pause.Block, pause.Prepared.Chain, before.Block)
	}
	x.tap("complete", url.Values{"text": {"They stopped it."}})

	// Another scenario has another chain, and something real stops it.
	second := x.play("drained-vault")
	if second.Chain == first.Chain || second.Plan == first.Plan {
		t.Errorf("both runs are played on chain %d", second.Chain)
	}
	if again := x.incident(2); again.State.ID == v.State.ID || again.State.Exercise.Chain != second.Chain {
		t.Errorf("what happens in the second run goes to %s", again.State.ID)
	}
	earnest, err := x.desk.Engine.Open(t.Context(), incident.Command{Actor: journal.Actor{Kind: journal.Person, ID: "david"}, Op: incident.OpOpen{Text: "It is real."}})
	if err != nil || earnest.State.Exercise != nil || earnest.State.Plan == second.Plan {
		t.Fatalf("the real incident goes by %v, %v", earnest.State.Plan, err)
	}
	x.stands(2)
}

// A plan that pauses through a Safe is played with a real one, whose owners sign its transactions with their own keys.
func TestPeopleSignForTheSafeOfALiveWorld(t *testing.T) {
	p, src, err := plan.Load(examples.Vault())
	if err != nil {
		t.Fatal(err)
	}
	p.Assets = append(p.Assets, plan.Asset{ID: "safe", Name: "The guardians' Safe", Kind: "contract", Chain: vaultChain, Address: evm.Address{0x5a, 0xfe}})
	for i := range p.Actions {
		if p.Actions[i].ID == "pause-vault" {
			p.Actions[i].Kind, p.Actions[i].Safe, p.Actions[i].Sender = "safe", "safe", evm.Address{}
		}
	}
	files := fstest.MapFS{}
	for name, b := range src.Files {
		if ext := filepath.Ext(name); ext != ".yaml" && ext != ".yml" {
			files[name] = &fstest.MapFile{Data: b}
		}
	}
	for name, b := range plan.Write(p, "") {
		files[name] = &fstest.MapFile{Data: b}
	}
	box, err := openMailbox(t.TempDir(), func(letter) {})
	if err != nil {
		t.Fatal(err)
	}
	defer box.close()
	code, err := ReadSafe("../internal/safe/node_modules/@safe-global/safe-contracts")
	if err != nil {
		t.Fatalf("%v: run make needs", err)
	}
	x := serve(t, func(o *ServeOptions) {
		o.Plans, o.SMTP, o.Safe, o.beat = []PlanFolder{{Files: files}}, box.URL(), code, 50*time.Millisecond
	}).lead()
	r := x.play("drained-vault")
	v := x.contain(x.incident(1).State.ID, r, box)
	if a := v.State.Actions[0]; a.State != incident.Verified || a.Prepared.Safe == nil || a.Prepared.Chain != r.Chain {
		t.Errorf("the pause of the Safe is %s on chain %d", a.State, a.Prepared.Chain)
	}
}

// A chain that the team gives is one of theirs for as long as it serves the id with which the scenario began.
func TestAnEndpointThatTurnsLiveIsLeft(t *testing.T) {
	begin := func(id uint64) string {
		node, err := devchain.Start(t.Context(), devchain.Options{ChainID: id, Period: 50 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { node.Close() })
		return strings.TrimPrefix(node.URL(), "http://")
	}
	addr, retarget := pass(t, begin(4242))
	x := serve(t, func(o *ServeOptions) {
		o.StageEndpoints, o.beat = map[uint64]string{vaultChain: "http://" + addr}, 20*time.Millisecond
	}).lead()
	choice := url.Values{"scenario": {"drained-vault"}, "world": {ownWorld}, "form": {"m-choose"}}
	x.tap("choose", choice)
	x.tap("describe", nil)
	state := func() worldNote {
		b, err := x.desk.Engine.WatchState(t.Context(), engine.RunWorld(x.id, 1))
		if err != nil {
			t.Fatal(err)
		}
		return readWorldNote(b)
	}
	x.eventually("the chain is watched", func() bool {
		w, err := x.desk.Engine.WatchedIn(t.Context(), x.id, 1)
		return err == nil && w.Block > 0
	})
	if s := state(); s.State != "running" {
		t.Errorf("the world is %+v", s)
	}
	retarget(begin(1))
	x.eventually("the chain is left", func() bool { s := state(); return s.State == "broken" && strings.Contains(s.Why, "public chain") })
	x.tap("abort", url.Values{"why": {"The endpoint is live."}})
	if status, _, body := x.oscar.post("/exercises/"+x.id+"/choose", choice); status == http.StatusSeeOther || !strings.Contains(body, "public chain") {
		t.Errorf("it is offered again: %d", status)
	}
}
