package web

import (
	"bytes"
	"flag"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/exercise"
	"tocsin/incident"
	"tocsin/journal"
)

var rewrite = flag.Bool("rewrite", false, "write the report of the exercise into the documentation")

// drill is an exercise of the drained vault that bella leads, with people who answer and sign.
type drill struct {
	*world
	at, incident string
}

func (d *drill) lead(op exercise.Op) { d.as("bella", op) }

func (d *drill) as(person string, op exercise.Op) {
	d.t.Helper()
	actor := journal.Actor{Kind: journal.Person, ID: person, Via: "test"}
	if _, err := d.engine.Exercise(d.t.Context(), strings.TrimPrefix(d.at, "/exercises/"), exercise.Command{Actor: actor, Op: op}); err != nil {
		d.t.Fatalf("%s %T: %v", person, op, err)
	}
}

// drilled plays an exercise to the end of its scenario: each answer, signature and step comes after slow, or twice that.
func (w *world) drilled(title string, slow time.Duration) *drill {
	w.t.Helper()
	v, err := w.engine.OpenSession(w.t.Context(), exercise.Command{Actor: actorOf("bella"), Op: exercise.OpPlan{
		Protocol: w.plan.Protocol, Title: title, Scheduled: w.clock().Add(time.Hour), Moderator: "bella", Watch: []string{"david"},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	d := &drill{world: w, at: "/exercises/" + v.State.ID}
	d.lead(exercise.OpInvite{People: []string{"janet", "carmen", "oscar", "martin"}})
	for _, who := range []string{"janet", "carmen", "oscar"} {
		d.as(who, exercise.OpReply{Answer: exercise.Coming})
	}
	d.as("martin", exercise.OpReply{Answer: exercise.Absent})
	sc, _ := w.plan.Scenario("drained-vault")
	w.pass(time.Hour)
	d.lead(exercise.OpChoose{Scenario: sc})
	d.lead(exercise.OpBegin{})
	for _, who := range []string{"janet", "carmen", "oscar"} {
		d.as(who, exercise.OpHere{})
	}
	w.pass(2 * time.Minute)
	d.lead(exercise.OpDescribe{})
	w.pass(20 * time.Second)
	x, err := w.engine.Open(w.t.Context(), incident.Command{Actor: actorOf("janet"), Op: incident.OpOpen{
		Protocol: w.plan.Protocol, Issue: "stolen-user-funds", Text: "Somebody withdraws from accounts that are not theirs.",
		Exercise: &incident.Exercise{Session: v.State.ID},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	d.incident = x.State.ID
	w.pass(slow)
	w.does(d.incident, "carmen", incident.OpAnswer{Answer: incident.Coming})
	w.pass(slow / 2)
	w.does(d.incident, "oscar", incident.OpAnswer{Answer: incident.Coming})
	w.pass(slow)
	w.does(d.incident, "janet", incident.OpValidate{Note: "It takes from accounts that never approved it."})
	d.halt(slow)
	return d
}

// halt decides on the pause, and lets it land.
func (d *drill) halt(slow time.Duration) {
	d.t.Helper()
	w := d.world
	sig := w.state(d.incident).Decisions[0]
	w.pass(slow)
	w.signs(d.incident, "carmen", &sig, decision.Approve)
	w.pass(slow)
	w.signs(d.incident, "oscar", &sig, decision.Approve)
	a := w.state(d.incident).Actions[0]
	tx := evm.Hash{9, byte(w.attacks)}
	w.acts(d.incident, incident.OpSigned{Action: a.ID, Tx: incident.Transaction{Hash: tx, Raw: []byte{1}, Nonce: 41, At: w.state(d.incident).Now(w.clock())}})
	w.acts(d.incident, incident.OpSent{Action: a.ID, Tx: tx})
	w.pass(12 * time.Second)
	w.acts(d.incident, incident.OpLanded{Action: a.ID, Landing: incident.Landing{Tx: tx, Block: 231, BlockHash: evm.Hash{7}, Status: 1, At: w.state(d.incident).Now(w.clock())}})
	w.acts(d.incident, incident.OpEffect{Action: a.ID, Got: "true", Holds: true, Block: 231, Hash: evm.Hash{7}})
	w.pass(2 * slow)
	post(w, d.incident, "internal-updates", "The vault is paused. We look for the way in.")
	w.observe(240, nil) // the vault is looked at, and nothing is found any more
	w.pass(10 * time.Minute)
}

// post posts the update that is owed of a communication, as janet.
func post(w *world, id, communication, text string) {
	w.t.Helper()
	for _, u := range w.state(id).Updates {
		if u.Communication == communication && u.State == incident.Owed {
			w.does(id, "janet", incident.OpPost{Update: u.ID, Text: text, ByHand: []string{"internal"}})
			return
		}
	}
	w.t.Fatalf("no update of %s is owed: %+v", communication, w.state(id).Updates)
}

// learn finds the way in, tells users, makes a mistake, and talks about it.
func (d *drill) learn() {
	d.t.Helper()
	w := d.world
	d.lead(exercise.OpRelease{ID: "way-in", Question: "Which check let it through?"})
	w.does(d.incident, "janet", incident.OpEndStep{Step: "identify-exploit", State: incident.Done, Answer: "No, the pause holds", Note: "The allowance is read the wrong way round."})
	w.pass(3 * time.Minute)
	d.lead(exercise.OpMark{Kind: exercise.Said, Step: "stolen-user-funds/quantify-losses", Person: "janet"})
	d.lead(exercise.OpMark{Kind: exercise.Wrong, Step: "stolen-user-funds/patch", Person: "janet", Text: "Janet began on the live branch instead of a fork"})
	d.lead(exercise.OpMark{Kind: exercise.Unplanned, Person: "oscar", Text: "Called the exchange where the tokens went"})
	w.pass(2 * time.Minute)
	d.lead(exercise.OpClock{On: 4 * time.Hour})
	w.pass(3 * time.Minute)
	d.lead(exercise.OpComplete{Conclusion: "The vault was paused before the second theft was through, and nobody told the users in time."})
	w.pass(5 * time.Minute)
	d.as("janet", exercise.OpLesson{Kind: exercise.Flaw, Step: "stolen-user-funds/patch", Text: "The step does not say where a patch is tried before it is merged"})
	d.as("oscar", exercise.OpLesson{Kind: exercise.Mistake, Text: "Nobody took the role of communications lead, so nobody wrote to the users"})
	d.as("carmen", exercise.OpLesson{Kind: exercise.Good, Text: "Both signatures were there before anybody asked twice"})
	d.lead(exercise.OpFollowUp{Text: "Say in the plan where a patch is tried, and have Janet show it once", Owner: "janet", By: w.clock().AddDate(0, 0, 14), Lesson: 1})
	d.lead(exercise.OpFollowUp{Text: "Keep a short text for users ready", Owner: "carmen", By: w.clock().AddDate(0, 0, 7), Lesson: 2})
	d.lead(exercise.OpLink{Kind: "video", URL: "https://video.example.com/december"})
	w.pass(3 * time.Minute)
}

// TestAfterAnExercise leads two exercises and looks at all that remains of them: the report as page and file, what is published, the edits
// proposed for the plan, the replay, and how the second compares with the first.
func TestAfterAnExercise(t *testing.T) {
	w := newWorld(t, false)
	w.now = time.Date(2026, 12, 6, 9, 0, 0, 0, time.UTC)
	first := w.drilled("The Sunday exercise", 3*time.Minute)
	first.lead(exercise.OpComplete{Conclusion: "It took long, and it worked."})
	first.lead(exercise.OpEnd{})
	w.now = time.Date(2026, 12, 8, 9, 0, 0, 0, time.UTC)
	d := w.drilled("The December exercise", time.Minute)
	d.learn()
	janet, bella, martin := w.signedIn("janet"), w.signedIn("bella"), w.signedIn("martin")

	// Until it is over nothing of it is told, but the replay to the moderator.
	for _, path := range []string{"/report", "/report/pdf", "/public", "/public/md", "/replay", "/replay?run=1", "/edits.patch"} {
		janet.get(d.at+path).lacks("The drained vault", "journalist", "the wrong way round", "where a patch is tried")
		if a := janet.get(d.at + path); a.Code == http.StatusOK {
			t.Errorf("%s answers before the exercise is over", path)
		}
	}
	bella.get(d.at+"/replay").is(http.StatusOK).contains("The drained vault", "Called: told on detection", "Stolen user funds")
	d.lead(exercise.OpEnd{})
	d.as("janet", exercise.OpSeen{})
	t.Run("report", func(t *testing.T) { d.report(t, janet, bella, martin) })
	t.Run("publish", func(t *testing.T) { d.publish(t, janet, bella, martin) })
	t.Run("replay", func(t *testing.T) { d.replays(t, janet) })
	t.Run("trends", func(t *testing.T) {
		a := janet.get("/exercises").is(http.StatusOK).contains("How long it took", "Contained", "promised within", "faster than when this scenario was last played", "The December exercise", "The Sunday exercise")
		if n := strings.Count(a.body(), `class="took"`); n < 5 {
			t.Errorf("%d things are drawn", n)
		}
	})
	d.documented()
}

func (d *drill) report(t *testing.T, janet, bella, martin as) {
	a := bella.get(d.at+"/report").is(http.StatusOK).contains("Took part", "Contained", "Download as a patch", "Proposed for the plan", "The step does not say where a patch is tried",
		"Called the exchange", "What the check says", "Now", "With these edits", "Publish without names", "Replay")
	a.lacks("All of it still lies in the account", "does not fit the plan", "Written as Tocsin writes plans")
	janet.get(d.at+"/report").contains("Proposed for the plan", "tested: 2026-12-08").lacks("Download as a patch", "copycat")
	janet.get(d.at + "/edits.patch").is(http.StatusForbidden)
	patch := bella.get(d.at + "/edits.patch").is(http.StatusOK).body()
	for _, want := range []string{"--- a/", "+++ b/procedures.yaml", "@@ ", "where a patch is tried", "+tested: 2026-12-08"} {
		if !strings.Contains(patch, want) {
			t.Errorf("the patch lacks %q:\n%s", want, patch)
		}
	}
	for form, begins := range map[string]string{"md": "# The December exercise: ", "html": "<!doctype html>", "pdf": "%PDF-"} {
		b := martin.get(d.at + "/report/" + form).is(http.StatusOK)
		if !strings.HasPrefix(b.body(), begins) || !strings.HasPrefix(b.Header().Get("Content-Disposition"), "attachment") || b.Header().Get("Content-Type") != formMedia[form] {
			t.Errorf("%s: %v, %.40q", form, b.Header(), b.body())
		}
	}
	martin.get(d.at + "/report/docx").is(http.StatusNotFound)
}

func (d *drill) publish(t *testing.T, janet, bella, martin as) {
	martin.get(d.at + "/report").lacks("Publish without names")
	martin.get(d.at + "/public").is(http.StatusForbidden)
	martin.post(d.at+"/publish", url.Values{"read": {"yes"}}).is(http.StatusForbidden)
	bella.get(d.at + "/public/md").is(http.StatusConflict)
	bella.get(d.at+"/public").is(http.StatusOK).contains("Read all of it before it leaves the house", "A team member began on the live branch", "I have read it").lacks("Janet began")
	bella.post(d.at+"/publish", url.Values{}).is(http.StatusUnprocessableEntity).contains("have read it")
	bella.submit(d.at+"/public", "p-publish", url.Values{"read": {"yes"}}).to(d.at + "/public#files")
	if list := d.exercise(d.at).Published; len(list) != 1 || list[0].By != "bella" {
		t.Errorf("published: %+v", list)
	}
	bella.get(d.at + "/public").contains("published it").lacks("I have read it")
	text := bella.get(d.at + "/public/md").is(http.StatusOK).body()
	for _, name := range []string{"Janet", "Carmen", "Oscar", "Bella", "video.example"} {
		if strings.Contains(text, name) {
			t.Errorf("what is published names %s", name)
		}
	}
	martin.get(d.at + "/public/md").is(http.StatusForbidden)
}

func (d *drill) replays(t *testing.T, janet as) {
	a := janet.get(d.at+"/replay").is(http.StatusOK).contains("Calls and answers", "Its effect is proved", "Asked: Which check let it through?", "The clock was moved on by 4 h",
		"Not in the plan: Called the exchange", "Above: time of day").lacks("All of it still lies in the account")
	body := a.body()
	if n := strings.Count(body, `id="scene-`); n < 20 || strings.Count(body, `data-scene=`) != n {
		t.Errorf("%d things are told, %d drawn", n, strings.Count(body, `data-scene=`))
	}
	janet.get(d.at + "/replay?run=2").is(http.StatusNotFound)
	janet.get(d.at + "/replay?run=x").is(http.StatusNotFound)
}

// documented holds docs/report-of-an-exercise.md to the report of this exercise.
func (d *drill) documented() {
	d.t.Helper()
	v, err := d.engine.Session(d.t.Context(), strings.TrimPrefix(d.at, "/exercises/"))
	if err != nil {
		d.t.Fatal(err)
	}
	r, err := v.Report(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	const file = "../docs/report-of-an-exercise.md"
	got := []byte("<!-- Written by the tests of package web from the record of an exercise; -rewrite writes it anew. -->\n\n" + r.Markdown())
	if *rewrite {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			d.t.Fatal(err)
		}
		return
	}
	if want, err := os.ReadFile(file); err != nil || !bytes.Equal(want, got) {
		d.t.Errorf("%s is not the report of this exercise (-rewrite writes it), %v:\n%s", file, err, got)
	}
}
