package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tocsin/incident"
)

// seen counts how often it was recorded that somebody uses an incident's page.
func (w *world) seen(id string) uint64 {
	w.t.Helper()
	v, err := w.engine.View(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return v.Kinds[incident.EventSeen{}.Kind()]
}

// visit opens a page as a browser does for a user.
func (a as) visit(path string) answer {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	r.Header.Set("Sec-Fetch-User", "?1")
	return a.send(r)
}

func TestWhoUsesThePageIsNotAskedWhetherTheyAreThere(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(false)
	at := "/incidents/" + id
	ask := w.plan.Escalation.AskAgain.Or(15 * time.Minute)
	w.does(id, "janet", incident.OpAnswer{Answer: incident.Coming})
	step := func(what string, want uint64) {
		t.Helper()
		if got := w.seen(id); got != want {
			t.Errorf("%s: it was recorded %d times, want %d", what, got, want)
		}
	}
	janet := w.playing("janet")
	janet.post(at+"/presence", nil).is(http.StatusNoContent)
	janet.visit(at).is(http.StatusOK)
	step("just after she answered", 0)
	w.pass(ask * 3 / 5)
	janet.get(at).is(http.StatusOK)
	step("what the live page fetches", 0)
	w.playing("david").visit(at).is(http.StatusOK)
	w.playing("david").post(at+"/presence", nil).is(http.StatusNoContent)
	step("somebody who has not come", 0)
	janet.visit(at + "/decisions/decision-1").is(http.StatusOK)
	step("a page that she opened", 1)
	janet.visit(at).is(http.StatusOK)
	janet.post(at+"/presence", nil).is(http.StatusNoContent)
	step("again at once", 1)
	w.pass(ask * 3 / 5)
	janet.post(at+"/presence", nil).is(http.StatusNoContent)
	step("a touch", 2)
	w.pass(ask * 3 / 5)
	if pg := w.asked(id, "janet"); pg != nil {
		t.Fatalf("she is asked at %s although she is there", pg.Requested)
	}
	for range 3 { // the page lies open, and is fetched again and again
		janet.get(at).is(http.StatusOK)
		w.pass(ask / 5)
	}
	if w.asked(id, "janet") == nil {
		t.Fatal("she is not asked although only her page is open")
	}
	janet.visit(at).is(http.StatusOK).contains("Say whether you are still there")
	janet.post(at+"/presence", nil).is(http.StatusNoContent)
	step("a look while she is asked", 2)
	if w.asked(id, "janet") == nil {
		t.Error("a look has answered the question")
	}
	w.stranger().post(at+"/presence", nil).is(http.StatusUnauthorized)
}

// asked is the question whether somebody is still there that waits for an answer; nil if there is none.
func (w *world) asked(id, person string) *incident.Page {
	w.t.Helper()
	for _, pg := range w.state(id).Pages {
		if pg.Person == person && pg.Quiet && pg.State == incident.Ringing {
			return &pg
		}
	}
	return nil
}

func TestAKeyOnThePageTellsThatSomebodyIsThere(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(false)
	w.does(id, "janet", incident.OpAnswer{Answer: incident.Coming})
	b := newBrowser(t, w)
	b.signIn("janet")
	b.open("/incidents/" + id)
	w.pass(w.plan.Escalation.AskAgain.Or(15*time.Minute) * 3 / 5)
	w.does(id, "david", incident.OpNote{Text: "so that the page changes"})
	b.do(chromedp.WaitReady("body[data-presence]"))
	before := w.seen(id)
	eval[bool](b, `(window.told = 0, window.plain = window.fetch, window.fetch = (a, ...more) => {
		if (String(a).endsWith('/presence')) window.told++;
		return window.plain(a, ...more);
	}, document.dispatchEvent(new KeyboardEvent('keydown', {key: 'a'})), true)`)
	if n := eval[float64](b, `window.told`); n != 0 {
		t.Error("a key that nobody pressed counts")
	}
	b.do(chromedp.Click("#note-text"), chromedp.KeyEvent(kb.Tab))
	b.do(chromedp.WaitReady("body:not([data-presence])"))
	if got := w.seen(id); got != before+1 {
		t.Errorf("it was recorded %d times more, want once", got-before)
	}
}
