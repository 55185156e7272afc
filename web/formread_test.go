package web

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// form reads what a browser would send for the form that carries a key.
func (a answer) form(key string) url.Values {
	a.t.Helper()
	doc, err := html.Parse(strings.NewReader(a.body()))
	if err != nil {
		a.t.Fatal(err)
	}
	for f := range doc.Descendants() {
		if f.Type != html.ElementNode || f.Data != "form" {
			continue
		}
		if v := fields(f); v.Get("form") == key {
			return v
		}
	}
	a.t.Fatalf("the page has no form %q", key)
	return nil
}

// fields are the values that a form sends as it stands.
func fields(f *html.Node) url.Values {
	v := url.Values{}
	for n := range f.Descendants() {
		if n.Type != html.ElementNode || attr(n, "name") == "" {
			continue
		}
		switch n.Data {
		case "input":
			if kind := attr(n, "type"); kind == "checkbox" || kind == "radio" {
				if has(n, "checked") {
					v.Add(attr(n, "name"), attr(n, "value"))
				}
				continue
			}
			v.Add(attr(n, "name"), attr(n, "value"))
		case "textarea":
			if n.FirstChild != nil {
				v.Add(attr(n, "name"), n.FirstChild.Data)
			} else {
				v.Add(attr(n, "name"), "")
			}
		case "select":
			for o := range n.Descendants() {
				if o.Type == html.ElementNode && o.Data == "option" && has(o, "selected") {
					v.Add(attr(n, "name"), attr(o, "value"))
				}
			}
		}
	}
	return v
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// submit sends the form of a page as it stands, with some fields changed.
func (a as) submit(page, key string, change url.Values) answer {
	a.w.t.Helper()
	got := a.get(page)
	v := got.form(key)
	for k, x := range change {
		v[k] = x
	}
	doc, err := html.Parse(strings.NewReader(got.body()))
	if err != nil {
		a.w.t.Fatal(err)
	}
	for f := range doc.Descendants() {
		if f.Type == html.ElementNode && f.Data == "form" && fields(f).Get("form") == key {
			return a.post(attr(f, "action"), v)
		}
	}
	return answer{t: a.w.t}
}

func TestFieldsReadsAForm(t *testing.T) {
	doc, err := html.Parse(strings.NewReader(`<form><input name=a value=1><textarea name=b>x</textarea><select name=c><option value=1><option value=2 selected></select><input type=checkbox name=d value=1></form>`))
	if err != nil {
		t.Fatal(err)
	}
	if got := fields(doc).Encode(); got != "a=1&b=x&c=2" {
		t.Fatalf("read %s", got)
	}
}
