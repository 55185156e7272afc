package web

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
)

// The pages of an exercise fit on phones, break no rule of the console's policy, and change under the reader when the moderator gives
// something, without a reload.
func TestExerciseInTheBrowser(t *testing.T) {
	w := newWorld(t, false)
	at := w.described("drained-vault")
	oscar := w.signedIn("oscar")
	b := newBrowser(t, w)
	b.inject(watchFaults)
	b.signIn("janet")
	b.open(at)
	b.do(chromedp.WaitVisible("#given-1"))
	oscar.submit(at+"/moderate", "m-release-way-in", nil).to(at + "/moderate#held")
	b.until(`document.querySelector('#given-1').textContent.includes('looks the allowance up')`)
	b.sound()
	for _, width := range []int64{360, 1280} {
		b.size(width, 800)
		for _, path := range []string{at, "/exercises"} {
			b.open(path)
			b.fits(fmt.Sprintf("%s at %d", path, width))
			b.sound()
		}
	}
	b.open("/signin/" + w.link("oscar"))
	b.do(chromedp.Click("main button"), chromedp.WaitVisible(".masthead .here"))
	for _, width := range []int64{1280, 360} {
		b.size(width, 800)
		b.open(at + "/moderate")
		b.fits(fmt.Sprintf("moderate at %d", width))
		b.sound()
	}
	// One tap marks a step, one takes time on.
	b.do(chromedp.Click(`#steps form button[value="done"]`), chromedp.WaitVisible(`#steps li[data-state="done"]`))
	b.do(chromedp.Click(`#clock button[value="4h"]`), chromedp.WaitVisible(`.band time[datetime^="2026-12-06T06:51"]`))
	oscar.submit(at+"/moderate", "m-complete", url.Values{"text": {"The vault is paused."}}).to(at + "/moderate")
	oscar.submit(at+"/moderate", "m-end", nil)
	for _, width := range []int64{1280, 360} {
		b.size(width, 800)
		for _, path := range []string{at + "/moderate", at + "/report", at + "/public", "/exercises", at + "/replay"} {
			b.open(path)
			b.fits(fmt.Sprintf("%s at %d", path, width))
			b.sound()
		}
	}
	// The replay is stepped through by keyboard, by button and by slider; what is still to come stands back.
	b.do(chromedp.WaitVisible("[data-stepper]"))
	b.until(`document.querySelector('[data-told]').textContent.startsWith('1 of ')`)
	press := func(key string) {
		eval[bool](b, `document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '`+key+`', bubbles: true }))`)
	}
	press("ArrowRight")
	b.until(`document.querySelector('[aria-current=step]').id === 'scene-2'`)
	b.do(chromedp.Click(`[data-step="1"]`))
	b.until(`document.querySelector('[aria-current=step]').id === 'scene-3' && !document.querySelector('[data-scene="3"]').classList.contains('later')`)
	press("End")
	b.until(`document.querySelectorAll('.mark.later').length === 0`)
	press("Home")
	b.until(`document.querySelectorAll('.mark.later').length > 1 && document.querySelector('.cursor').getAttribute('x1') === document.querySelector('[data-scene="1"]').getAttribute('x')`)
}
