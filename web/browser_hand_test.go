package web

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/chromedp"
)

// beside is another person's browser on the same console, with cookies of its own.
func (b *browser) beside(person string, width int64) *browser {
	b.t.Helper()
	parent, err := chromium.open()
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	b.t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 10*time.Minute)
	b.t.Cleanup(cancel)
	o := &browser{t: b.t, w: b.w, ctx: ctx, base: b.base}
	o.inject(watchFaults)
	o.size(width, 800)
	o.signIn(person)
	return o
}

// tap presses what a person sees on the page, in one moment: a page that changes meanwhile does not come between.
func (b *browser) tap(selector string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`((n) => n && n.getClientRects().length > 0 && (setTimeout(() => n.click()), true))(document.querySelector(%q))`, selector))
}

// fill writes into a field, or chooses.
func (b *browser) fill(selector, value string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`((n) => n && (n.value = %q, n.dispatchEvent(new Event('input', { bubbles: true })), true))(document.querySelector(%q))`, value, selector))
}

// shown waits until something is there.
func (b *browser) shown(selector string) {
	b.t.Helper()
	b.until(fmt.Sprintf("document.querySelector(%q) !== null", selector))
}

// unfold opens what a part of the page is folded in.
func (b *browser) unfold(selector string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`(() => { let n = document.querySelector(%q); if (!n) return false; while ((n = n.parentElement)) if (n.nodeName === 'DETAILS') n.open = true; return true; })()`, selector))
}

// says is the condition that a part of the page holds a text.
func says(selector, text string) string {
	return fmt.Sprintf("(document.querySelector(%q)?.textContent ?? '').includes(%q)", selector, text)
}
