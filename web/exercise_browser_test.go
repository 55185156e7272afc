package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tocsin/exercise"
	"tocsin/incident"
)

// One moderator and three responders, each in a browser, go through the ten steps of an exercise; somebody who is not there reads the report.
// The moderator has a telephone, and nothing on their page jumps.
func TestTenStepsInTheBrowser(t *testing.T) {
	w := newWorld(t, false)
	oscar := newBrowser(t, w)
	oscar.inject(watchFaults)
	oscar.size(360, 800)
	oscar.signIn("oscar")
	janet, david, carmen := oscar.beside("janet", 1280), oscar.beside("david", 1280), oscar.beside("carmen", 360)
	sc, _ := w.plan.Scenario("drained-vault")
	x := &table{t: t, w: w, moderator: oscar, responders: []*browser{janet, david, carmen}, held: map[string]string{"opening": sc.Opening, "name": sc.Name}}
	for _, in := range sc.Injects {
		x.held["inject "+in.ID] = in.Text
	}
	for _, f := range sc.Held {
		x.held["held "+f.ID] = f.Text
	}
	at := x.invited()
	x.described(at)
	inc := x.asked(at)
	x.stepped(at, inc)
	x.movedOn(at, inc)
	x.discussed(at)
	x.again(at)
	for _, b := range append(x.responders, oscar) {
		b.sound()
	}
}

// invited is steps 1 and 2: the session is planned with a moderator, who invites; each says whether they come.
func (x *table) invited() (at string) {
	x.t.Helper()
	oscar := x.moderator
	oscar.open("/exercises")
	oscar.fits("the list of exercises")
	oscar.fill("#plan-title", "The winter exercise")
	oscar.fill("#plan-moderator", "oscar")
	oscar.fill("#plan-watch", "bella")
	oscar.tap("#plan form button")
	oscar.shown(`a[href$="/moderate"]`)
	at = eval[string](oscar, "location.pathname")
	oscar.tap(`a[href$="/moderate"]`)
	oscar.shown("#m-invite button")
	oscar.tap("#m-invite button")
	oscar.until(`document.querySelectorAll('#people li').length > 3`)
	for _, b := range x.responders {
		b.open(at)
		b.tap(`#r-reply button[value="coming"]`)
		b.until(says("#r-reply", "You are coming."))
	}
	x.w.signedIn("anton").submit(at, "r-reply", map[string][]string{"answer": {exercise.Absent}})
	oscar.until(says("#people .head", "3 coming, 0 without an answer"))
	x.unseen("before it begins")
	return at
}

// described is step 3: the scenario is chosen and read aloud, and stands on everybody's page without a reload.
func (x *table) described(at string) {
	x.t.Helper()
	oscar := x.moderator
	oscar.fill("#choose-scenario", "drained-vault")
	oscar.tap("#m-choose button")
	oscar.shown("#m-begin button")
	oscar.tap("#m-begin button")
	oscar.until(`document.querySelector('#m-describe') !== null`)
	for _, b := range x.responders {
		b.until(says("main", "The moderator describes the scenario in a moment."))
	}
	x.unseen("before it is described")
	oscar.tap("#m-describe button")
	oscar.shown("#steps")
	sc, _ := x.w.plan.Scenario("drained-vault")
	for _, b := range x.responders {
		b.until(says("#run-1", "It is early on a Saturday."))
		b.tap("#r-here button")
		b.until(`document.querySelector('#r-here') === null`)
	}
	delete(x.held, "opening")
	delete(x.held, "inject "+sc.Injects[0].ID) // it comes with the opening
	oscar.until(says("#people .head", "3 of 4 here"))
	x.unseen("once it is described")
}

