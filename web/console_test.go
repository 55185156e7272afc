package web

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tocsin/incident"
)

// watchFaults notes what goes wrong in the browser: errors of scripts, and what the page's own policy refuses.
const watchFaults = `
	window.faults = [];
	addEventListener('error', (e) => faults.push('error: ' + e.message));
	addEventListener('unhandledrejection', (e) => faults.push('rejected: ' + e.reason));
	addEventListener('securitypolicyviolation', (e) => faults.push('policy: ' + e.violatedDirective + ' ' + e.blockedURI));`

// inject runs a script at the start of every page from now on.
func (b *browser) inject(source string) {
	b.t.Helper()
	b.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, cdpage.AddScriptToEvaluateOnNewDocument, cdpage.AddScriptToEvaluateOnNewDocumentParams{Source: source})
		return chromedp.Void{}, err
	})
}

// dark makes the system prefer dark.
func (b *browser) dark() {
	b.t.Helper()
	b.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
		})
		return chromedp.Void{}, err
	})
}

// sound fails if anything went wrong on the page.
func (b *browser) sound() {
	b.t.Helper()
	if faults := eval[[]string](b, "window.faults"); len(faults) > 0 {
		b.t.Errorf("%s: %s", eval[string](b, "location.pathname"), strings.Join(faults, "; "))
	}
}

// until waits for something to become true on the page, or on the one that comes in its place.
func (b *browser) until(condition string) {
	b.t.Helper()
	script := fmt.Sprintf("new Promise((done) => { const look = () => (%s) ? done(true) : setTimeout(look, 20); look(); })", condition)
	for {
		_, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise))
		switch {
		case err == nil:
			return
		case b.ctx.Err() == nil && left(err):
		default:
			b.t.Fatalf("waiting for %s: %v", condition, err)
		}
	}
}

// left reports whether a script failed because its page was left meanwhile.
func left(err error) bool {
	for _, say := range []string{"navigated", "context was destroyed", "Cannot find"} {
		if strings.Contains(err.Error(), say) {
			return true
		}
	}
	return false
}

// fits fails if the page is wider than the window.
func (b *browser) fits(what string) {
	b.t.Helper()
	wide := eval[float64](b, "document.documentElement.scrollWidth")
	if window := eval[float64](b, "document.documentElement.clientWidth"); wide > window {
		b.t.Errorf("%s is %g wide in a window of %g: %s", what, wide, window, eval[string](b, `[...document.querySelectorAll('main *, .masthead *, #top *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 5).map((e) => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40)).join('; ')`))
	}
}

func TestSomethingIsWrongByKeyboardAlone(t *testing.T) {
	w := newWorld(t, false)
	b := newBrowser(t, w)
	b.inject(watchFaults)
	b.signIn("janet")
	b.tabTo("Something is wrong")
	b.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#open"))
	b.tabTo("Open it and call the team")
	b.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(".band[data-kind=real]"))
	if got := eval[string](b, "location.pathname"); got != "/incidents/2026-12-06-1" {
		t.Fatalf("two taps lead to %s", got)
	}
	if got := eval[string](b, "document.title"); got != "REAL: Something is wrong · Tocsin" {
		t.Errorf("the title is %q", got)
	}
	b.sound()
}

// tabTo presses the tab key until something with a text has the focus, and fails if the focus cannot be seen there.
func (b *browser) tabTo(text string) {
	b.t.Helper()
	for range 40 {
		b.do(chromedp.KeyEvent(kb.Tab))
		if eval[string](b, "document.activeElement.textContent.trim()") == text {
			if eval[string](b, "getComputedStyle(document.activeElement).outlineStyle") == "none" {
				b.t.Errorf("%s does not show that it has the focus", text)
			}
			return
		}
	}
	b.t.Fatalf("the tab key does not reach %q", text)
}

func TestPagesChangeUnderTheReaderWithoutDisturbingThem(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	b := newBrowser(t, w)
	b.inject(watchFaults)
	b.size(1360, 900)
	b.signIn("janet")
	b.open("/incidents/" + id)
	b.until("document.querySelector('#note-text')")
	eval[bool](b, "(document.querySelector('#dismiss').open = true, document.querySelector('#note-text').scrollIntoView(), true)")
	b.do(chromedp.SendKeys("#note-text", "half a sentence"))
	b.do(chromedp.SendKeys("#dismiss-why", "perhaps"), chromedp.Focus("#note-text"))
	at := eval[float64](b, "scrollY")

	w.does(id, "david", incident.OpNote{Text: "said by somebody else"})
	b.until("document.querySelector('#timeline').textContent.includes('said by somebody else')")
	if got := eval[string](b, "document.querySelector('#note-text').value"); got != "half a sentence" {
		t.Errorf("the half-typed words are %q", got)
	}
	if got := eval[string](b, "document.activeElement.id"); got != "note-text" {
		t.Errorf("the focus is on %q", got)
	}
	if !eval[bool](b, "document.querySelector('#dismiss').open") {
		t.Error("what was unfolded is folded")
	}
	if got := eval[float64](b, "scrollY"); got < at-400 || got > at+400 {
		t.Errorf("the page was scrolled to %g and stands at %g", at, got)
	}

	// Somebody else validates: the form is gone from the page, but not what was written in the one that stays.
	w.does(id, "david", incident.OpValidate{Note: "seen it"})
	b.until("!document.querySelector('#validate')")
	b.until("document.querySelector('.phases [data-state=now]').textContent.includes('Validated')")
	if got := eval[string](b, "document.querySelector('#dismiss-why').value"); got != "perhaps" {
		t.Errorf("the words of the other form are %q", got)
	}
	b.until("document.querySelector('#said').textContent !== ''") // told to whoever does not see the page
	b.sound()
}

