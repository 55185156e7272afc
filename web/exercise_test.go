package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/exercise"
	"tocsin/incident"
	"tocsin/journal"
)

// session plans an exercise that oscar moderates, with everybody invited; it returns its address.
func (w *world) session(surprise bool) string {
	w.t.Helper()
	v, err := w.engine.OpenSession(w.t.Context(), exercise.Command{Actor: actorOf("oscar"), Op: exercise.OpPlan{
		Protocol: w.plan.Protocol, Title: "The winter exercise", Scheduled: w.clock().Add(24 * time.Hour), Moderator: "oscar", Watch: []string{"bella"}, Surprise: surprise,
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	if !surprise {
		w.leads(v.State.ID, exercise.OpInvite{})
	}
	return "/exercises/" + v.State.ID
}

func actorOf(person string) journal.Actor {
	return journal.Actor{Kind: journal.Person, ID: person, Via: "test"}
}

// leads carries out a command as the moderator, past the console.
func (w *world) leads(id string, op exercise.Op) {
	w.t.Helper()
	if _, err := w.engine.Exercise(w.t.Context(), id, exercise.Command{Actor: actorOf("oscar"), Op: op}); err != nil {
		w.t.Fatalf("%T: %v", op, err)
	}
}

// exercise is how an exercise stands.
func (w *world) exercise(at string) *exercise.State {
	w.t.Helper()
	v, err := w.engine.Session(w.t.Context(), strings.TrimPrefix(at, "/exercises/"))
	if err != nil {
		w.t.Fatal(err)
	}
	return v.State
}

// playing describes a scenario of the plan in an exercise.
func (w *world) described(scenario string) string {
	w.t.Helper()
	at := w.session(false)
	oscar := w.signedIn("oscar")
	oscar.submit(at+"/moderate", "m-choose", url.Values{"scenario": {scenario}}).to(at + "/moderate")
	oscar.submit(at+"/moderate", "m-begin", nil).to(at + "/moderate")
	oscar.submit(at+"/moderate", "m-describe", nil).to(at + "/moderate")
	return at
}

func TestExerciseWithoutScripts(t *testing.T) {
	w := newWorld(t, false)
	at := w.session(false)
	mod := at + "/moderate"
	oscar, janet, carmen := w.signedIn("oscar"), w.signedIn("janet"), w.signedIn("carmen")
	way := "withdraw() looks the allowance up the wrong way round"

	a := janet.get(at).is(http.StatusOK).contains("Exercise", "The winter exercise", "Do you come?", "You have not answered yet.", "Oscar P moderates.", "keeps the real watch")
	if !strings.Contains(a.body(), "<title>EXERCISE: The winter exercise") {
		t.Error("the title does not say EXERCISE")
	}
	janet.submit(at, "r-reply", url.Values{"answer": {exercise.Coming}}).to(at + "#people")
	janet.get(at).contains("You are coming.")
	carmen.submit(at, "r-reply", url.Values{"answer": {exercise.Absent}}).to(at + "#people")
	oscar.get(mod).is(http.StatusOK).contains("Choose a scenario", "The drained vault", "coming", "cannot come", "Move it to another time")

	oscar.submit(mod, "m-choose", url.Values{"scenario": {"drained-vault"}}).to(mod)
	oscar.get(mod).contains("The drained vault is chosen")
	oscar.submit(mod, "m-begin", nil).to(mod)
	oscar.get(mod).contains("Read aloud: The drained vault", "It is early on a Saturday.", "I have read it")
	janet.get(at).contains("The moderator describes the scenario").lacks("It is early on a Saturday.")
	oscar.submit(mod, "m-describe", nil).to(mod)
	janet.get(at).contains("It is early on a Saturday.", "The attacker begins to empty accounts").lacks("The drained vault", way, "journalist")
	janet.submit(at, "r-here", nil).to(at + "#people")
	janet.get(at).lacks("Do you take part?")

	// What is found goes into an incident of the exercise, which is drilled as in earnest.
	res := janet.submit(at, "r-open", url.Values{"issue": {"stolen-user-funds"}})
	res.is(http.StatusSeeOther)
	page := res.Header().Get("Location")
	id := strings.TrimPrefix(page, "/incidents/")
	if x := w.state(id).Exercise; x == nil || x.Session != strings.TrimPrefix(at, "/exercises/") || x.Run != 1 {
		t.Fatalf("the incident belongs to %+v", x)
	}
	b := janet.get(page).contains("Exercise", "exercise clock")
	if !strings.Contains(b.body(), `href="`+at+`"`) || !strings.Contains(b.body(), `<body data-kind="drill"`) {
		t.Error("the incident's page does not lead to its exercise")
	}
	if !strings.Contains(janet.get(at).body(), `href="`+page+`"`) {
		t.Error("the exercise does not lead to its incident")
	}

	oscar.get(mod).contains("What comes", "A journalist asks by e-mail", "Comes after the step", way, "Earned by the step", "Comes by itself in 10 min")
	oscar.submit(mod, "m-inject-journalist", nil).to(mod + "#script")
	janet.get(at).contains("A journalist asks by e-mail")
	oscar.submit(mod, "m-release-way-in", nil).to(mod + "#held")
	janet.get(at).contains(way)
	oscar.submit(mod, "m-release", url.Values{"question": {"Who is the attacker?"}, "text": {"Nobody knows."}}).to(mod + "#held")
	janet.get(at).contains("Asked: Who is the attacker?", "Nobody knows.")

	ref := "stolen-user-funds/pause-contract"
	oscar.submit(mod, "m-mark-"+ref, url.Values{"kind": {"said"}}).to(mod + "#steps")
	oscar.submit(mod, "m-mark-"+ref, url.Values{"kind": {"wrong"}}).to(mod + "#steps")
	oscar.submit(mod, "m-strike-2", nil).to(mod + "#steps")
	oscar.submit(mod, "m-mark-unplanned", url.Values{"text": {"They called the bank"}, "person": {"janet"}, "kind": {"unplanned"}}).to(mod + "#steps")
	marks := w.exercise(at).Runs[0].Marks
	if len(marks) != 3 || marks[0].Kind != exercise.Said || marks[0].Step != ref || !marks[1].Struck || marks[2].Kind != exercise.Unplanned || marks[2].Person != "janet" {
		t.Fatalf("the marks are %+v", marks)
	}
	oscar.get(mod).contains("said 02:51", "They called the bank (Janet R): not in the plan")

	oscar.submit(mod, "m-clock", url.Values{"do": {"4h"}}).to(mod + "#clock")
	oscar.get(mod).contains("06:51:27 UTC.")
	janet.get(at).contains("Exercise clock: 06:51:27 UTC.")
	oscar.submit(mod, "m-clock", url.Values{"do": {"pause"}}).to(mod + "#clock")
	oscar.get(mod).contains("It stands still.", "Go on")
	oscar.submit(mod, "m-clock", url.Values{"do": {"resume"}}).to(mod + "#clock")

	oscar.submit(mod, "m-complete", url.Values{"text": {"The vault is paused."}}).to(mod)
	oscar.get(mod).contains("Read back: The drained vault", "They called the bank", "What did we know", "Choose the next scenario")
	janet.get(at).contains("The drained vault", "The vault is paused.", "What was marked", "They called the bank")
	janet.submit(at, "r-lesson", url.Values{"text": {"We had no number of the bank."}, "kind": {"flaw"}}).to(at + "#lessons")
	oscar.submit(mod, "m-follow-up", url.Values{"text": {"Find the number"}, "owner": {"janet"}, "by": {"2026-12-20"}}).to(mod + "#lessons")
	janet.get(at).contains("We had no number of the bank.", "flaw of the plan", "Find the number", "20 December 2026")
	oscar.submit(mod, "m-choose", url.Values{"scenario": {"flooded-vault"}}).to(mod)
	oscar.get(mod).contains("Read aloud: The flooded vault", "Read back: The drained vault")
	janet.get(at + "/report").is(http.StatusConflict).contains("there is no report yet")
	oscar.submit(mod, "m-end", nil).to(mod)
	janet.get(at).contains("It is over.").lacks("Stop the exercise")
	janet.submit(at, "r-follow-up-end-1", url.Values{"state": {exercise.FollowUpDone}}).to(at + "#lessons")
	report := at + "/report"
	janet.get(at).contains("Read the report")
	janet.get(report).is(http.StatusOK).contains("Took part", "Janet R", "The drained vault", "The vault is paused.", "They called the bank", "How long it took",
		"Detected", "said after", "We had no number of the bank.", "Find the number", "There is something to work on").
		lacks("All of it still lies in the account", "The flooded vault")
	janet.submit(report, "r-seen", nil).to(report)
	janet.get(report).contains("You have seen this report.").lacks("I have seen it")
	if f := w.exercise(at).FollowUps[0]; f.State != exercise.FollowUpDone || f.Closer != "janet" {
		t.Errorf("the follow-up is %+v", f)
	}
}

// The moderator alone leads: anybody else is refused at each form, and sees no page of it.
func TestOnlyTheModeratorLeads(t *testing.T) {
	w := newWorld(t, false)
	at := w.described("drained-vault")
	janet, martin := w.signedIn("janet"), w.signedIn("martin")
	for _, who := range []as{janet, martin} {
		who.get(at+"/moderate").is(http.StatusForbidden).lacks("Held facts", "A journalist asks", "Earned by")
		before := w.exercise(at).Version
		for verb, form := range map[string]url.Values{
			"inject": {"id": {"journalist"}}, "release": {"id": {"way-in"}}, "mark": {"kind": {"said"}, "step": {"stolen-user-funds/pause-contract"}},
			"strike": {"mark": {"1"}}, "clock": {"do": {"4h"}}, "complete": {"text": {"x"}}, "abort": {"why": {"x"}}, "end": {}, "thaw": {"why": {"x"}},
			"choose": {"scenario": {"flooded-vault"}}, "begin": {}, "describe": {}, "invite": {}, "cancel": {"why": {"x"}},
			"postpone": {"to": {"2026-12-20T10:00"}, "why": {"x"}}, "reply": {"person": {"carmen"}, "answer": {exercise.Absent}}, "here": {"person": {"carmen"}},
		} {
			form.Set("form", "m-"+verb)
			who.post(at+"/"+verb, form).is(http.StatusForbidden).lacks("A journalist asks", "looks the allowance up")
		}
		if got := w.exercise(at).Version; got != before {
			t.Errorf("somebody else than the moderator made %d events", got-before)
		}
	}
	before := w.exercise(at).Version
	for verb := range exerciseVerbs {
		w.stranger().post(at+"/"+verb, url.Values{"why": {"x"}}).is(http.StatusUnauthorized)
	}
	w.stranger().get(at).to("/signin")
	if got := w.exercise(at).Version; got != before {
		t.Errorf("strangers made %d events", got-before)
	}
	janet.post(at+"/nonsense", url.Values{}).is(http.StatusNotFound)
}

func TestAnybodyStopsAnExercise(t *testing.T) {
	w := newWorld(t, false)
	at := w.described("drained-vault")
	w.signedIn("martin").submit(at, "r-stop", url.Values{"why": {"The pager is broken."}}).to(at)
	w.signedIn("janet").get(at).contains("Martin K said stop.", "The pager is broken.", "It stands still.").lacks("Stop the exercise")
	oscar := w.signedIn("oscar")
	oscar.post(at+"/complete", url.Values{"form": {"m-complete"}, "text": {"kept words"}}).is(http.StatusConflict).contains("said stop", "kept words")
	oscar.get(at+"/moderate").lacks("Declare it completed", "Give it now", "Tell them").contains("Let the exercise go on", "Abort the scenario")
	oscar.submit(at+"/moderate", "m-thaw", url.Values{"why": {"It works again."}}).to(at + "/moderate")
	w.signedIn("janet").get(at).lacks("said stop").contains("A scenario is being played.")
	// Something real stops it too, unmistakably, and does not say what it is.
	w.attack(false)
	w.signedIn("janet").get(at).contains("The exercise is stopped: something real is going on.", "Leave it at once.")
	// It stays in sight while it is open, also of an exercise that goes on.
	oscar.submit(at+"/moderate", "m-thaw", url.Values{"why": {"The others look after it."}}).to(at + "/moderate")
	w.signedIn("janet").get(at).contains("Something real is going on", "A scenario is being played.").lacks("Leave it at once.")
}

func TestSurpriseIsNobodysToKnow(t *testing.T) {
	w := newWorld(t, false)
	at := w.session(true)
	if id := "exercise-" + w.clock().Format(time.DateOnly) + "-1"; at == "/exercises/"+id || w.session(false) != "/exercises/"+id {
		t.Errorf("the surprise %s has a number, which is missing among those that the team sees", at)
	}
	w.signedIn("janet").get(at).is(http.StatusNotFound).lacks("winter")
	w.signedIn("janet").post(at+"/stop", url.Values{}).is(http.StatusNotFound)
	w.signedIn("oscar").get(at).is(http.StatusOK).contains("The winter exercise")
}

func TestRefusedFormOfAnExerciseKeepsWhatWasWritten(t *testing.T) {
	w := newWorld(t, false)
	at := w.described("drained-vault")
	oscar := w.signedIn("oscar")
	oscar.submit(at+"/moderate", "m-clock", url.Values{"do": {"-1h"}}).is(http.StatusUnprocessableEntity).contains("The clock is not moved on")
	a := oscar.submit(at+"/moderate", "m-follow-up", url.Values{"text": {"kept words"}, "owner": {"janet"}, "by": {"yesterday"}}).is(http.StatusUnprocessableEntity)
	if a.contains("The follow-up has no date."); !strings.Contains(a.body(), `value="kept words"`) {
		t.Error("the words are lost")
	}
	w.signedIn("janet").post(at+"/reply", url.Values{"answer": {"perhaps"}, "form": {"r-reply"}, "why": {"kept reasons"}}).
		is(http.StatusUnprocessableEntity).contains("Not done.", "no answer to an invitation", "kept reasons")
}

// What is held back is on no page, in no export and in no stream before it is given: each address that can be looked at is walked by a
// responder, before a scenario is described and while it is played.
func TestNothingHeldBackIsShown(t *testing.T) {
	w := newWorld(t, false)
	at := w.session(false)
	id := strings.TrimPrefix(at, "/exercises/")
	oscar, janet := w.signedIn("oscar"), w.signedIn("janet")
	sc, _ := w.plan.Scenario("drained-vault")
	texts := map[string]string{"the opening": sc.Opening, "the name": sc.Name, "how it is completed": sc.Complete}
	for _, f := range sc.Held {
		texts["held fact "+f.ID] = f.Text
	}
	for _, in := range sc.Injects {
		texts["inject "+in.ID] = in.Text
	}
	for _, o := range sc.Objectives {
		texts["objective "+o] = o
	}
	if len(texts) < 10 {
		t.Fatalf("only %d texts are looked for", len(texts))
	}
	feed, err := w.access.MakeCalendar(t.Context(), access.Identity{Protocol: w.plan.Protocol, Person: "janet"})
	if err != nil {
		t.Fatal(err)
	}
	walk := func(when, inc string) {
		t.Helper()
		d := "none"
		if inc != "" {
			if list := w.state(inc).Decisions; len(list) > 0 {
				d = list[0].ID
			}
		}
		walked := 0
		for _, route := range routes(t) {
			if route == "/live" { // it says only that something changed, and not what; see TestLive
				continue
			}
			of, run := inc, "1"
			if strings.HasPrefix(route, "/exercises/") {
				of = id
			} else if strings.HasPrefix(route, "/detectors/") {
				of = w.detector()
			}
			for _, number := range []string{"1", "2", "9"} {
				secret := "none"
				if route == "/invitation/{secret}" {
					secret = strings.TrimPrefix(w.invited(at, "janet", exercise.LinkReply), "/invitation/")
				}
				path := strings.NewReplacer("{$}", "", "{id}", of, "{file}", feed+".ics", "{protocol}", w.plan.Protocol, "{decision}", d, "{run}", run, "{number}", number, "{form}", "md",
					"{secret}", secret, "{evidence}", "evidence-1", "{detector}", "none", "{version}", "x", "{name}", "y").Replace(route)
				a := janet.get(path)
				walked++
				for what, text := range texts {
					if strings.Contains(space.ReplaceAllString(a.body(), " "), space.ReplaceAllString(text, " ")) || strings.Contains(a.text(), text) {
						t.Errorf("%s, %s shows %s: %s", when, path, what, text)
					}
				}
				if !strings.Contains(route, "{number}") {
					break
				}
			}
		}
		if walked < 25 {
			t.Errorf("only %d addresses were walked", walked)
		}
	}
	oscar.submit(at+"/moderate", "m-choose", url.Values{"scenario": {"drained-vault"}})
	walk("before it begins", "")
	oscar.submit(at+"/moderate", "m-begin", nil)
	walk("before it is described", "")
	oscar.submit(at+"/moderate", "m-describe", nil)
	delete(texts, "the opening")
	delete(texts, "inject first-theft") // it comes with the opening
	inc := strings.TrimPrefix(janet.submit(at, "r-open", url.Values{"issue": {"stolen-user-funds"}}).Header().Get("Location"), "/incidents/")
	w.does(inc, "janet", incident.OpValidate{})
	walk("while it is played", inc)
	// The same words are found where they may be, so that the search would have found them.
	for what, text := range texts {
		if what == "the name" || strings.HasPrefix(what, "held") || strings.HasPrefix(what, "inject") {
			oscar.get(at + "/moderate").contains(space.ReplaceAllString(text, " "))
		}
	}
	// The record of its incident holds the plan's files, and so the scripts: it leaves the house once the exercise is over.
	janet.get("/incidents/" + inc + "/export").is(http.StatusConflict).contains("exercise")
	oscar.get("/incidents/" + inc + "/export").is(http.StatusOK)
	oscar.submit(at+"/moderate", "m-abort", url.Values{"why": {"enough"}})
	walk("once it is aborted", inc)
	oscar.submit(at+"/moderate", "m-end", nil)
	janet.get("/incidents/" + inc + "/export").is(http.StatusOK)
}
