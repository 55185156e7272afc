package feed

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"tocsin/feed/target"
)

// read reads a page as if https://app.example/in/ had served it.
func read(t *testing.T, text string, header http.Header) *document {
	t.Helper()
	d, err := readPage([]byte(text), header, parse(t, "https://app.example/in/?key=1"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func itemised(items []target.Item) string {
	var b strings.Builder
	for _, i := range items {
		name := i.Name
		if i.Kind == "inline script" {
			name = i.Begin
		}
		fmt.Fprintf(&b, "%s %s [%s]%s\n", i.Kind, name, i.Host, i.Guard)
	}
	return b.String()
}

func TestWhatOfAPageCanDoHarm(t *testing.T) {
	d := read(t, `<!doctype html><html><head>
		<script src="a.js?v=7" integrity="sha384-x"></script><script src="//CDN.example/b.js"></script>
		<script>start()</script><script type="application/json">{"data":1}</script><script type="module">import "x"</script><script>  </script>
		<meta http-equiv="Content-Security-Policy" content="script-src   'nonce-abc' 'self'">
		<meta http-equiv="refresh" content="5; url='https://evil.example/?x'">
		</head><body onload="go()"><iframe src="https://frame.example/f?q"></iframe><iframe srcdoc="<p>x"></iframe><object data="o.swf"></object>
		<form action="/login?next=1"><button formaction="https://evil.example/post">x</button></form>
		<a href="https://elsewhere.example/">just a link</a><a href=" JavaScript:steal()">x</a><img src=x onerror=drain()>
		<svg><title><script href="https://svg.example/s.js"></script></title></svg>
		<script src="data:text/javascript,run()"></script><noscript><script src="https://no.example/n.js"></script></noscript>
		<template><script src="https://tpl.example/t.js"></script></template>text</body></html>`,
		http.Header{"Content-Security-Policy": {"default-src 'nonce-xyz'"}})
	want := `policy default-src 'nonce' []
script https://app.example/in/a.js [app.example]sha384-x
script https://cdn.example/b.js [cdn.example]
inline script start() []
inline script import "x" []
policy script-src 'nonce' 'self' []
refresh https://evil.example/ [evil.example]
inline script onload: go() []
frame https://frame.example/f [frame.example]
inline script srcdoc: <p>x []
frame https://app.example/in/o.swf [app.example]
form https://app.example/login [app.example]
form https://evil.example/post [evil.example]
inline script  JavaScript:steal() []
inline script onerror: drain() []
script https://svg.example/s.js [svg.example]
inline script data:text/javascript,run() []
script https://tpl.example/t.js [tpl.example]
`
	if got := strings.ReplaceAll(itemised(d.items), "CDN", "cdn"); got != want {
		t.Errorf("%s", got)
	}
}

func TestABaseMovesTheScripts(t *testing.T) {
	d := read(t, `<script src="a.js"></script><base href="https://evil.example/x/"><base href="https://other.example/">`, nil)
	if got := itemised(d.items); got != "base https://evil.example/x/ [evil.example]\nscript https://evil.example/x/a.js [evil.example]\n" {
		t.Errorf("%s", got)
	}
}

func TestWhatIsRememberedOfAPageIsBounded(t *testing.T) {
	long := strings.Repeat("ä", 1_000_000)
	one := read(t, `<script src="https://`+long+`/a.js" integrity="`+long+`1"></script><form action="/`+long+`"></form>`, http.Header{"Content-Security-Policy": {long}})
	two := read(t, `<script src="https://`+long+`/a.js" integrity="`+long+`2"></script><form action="/`+long+`"></form>`, http.Header{"Content-Security-Policy": {long + "x"}})
	if len(one.items) != 3 || len(two.items) != 3 {
		t.Fatalf("%d and %d items", len(one.items), len(two.items))
	}
	for n, i := range one.items {
		if len(i.Name)+len(i.Host)+len(i.Guard) > 3*maxKept {
			t.Errorf("%s: %d, %d and %d bytes", i.Kind, len(i.Name), len(i.Host), len(i.Guard))
		}
		if same := i == two.items[n]; same != (i.Kind == "form") {
			t.Errorf("%s: the same: %v", i.Kind, same)
		}
	}
}

func TestPagesThatAreNone(t *testing.T) {
	roots := ""
	for n := range 20_000 { // a browser merges them; each takes longer than the one before
		roots += fmt.Sprintf("<HTML a%d>", n)
	}
	wide := make([]byte, 0, 2*len(roots))
	for _, c := range []byte("\xfe\xff" + roots) {
		wide = append(wide, 0, c)
	}
	for name, text := range map[string]string{
		"roots": roots, "roots in another encoding": "\xfe\xff" + string(wide[4:]),
		"nesting": strings.Repeat("<div>", 100_000), "tags": strings.Repeat("<p>", maxTags+1), "scripts": strings.Repeat("<script>a()</script>", maxItems+1),
	} {
		if _, err := readPage([]byte(text), nil, parse(t, "https://app.example/")); err == nil {
			t.Errorf("%s is read", name)
		}
	}
	if d := read(t, "\x00\xff<scr\x00ipt", nil); len(d.items) != 0 {
		t.Errorf("%v", d.items)
	}
}

func TestScriptsAreFollowed(t *testing.T) {
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			fmt.Fprintf(w, `<script src="/a.js"></script><script src="/a.js"></script><script src="/gone.js"></script><script src="/turn.js"></script><script>nonce(%d)</script>`, asked.Add(1))
		case "/a.js":
			fmt.Fprint(w, "alert(1)")
		case "/turn.js":
			fmt.Fprint(w, asked.Load())
		default:
			http.NotFound(w, r)
		}
	}))
	defer s.Close()
	u := parse(t, s.URL+"/?token=hidden")
	p, blind := page(t.Context(), newGetter(Options{}, u), u, true)
	if blind != "" || len(p.Items) != 5 {
		t.Fatalf("%+v %s", p, blind)
	}
	if p.Items[0].Hash != hash([]byte("alert(1)")) || p.Items[0].Hash != p.Items[1].Hash || p.Items[2].Blind != "it answers with status 404" {
		t.Errorf("%+v", p.Items)
	}
	if got := strings.Join(p.Volatile, " "); got != s.URL+"/turn.js inline" {
		t.Errorf("volatile: %s", got)
	}
	if p, _ := page(t.Context(), newGetter(Options{}, u), u, false); len(p.Volatile) != 0 || asked.Load() != 3 {
		t.Errorf("later it is asked for once: %d", asked.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if p, blind := page(ctx, newGetter(Options{}, u), u, false); p != nil || blind == "" {
		t.Errorf("%+v %s", p, blind)
	}
}

func TestAPageWithTooManyScriptsOrTooLong(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			_, _ = w.Write(make([]byte, maxBody+1))
			return
		}
		for n := range maxScripts + 1 {
			fmt.Fprintf(w, `<script src="/%d.js"></script>`, n)
		}
	}))
	defer s.Close()
	for path, want := range map[string]string{"/": "more than 100 scripts", "/long": "longer than 4 MB"} {
		u := parse(t, s.URL+path)
		if p, blind := page(t.Context(), newGetter(Options{}, u), u, false); p != nil || !strings.Contains(blind, want) {
			t.Errorf("%s: %s", path, blind)
		}
	}
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(`<base href=":"><script src="%zz"></script><svg onload=x><form action="javascript:a">`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := readPage(b, http.Header{"Content-Security-Policy": {string(b[:min(len(b), 50)])}}, parse(t, "https://app.example/"))
		if err == nil && len(d.items) != len(d.scripts) {
			t.Error("an item has no place among the scripts")
		}
	})
}
