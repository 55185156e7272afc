package feed

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"tocsin/feed/target"
)

const (
	maxTags  = 200_000 // of a page
	maxRoots = 20
	maxItems = 500
	maxKept  = 400 // bytes of one text
)

var (
	errTags  = errors.New("it has more parts than a page should")
	errPage  = errors.New("it cannot be read as a page")
	oneTime  = regexp.MustCompile(`'nonce-[^']*'`) // differs at each answer, by design
	refresh  = regexp.MustCompile(`(?i)^\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?['"]?([^'"]*)`)
	dataForm = []string{"", "text/javascript", "application/javascript", "application/x-javascript", "text/ecmascript", "application/ecmascript", "module", "importmap", "speculationrules"}
)

// document is a page being read.
type document struct {
	base    *url.URL
	items   []target.Item
	scripts []*url.URL // of the items, by place; nil where there is nothing to follow
}

// readPage takes out of a page what can do harm, as a browser would find it.
func readPage(body []byte, header http.Header, at *url.URL) (*document, error) {
	r, err := charset.NewReader(bytes.NewReader(body), header.Get("Content-Type"))
	if err != nil {
		return nil, errPage
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, errPage
	}
	if tooMany(plain) {
		return nil, errTags
	}
	root, err := html.Parse(bytes.NewReader(plain))
	if err != nil {
		return nil, errPage // nested deeper than a page is
	}
	d := &document{base: at}
	for _, policy := range header.Values("Content-Security-Policy") {
		d.add(target.Item{Kind: "policy", Name: tidyPolicy(policy)}, nil)
	}
	d.setBase(root)
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			d.element(n)
		}
		if len(d.items) > maxItems {
			return nil, errTags
		}
	}
	return d, nil
}

// tooMany reports whether a page holds more than anybody needs. Each html or body element after the first adds its attributes
// to the first, which takes the square of their number.
func tooMany(page []byte) bool {
	if bytes.Count(page, []byte("<")) > maxTags {
		return true
	}
	lower := bytes.ToLower(page)
	return bytes.Count(lower, []byte("<html"))+bytes.Count(lower, []byte("<body")) > maxRoots
}

// bounded is a text that is remembered: one longer than so many bytes by its beginning and its hash.
func bounded(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most-80], "") + "… sha256 " + hash([]byte(s))
}

func (d *document) add(i target.Item, follow *url.URL) {
	i.Name, i.Host, i.Guard = bounded(i.Name, maxKept), bounded(i.Host, maxKept), bounded(i.Guard, maxKept)
	d.items = append(d.items, i)
	d.scripts = append(d.scripts, follow)
}

// setBase takes the first base element of a page, which all its addresses are relative to.
func (d *document) setBase(root *html.Node) {
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "base" {
			continue
		}
		if href, ok := attribute(n, "href"); ok {
			d.target("base", href)
			if u, err := d.base.Parse(strings.TrimSpace(href)); err == nil {
				d.base = u
			}
			return
		}
	}
}

func (d *document) element(n *html.Node) {
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") && len(a.Key) > 2 {
			d.inline(a.Key + ": " + a.Val)
		}
	}
	switch n.Data {
	case "script":
		d.script(n)
	case "iframe", "frame", "embed", "object", "portal":
		for _, key := range []string{"src", "data"} {
			if v, ok := attribute(n, key); ok {
				d.target("frame", v)
			}
		}
		if v, ok := attribute(n, "srcdoc"); ok {
			d.inline("srcdoc: " + v)
		}
	case "form":
		if v, ok := attribute(n, "action"); ok {
			d.target("form", v)
		}
	case "button", "input":
		if v, ok := attribute(n, "formaction"); ok {
			d.target("form", v)
		}
	case "a", "area":
		if v, ok := attribute(n, "href"); ok && strings.HasPrefix(strings.ToLower(strings.TrimSpace(v)), "javascript:") {
			d.inline(v)
		}
	case "meta":
		d.meta(n)
	}
}

func (d *document) meta(n *html.Node) {
	kind, _ := attribute(n, "http-equiv")
	content, _ := attribute(n, "content")
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "content-security-policy":
		d.add(target.Item{Kind: "policy", Name: tidyPolicy(content)}, nil)
	case "refresh":
		if m := refresh.FindStringSubmatch(content); m != nil {
			d.target("refresh", m[1])
		}
	}
}

func (d *document) script(n *html.Node) {
	src, ok := attribute(n, "src")
	if !ok {
		src, ok = attribute(n, "href") // within a drawing
	}
	if !ok {
		kind, _ := attribute(n, "type")
		kind, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(kind)), ";")
		if slices.Contains(dataForm, strings.TrimSpace(kind)) { // anything else is data that nobody runs
			d.inline(content(n))
		}
		return
	}
	u, err := d.base.Parse(strings.TrimSpace(src))
	guard, _ := attribute(n, "integrity")
	switch {
	case err != nil:
		d.add(target.Item{Kind: "script", Name: target.Plain(src), Guard: guard, Blind: "its address cannot be read"}, nil)
	case u.Scheme == "http" || u.Scheme == "https":
		d.add(target.Item{Kind: "script", Name: target.Plain(u.String()), Host: strings.ToLower(u.Hostname()), Guard: guard}, u)
	default: // data: and the like stand in the page
		d.inline(src)
	}
}

// target notes where something leads. What is relative to the page leads to its host.
func (d *document) target(kind, to string) {
	u, err := d.base.Parse(strings.TrimSpace(to))
	switch {
	case err != nil:
		d.add(target.Item{Kind: kind, Name: target.Plain(to)}, nil)
	case u.Scheme == "http" || u.Scheme == "https":
		d.add(target.Item{Kind: kind, Name: target.Plain(u.String()), Host: strings.ToLower(u.Hostname())}, nil)
	case u.Scheme == "about":
	default:
		d.inline(kind + " " + to)
	}
}

func (d *document) inline(text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	d.add(target.Item{Kind: "inline script", Hash: hash([]byte(text)), Begin: strings.ToValidUTF8(text[:min(len(text), 80)], "")}, nil)
}

// tidyPolicy is a content security policy without what is made anew for each answer.
func tidyPolicy(s string) string {
	return oneTime.ReplaceAllString(strings.Join(strings.Fields(s), " "), "'nonce'")
}

func attribute(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if strings.EqualFold(a.Key, key) {
			return a.Val, true
		}
	}
	return "", false
}

func content(n *html.Node) string {
	var b strings.Builder
	for c := range n.ChildNodes() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func hash(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
