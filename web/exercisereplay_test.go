package web

import "github.com/chromedp/chromedp"

// replayed steps through the replay of an exercise that is over: by keyboard and by button; what is still to come stands back.
func (b *browser) replayed(at string) {
	b.t.Helper()
	b.open(at + "/replay")
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
	b.sound()
	b.fits("the replay")
}