// asked is step 6: an inject comes by the moderator's hand, a question is put by keyboard alone and answered with a held fact.
func (x *table) asked(at string) (inc string) {
	x.t.Helper()
	oscar, janet, david := x.moderator, x.responders[0], x.responders[1]
	janet.fill("#r-open-issue", "stolen-user-funds")
	janet.tap("#r-open button")
	janet.shown("#validate")
	page := eval[string](janet, "location.pathname")
	janet.tap("#validate button")
	janet.until(`document.querySelector('#validate') === null`)
	oscar.until(says("#incidents", "Stolen user funds"))
	oscar.tap("#m-inject-journalist button")
	delete(x.held, "inject journalist")
	for _, b := range x.responders[1:] {
		b.until(says("#given-1", "A journalist asks by e-mail"))
	}
	david.until(`(document.querySelector('#ask-text').focus(), document.activeElement.id === 'ask-text')`)
	david.do(chromedp.KeyEvent("Where did the money go?" + kb.Enter))
	david.until(says("#asked", "Where did the money go?"))
	oscar.until(says(".places", "Ask (1)"))
	x.unseen("while a question waits")
	oscar.fill("#m-release-asked-1-id", "where-to")
	oscar.tap("#m-release-asked-1 button")
	delete(x.held, "held where-to")
	for _, b := range x.responders[1:] {
		b.until(says("#given-1", "All of it still lies in the account"))
	}
	oscar.until(says("#questions", "Nobody waits for an answer.") + " && " + says(`[data-key="held-where-to"]`, "told"))
	x.unseen("once it is answered")
	for _, size := range []int64{1280, 360} {
		oscar.size(size, 800)
		oscar.fits(fmt.Sprintf("the moderator's page at %d", size))
		david.size(size, 800)
		david.fits(fmt.Sprintf("a responder's page at %d", size))
	}
	return strings.TrimPrefix(page, "/incidents/")
}

// stepped is steps 4, 5 and 7: steps are said and marked by one tap, under which nothing moves, and one is done for real in the incident.
func (x *table) stepped(at, inc string) {
	x.t.Helper()
	oscar, janet := x.moderator, x.responders[0]
	const ref = "stolen-user-funds/pause-contract"
	row := fmt.Sprintf(`#steps li[data-key="step-%s"] `, ref)
	said := fmt.Sprintf("document.querySelector('%sbutton[value=said]').ariaPressed === ", row)
	place := fmt.Sprintf("document.querySelector('%sbutton[value=said]').getBoundingClientRect().top", row)
	eval[bool](oscar, fmt.Sprintf("(document.querySelector('%sbutton[value=said]').scrollIntoView({ block: 'center' }), true)", row))
	before := eval[float64](oscar, place)
	oscar.tap(row + "button[value=said]")
	oscar.until(said + "'true'")
	oscar.tap(row + "button[name=mark]")
	oscar.until(said + "'false'")
	oscar.tap(row + "button[value=said]")
	oscar.until(said + "'true'")
	if after := eval[float64](oscar, place); after != before {
		x.t.Errorf("the buttons moved from %g to %g under the finger", before, after)
	}
	if path := eval[string](oscar, "location.pathname + location.hash"); path != at+"/moderate" {
		x.t.Errorf("marking leads to %s", path)
	}
	marks := x.w.exercise(at).Runs[0].Marks
	if len(marks) != 2 || !marks[0].Struck || marks[1].Struck || marks[1].Kind != exercise.Said {
		x.t.Errorf("the marks are %+v", marks)
	}
	oscar.fill("#unplanned-text", "They called the bank")
	oscar.tap("#m-mark-unplanned button")
	oscar.until(says("#steps", "They called the bank: not in the plan"))
	// For real: the exercise shows it without a mark.
	janet.unfold("#end-pause-contract")
	janet.fill("#end-pause-contract-note", "An administrator paused it by hand.")
	janet.tap(`#end-pause-contract button[value="skipped"]`)
	janet.unfold("#end-identify-exploit")
	janet.fill("#end-identify-exploit-note", "The allowance is looked up the wrong way round.")
	janet.tap(`#end-identify-exploit button[name=answer]`)
	janet.until("document.readyState === 'complete' && " + says("#step-identify-exploit", "Answered:"))
	oscar.until(`document.querySelector('#steps li[data-key="step-stolen-user-funds/identify-exploit"][data-state=done]') !== null`)
	if w := x.w.state(inc); w.Exercise == nil || w.Step("identify-exploit").State != incident.Done {
		x.t.Errorf("the step of the incident is %+v", w.Step("identify-exploit"))
	}
	delete(x.held, "inject copycat") // it comes after that step
	x.unseen("while steps are marked")
}

