package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// chromium is the one browser of all tests; each has a context of its own in it, with its own cookies.
var chromium oneBrowser

type oneBrowser struct {
	once   sync.Once
	ctx    context.Context
	cancel context.CancelFunc
	folder string
	err    error
}

// open starts the browser, or answers with the one that was started.
func (o *oneBrowser) open() (context.Context, error) {
	o.once.Do(func() {
		if o.folder, o.err = os.MkdirTemp("", "browser-"); o.err != nil {
			return
		}
		opts := []chromedp.ExecAllocatorOption{
			chromedp.NoSandbox, chromedp.UserDataDir(o.folder), chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.WSURLReadTimeout(5 * time.Minute),
			chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true),
		}
		o.ctx, o.cancel = chromedp.NewContext(context.Background(), chromedp.WithAllocatorOptions(opts...))
		o.err = chromedp.Do(o.ctx)
	})
	return o.ctx, o.err
}

// close ends the browser, if one was started.
func (o *oneBrowser) close() {
	if o.cancel != nil {
		o.cancel()
	}
	_ = os.RemoveAll(o.folder)
}

func TestMain(m *testing.M) {
	code := m.Run()
	chromium.close()
	os.Exit(code)
}

// browser is a Chromium on a console.
type browser struct {
	t    *testing.T
	w    *world
	ctx  context.Context
	base string
}

func newBrowser(t *testing.T, w *world) *browser {
	t.Helper()
	return newBrowserOf(t, w, w.console)
}

// newBrowserOf is a browser on a console that something else of the test stands before.
func newBrowserOf(t *testing.T, w *world, console http.Handler) *browser {
	t.Helper()
	srv := httptest.NewServer(console)
	t.Cleanup(srv.Close)
	t.Cleanup(func() { close(w.done) }) // streams end before the server closes
	parent, err := chromium.open()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 10*time.Minute)
	t.Cleanup(cancel)
	return &browser{t: t, w: w, ctx: ctx, base: srv.URL}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// eval answers what a script on the page says.
func eval[T any](b *browser, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// signIn uses a sign-in link as a person would.
func (b *browser) signIn(person string) {
	b.t.Helper()
	b.open("/signin/" + b.w.link(person))
	b.do(chromedp.Click("main button"), chromedp.WaitVisible(".masthead .here"))
}

// play takes somebody's part.
func (b *browser) play(person string) {
	b.t.Helper()
	eval[bool](b, fmt.Sprintf(`(document.cookie = "tocsin-play=%s; path=/", true)`, url.QueryEscape(person)))
}

// size sets the window: phone, or desk.
func (b *browser) size(width, height int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
}

func (b *browser) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// shot stores pictures of the whole page, in pieces, under the folder that TOCSIN_SHOTS names, if it names one.
func (b *browser) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("TOCSIN_SHOTS")
	if dir == "" {
		return
	}
	height := eval[float64](b, "document.documentElement.scrollHeight")
	window := eval[float64](b, "innerHeight")
	for i, y := 0, 0.0; y < height; i, y = i+1, y+window-100 {
		eval[bool](b, fmt.Sprintf("(scrollTo(0, %f), true)", y))
		png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d.png", name, i)), png, 0o600); err != nil {
			b.t.Fatal(err)
		}
		if window >= height {
			return
		}
	}
}
