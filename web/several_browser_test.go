package web

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The overview of two protocols, on a desk and on a phone: whose page it is stands at the head of each, and nothing is wider than the
// window.
func TestTwoProtocolsInTheBrowser(t *testing.T) {
	w := newWorld(t, false)
	w.attack(false)
	theirs := w.withBridge()
	b := newBrowser(t, w)
	b.inject(watchFaults)
	b.signIn("janet")
	b.open("/signin/" + w.linkOf(bridge, "janet"))
	b.do(chromedp.Click("main button"), chromedp.WaitVisible(".protocols"))
	here := `document.querySelector('.protocols [aria-current]').textContent`
	seen := `(() => { const r = document.querySelector('.protocols [aria-current]').getBoundingClientRect(); return r.width > 0 && r.top >= 0 && r.bottom <= innerHeight; })()`
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"desk", 1360, 1000}, {"phone", 360, 780}} {
		b.size(size.width, size.height)
		for _, page := range []struct{ path, here string }{
			{"/", "All protocols"},
			{"/in/" + bridge, "Tide Bridge"},
			{"/in/harbour-vault", "Harbour Vault"},
			{"/in/" + bridge + "/detectors", "Tide Bridge"},
			{"/in/harbour-vault/plan", "Harbour Vault"},
			{"/incidents/" + theirs, "Tide Bridge"},
			{"/plan", "All protocols"},
		} {
			b.open(page.path)
			b.do(chromedp.WaitVisible(".protocols"))
			if got := eval[string](b, here); got != page.here {
				t.Errorf("%s on a %s says that it is of %q, want %q", page.path, size.name, got, page.here)
			}
			if !eval[bool](b, seen) {
				t.Errorf("%s on a %s does not show at once whose page it is", page.path, size.name)
			}
			b.fits(page.path + " on a " + size.name)
			b.sound()
		}
		b.open("/")
		b.do(chromedp.WaitVisible("#now"))
		if got := eval[[]string](b, `[...document.querySelectorAll('.band .of')].map((e) => e.textContent)`); len(got) != 2 || got[0] == got[1] {
			t.Errorf("the incidents on a %s are of %q", size.name, got)
		}
		b.shot("overview-protocols-" + size.name)
	}
	// One tap leads from one protocol's page to the other's.
	b.open("/in/" + bridge + "/detectors")
	b.do(chromedp.WaitVisible(".protocols"))
	b.do(chromedp.Click(`.protocols a[href="/in/harbour-vault"]`), chromedp.WaitVisible(`.protocols a[href="/in/harbour-vault"][aria-current]`))
	if title := eval[string](b, "document.title"); !strings.Contains(title, "Harbour Vault") {
		t.Errorf("the title is %q", title)
	}
	b.sound()
}
