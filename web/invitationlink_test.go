package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/exercise"
	"tocsin/incident"
)

// invited is the address of the link that a person's newest message about an exercise carries.
func (w *world) invited(at, person, kind string) string {
	w.t.Helper()
	list, err := w.store.Deliveries(w.t.Context(), "exercise/"+strings.TrimPrefix(at, "/exercises/"))
	if err != nil {
		w.t.Fatal(err)
	}
	secret := ""
	for _, d := range list {
		var x incident.Dispatch
		if err := json.Unmarshal(d.Payload, &x); err != nil {
			w.t.Fatal(err)
		}
		if x.Person == person && x.Link == kind {
			secret = x.Secret
		}
	}
	if secret == "" {
		w.t.Fatalf("%s was not sent a link of kind %s", person, kind)
	}
	return "/invitation/" + secret
}

// An invitation is answered by the link in it, without signing in: by its buttons, for that person, as long as it can be answered.
func TestInvitationIsAnsweredByItsLink(t *testing.T) {
	w := newWorld(t, false)
	at := w.session(false)
	link := w.invited(at, "janet", exercise.LinkReply)
	who := w.stranger()
	version := w.exercise(at).Version
	for range 2 { // scanners follow links, with GET and HEAD
		who.get(link).is(http.StatusOK).contains("Exercise", "The winter exercise", "Monday 7 December 2026, 02:51 UTC", "It takes 2 hours", "Oscar P moderates.", "Bella", "keeps the real watch",
			"Janet R: do you come?", "I am coming", "I cannot come").lacks("You are coming.", "David L", "Invited")
		r := httptest.NewRequest(http.MethodHead, link, nil)
		who.send(r).is(http.StatusOK)
	}
	if got := w.exercise(at).Version; got != version {
		t.Fatalf("looking made %d events", got-version)
	}
	if a := who.get(link); !strings.Contains(a.body(), "<title>EXERCISE: The winter exercise") || len(a.Result().Cookies()) != 0 {
		t.Error("the title does not say EXERCISE, or it signs somebody in")
	}
	who.submit(link, "answer", url.Values{"answer": {exercise.Absent}, "why": {"I am on a plane."}}).to(link)
	who.get(link).contains("You cannot come.", "You can still change it below.")
	if x := w.exercise(at).Person("janet"); x.Answer != exercise.Absent || x.Why != "I am on a plane." {
		t.Errorf("the answer is %+v", x)
	}
	w.signedIn("carmen").get(at).contains("Janet R cannot come").lacks("on a plane")
	who.submit(link, "answer", url.Values{"answer": {exercise.Coming}}).to(link)
	who.submit(link, "answer", url.Values{"answer": {"perhaps"}, "why": {"kept words"}}).is(http.StatusUnprocessableEntity).contains("no answer to an invitation", "You are coming.")
	if x := w.exercise(at).Person("janet"); x.Answer != exercise.Coming {
		t.Errorf("the answer is %+v", x)
	}
	for _, bad := range []string{"/invitation/none", "/page/" + strings.TrimPrefix(link, "/invitation/"), "/signin/" + strings.TrimPrefix(link, "/invitation/"), "/sign/" + strings.TrimPrefix(link, "/invitation/")} {
		who.get(bad).is(http.StatusNotFound)
	}
	// Moved, everybody is asked anew: by the new link, and the old one leads to the same.
	w.leads(strings.TrimPrefix(at, "/exercises/"), exercise.OpPostpone{To: w.clock().Add(48 * time.Hour)})
	newer := w.invited(at, "janet", exercise.LinkReply)
	if newer == link {
		t.Fatal("there is no new link")
	}
	who.get(link).contains("Tuesday 8 December 2026").lacks("You are coming.")
	who.submit(newer, "answer", url.Values{"answer": {exercise.Coming}}).to(newer)
	w.leads(strings.TrimPrefix(at, "/exercises/"), exercise.OpCancel{Why: "Too much is going on."})
	who.get(link).is(http.StatusOK).contains("It was cancelled.").lacks("I am coming")
	who.post(link, url.Values{"answer": {exercise.Absent}, "form": {"answer"}}).is(http.StatusConflict)
	w.pass(60 * 24 * time.Hour)
	who.get(link).is(http.StatusGone).contains("This link worked until")
}

// Somebody outside the core team answers by the link too, and only then may be called; an organisation answers as one.
func TestOutsidersAcceptByTheLink(t *testing.T) {
	w := newWorld(t, false)
	at := w.session(false)
	id := strings.TrimPrefix(at, "/exercises/")
	for _, x := range w.plan.ExtendedTeam {
		w.leads(id, exercise.OpInvite{People: []string{x.ID}})
	}
	bodies, people := 0, 0
	for _, x := range w.plan.ExtendedTeam {
		if _, ok := incident.WordTo(w.plan, "", incident.Word{Person: x.ID, Entry: &incident.Entry{}}); !ok {
			continue
		}
		if s := w.exercise(at); s.MayCall(w.plan, x.ID) {
			t.Errorf("%s may be called before they have accepted", x.ID)
		}
		link := w.invited(at, x.ID, exercise.LinkReply)
		w.stranger().submit(link, "answer", url.Values{"answer": {exercise.Coming}}).to(link)
		if s := w.exercise(at); !s.MayCall(w.plan, x.ID) {
			t.Errorf("%s has accepted and may not be called", x.ID)
		}
		if x.Body {
			bodies++
		} else {
			people++
		}
	}
	if bodies == 0 || people == 0 {
		t.Errorf("%d organisations and %d people were asked", bodies, people)
	}
}

// Who was not there is sent what happened, and says that they have read it by a link of its own, which answers nothing else.
func TestTheAbsentReadWhatHappened(t *testing.T) {
	w := newWorld(t, false)
	at := w.described("drained-vault")
	id := strings.TrimPrefix(at, "/exercises/")
	w.signedIn("janet").submit(at, "r-here", nil)
	w.leads(id, exercise.OpComplete{Conclusion: "The vault is paused."})
	w.leads(id, exercise.OpLesson{Kind: exercise.Flaw, Text: "Nobody had a number of the bank."})
	w.leads(id, exercise.OpFollowUp{Text: "Find the number", Owner: "janet", By: w.clock().Add(240 * time.Hour)})
	w.leads(id, exercise.OpEnd{})
	link := w.invited(at, "carmen", exercise.LinkReport)
	who := w.stranger()
	sc, _ := w.plan.Scenario("drained-vault")
	who.get(link).is(http.StatusOK).contains("What happened", "You could not be there on 6 December 2026", "The drained vault", "The vault is paused.", "Flaw of the plan: Nobody had a number of the bank.",
		"Janet R, by 16 December 2026: Find the number", "Carmen E: have you read it?").lacks("do you come", sc.Held[0].Text)
	if x := w.exercise(at).Person("carmen"); !x.Seen.IsZero() {
		t.Error("looking counts as having read")
	}
	who.submit(link, "answer", url.Values{"answer": {exercise.Coming}}).to(link)
	if x := w.exercise(at).Person("carmen"); x.Seen.IsZero() || x.Answer != "" {
		t.Errorf("after that it is %+v", x)
	}
	who.get(link).contains("You have said that you have read it.").lacks("I have read it")
	who.get(w.invited(at, "carmen", exercise.LinkReply)).contains("It is over.").lacks("I am coming", "The vault is paused.")
}