func TestHalfTypedWordsOutliveWhatTheyWereFor(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	w.does(id, "janet", incident.OpAnswer{Answer: incident.Coming})
	b := newBrowser(t, w)
	b.inject(watchFaults)
	b.signIn("janet")
	b.open("/incidents/" + id)
	b.until("document.querySelector('.timetable textarea[name=text]')")
	draft := eval[string](b, "document.querySelector('.timetable textarea[name=text]').value")
	eval[bool](b, "(document.querySelectorAll('details').forEach((d) => { d.open = true; }), true)")
	b.do(chromedp.SendKeys(".timetable textarea[name=text]", "MINE "), chromedp.SendKeys("#validate-note", "I saw it myself"), chromedp.Blur("#validate-note"))

	w.does(id, "david", incident.OpValidate{Note: "seen it"})
	b.until("document.querySelector('.phases [data-state=now]').textContent.includes('Validated')")
	fresh := w.signedIn("janet").get("/incidents/" + id).form("post-" + w.state(id).Updates[0].ID).Get("text")
	if fresh == draft {
		t.Fatal("the draft is the same as before, so that nothing is proved")
	}
	if got := eval[string](b, "document.querySelector('.timetable textarea[name=text]').value"); !strings.Contains(got, "MINE ") {
		t.Errorf("the changed draft is %q", got)
	}
	if got := eval[string](b, "document.querySelector('#validate-note').value"); got != "I saw it myself" {
		t.Errorf("the words of a form that is gone are %q", got)
	}
	b.do(chromedp.Click("#validate button"), chromedp.WaitVisible("[role=alert]"))
	if got := eval[string](b, "document.querySelector('[role=alert]').textContent"); !strings.Contains(got, "It was validated at") || !strings.Contains(got, "I saw it myself") {
		t.Errorf("posted too late, the page says %q", got)
	}
	b.sound()
}

func TestStalePagesSaySo(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	b := newBrowser(t, w)
	b.inject(watchFaults + `
	const Source = window.EventSource;
	window.EventSource = class extends Source { constructor(url) { super(url); window.stream = this; } };`)
	b.signIn("janet")
	b.open("/incidents/" + id)
	b.until("window.stream && stream.readyState === 1")
	if !eval[bool](b, "document.querySelector('#stale').hidden") {
		t.Fatal("a fresh page says that it is stale")
	}
	eval[bool](b, "(stream.close(), stream.dispatchEvent(new Event('error')), true)")
	b.until("!document.querySelector('#stale').hidden")
	if got := eval[string](b, "document.querySelector('#stale').textContent"); !strings.Contains(got, "The connection is down since") {
		t.Errorf("a stale page says %q", got)
	}
}

func TestPagesFitOnPhonesAndInTheDark(t *testing.T) {
	w := newWorld(t, true)
	b := newBrowser(t, w)
	b.inject(watchFaults)
	b.signIn("janet")
	paths := []string{"/", "/open", "/plan", "/signin"}
	for _, exercise := range []bool{true, false} {
		id := w.attack(exercise)
		paths = append(paths, "/incidents/"+id, "/incidents/"+id+"/decisions/decision-1", "/incidents/"+id+"/postmortem", "/page/"+w.pageSecret(id, "janet"))
	}
	w.pass(3 * time.Minute)
	widths := []int64{320, 360, 768, 1280}
	if testing.Short() {
		widths = widths[1:2]
	}
	for _, width := range widths {
		b.size(width, 800)
		for _, path := range paths {
			b.open(path)
			b.fits(fmt.Sprintf("%s at %d", path, width))
			b.sound()
		}
	}
	b.dark()
	b.size(1280, 900)
	for _, path := range paths {
		b.open(path)
		if got := eval[string](b, "getComputedStyle(document.documentElement).backgroundColor"); got != "rgb(16, 19, 21)" {
			t.Errorf("%s in the dark stands on %s", path, got)
		}
	}
}