// movedOn has the clock moved on until shortly before an update is due, which is posted in time; then it runs faster, and stands still.
func (x *table) movedOn(at, inc string) {
	x.t.Helper()
	oscar, janet := x.moderator, x.responders[0]
	var due time.Time
	for i := 0; due.IsZero(); i++ {
		if i > 5 {
			x.t.Fatal("the clock is never moved on to an update")
		}
		shows := x.w.exercise(at).Now(x.w.clock())
		for _, u := range x.w.state(inc).Updates {
			if u.Communication == "internal-updates" && u.Due.Sub(shows) <= 5*time.Minute {
				due = u.Due
			}
		}
		if due.IsZero() {
			oscar.tap(`#clock button[name="until"]`)
			oscar.until(fmt.Sprintf("!document.body.dataset.runs.includes(' %s ')", precise(shows)))
		}
	}
	janet.until(`document.querySelectorAll('#updates .due').length > 0 && document.querySelector('.band [data-ticks]').textContent > '03:40'`)
	id := ""
	for _, u := range x.w.state(inc).Updates {
		if u.Communication == "internal-updates" {
			id = u.ID
		}
	}
	janet.until(says("#updates", "Internal updates"))
	janet.unfold("#post-" + id)
	janet.fill("#post-"+id+"-text", "The vault is paused. We look for the way in.")
	janet.tap("#post-" + id + " > label input")
	janet.tap("#post-" + id + " > p.actions:last-child button")
	janet.until(says("#updates", "The vault is paused. We look for the way in."))
	for _, u := range x.w.state(inc).Updates {
		if u.ID == id && (u.State != incident.Posted || u.Posted.After(u.Due)) {
			x.t.Errorf("the update is %+v", u)
		}
	}
	was := eval[string](oscar, `document.querySelector('.band [data-ticks]').textContent`)
	oscar.tap(`#clock button[value="x60"]`)
	oscar.until(`document.querySelector('#clock button[value="x60"]').ariaPressed === 'true'`)
	x.responders[1].until(fmt.Sprintf(`document.body.dataset.runs.endsWith(' 60') && document.querySelector('.band [data-ticks]').textContent > %q`, was))
	oscar.tap(`#clock button[value="pause"]`)
	oscar.until(`document.querySelector('#clock button[value="resume"]') !== null`)
	x.responders[1].until(`document.body.dataset.runs.endsWith(' 0')`)
	delete(x.held, "inject angry-user") // it came meanwhile
	x.unseen("once the clock was moved on")
}

// discussed is steps 7 to 9: completion, the read-back, and what was learned.
func (x *table) discussed(at string) {
	x.t.Helper()
	oscar, david := x.moderator, x.responders[1]
	oscar.tap(`[data-key="complete"] summary`)
	oscar.fill("#complete-text", "The vault is paused, and the loss is counted.")
	oscar.tap("#m-complete button")
	oscar.shown("#read-back")
	oscar.until(says("#read-back", "Said: Pause the contract") + " && " + says("#read-back", "Not in the plan: They called the bank"))
	delete(x.held, "name")
	for _, b := range x.responders[1:] {
		b.until(says("#run-1", "The vault is paused, and the loss is counted."))
	}
	david.tap("#lessons summary")
	david.fill("#lesson-text", "We had no number of the bank.")
	david.tap(`#r-lesson button[value="flaw"]`)
	oscar.until(says("#lessons", "We had no number of the bank."))
	oscar.fits("the read-back")
	x.unseen("once it is talked about") // what was never given stays with the moderator
}

// again is step 10: another scenario, and the end; who was not there reads the report.
func (x *table) again(at string) {
	x.t.Helper()
	oscar := x.moderator
	next, _ := x.w.plan.Scenario("flooded-vault")
	x.held["next opening"], x.held["next name"] = next.Opening, next.Name
	oscar.fill("#choose-scenario", "flooded-vault")
	oscar.tap("#m-choose button")
	oscar.shown("#m-describe")
	x.unseen("once the next is chosen")
	oscar.tap("#m-describe button")
	oscar.shown("#steps")
	for _, b := range x.responders[1:] {
		b.until(says("#run-2", next.Opening))
	}
	delete(x.held, "next opening")
	x.unseen("once the next is described")
	oscar.tap(`[data-key="abort"] summary`)
	oscar.fill("#abort-why", "The time is over.")
	oscar.tap("#m-abort button")
	oscar.shown("#m-end button")
	oscar.tap("#m-end button")
	for _, b := range x.responders[1:] {
		b.until(says("main", "Read the report"))
	}
	absent := x.responders[2]
	absent.signIn("anton")
	absent.open(at + "/report")
	absent.tap("#r-seen button")
	absent.until(says("main", "You have seen this report."))
	absent.fits("the report")
	absent.replayed(at)
	if g := x.w.exercise(at).Person("anton"); g == nil || g.Came || g.Seen.IsZero() {
		x.t.Errorf("who was not there is %+v", g)
	}
	x.w.signedIn("anton").get(at + "/moderate").is(http.StatusForbidden).lacks("Held facts")
}
