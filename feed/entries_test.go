package feed

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/feed/target"
)

func told(list []target.Entry) string {
	var b strings.Builder
	for _, e := range list {
		fmt.Fprintf(&b, "%s|%s|%s|%s\n", e.ID, e.Title, e.Link, strings.Join(strings.Fields(e.Text), " "))
	}
	return b.String()
}

func TestFeedsAreRead(t *testing.T) {
	want := "1|Hack & loss|https://blog.example/1|All is lost\n2|Second||\n"
	for name, text := range map[string]string{
		"RSS": `<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title><link>https://blog.example/</link>
			<item><guid>1</guid><title>Hack &amp; loss</title><link>https://blog.example/1</link><description>&lt;p&gt;All is &lt;b&gt;lost&lt;/b&gt;&lt;/p&gt;</description></item>
			<item><guid isPermaLink="false">2</guid><title><![CDATA[Second]]></title></item></channel></rss>`,
		"Atom": `<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><id>blog</id><link href="https://blog.example/"/>
			<entry><id>1</id><title type="html">Hack &amp;amp; loss</title><link rel="self" href="https://blog.example/x"/><link href="https://blog.example/1"/>
			<author><name>ada</name><title>no</title></author><content type="xhtml"><div>All <b>is</b> lost</div></content></entry>
			<entry><title>Second</title><id> 2 </id></entry></feed>`,
		"RDF": `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel/>
			<item><guid>1</guid><title>Hack &amp; loss</title><link>https://blog.example/1</link><description>All is lost</description></item><item><guid>2</guid><title>Second</title></item></rdf:RDF>`,
		"JSON Feed": "\xef\xbb\xbf" + `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"Hack & loss","url":"https://blog.example/1","content_html":"<p>All is lost</p>"},{"id":2,"title":"Second"}]}`,
		"Latin-1":   "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rss><item><guid>1</guid><title>Hack &amp; loss</title><link>https://blog.example/1</link><description>All is lost</description></item><item><guid>2</guid><title>Second</title></item></rss>",
	} {
		list, err := readFeed([]byte(text))
		if got := told(list); err != nil || got != want {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}

func TestAnEmptyFeedIsOne(t *testing.T) {
	for _, text := range []string{`<rss><channel/></rss>`, `<feed/>`, `{"version":"https://jsonfeed.org/version/1","items":[]}`} {
		if list, err := readFeed([]byte(text)); err != nil || len(list) != 0 {
			t.Errorf("%s: %v %v", text, list, err)
		}
	}
}

func TestWhatIsNoFeed(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "a page": "<!doctype html><html><body>Not found</body></html>", "JSON": `{"items":[]}`, "half": "<rss><item><title>a",
		"two":     "<rss></rss><rss></rss>",
		"nesting": "<rss>" + strings.Repeat("<a>", 1_000_000),
	} {
		if list, err := readFeed([]byte(text)); err == nil {
			t.Errorf("%s: %v", name, list)
		}
	}
}

func TestABombOfEntitiesDoesNotGrow(t *testing.T) {
	bomb := `<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]><rss><item><guid>1</guid><title>&b;&c;</title></item></rss>`
	list, err := readFeed([]byte(bomb))
	if err == nil && (len(list) != 1 || len(list[0].Title) > 20 || strings.Contains(list[0].Title, "root")) {
		t.Errorf("%v %v", list, err)
	}
	many := "<rss>" + strings.Repeat("<item><title>x</title></item>", 100_000) + "</rss>"
	if list, err := readFeed([]byte(many)); err != nil || len(list) != maxEntries {
		t.Errorf("%d entries, %v", len(list), err)
	}
	long := "<rss><item><title>" + strings.Repeat("x<b/>", 500_000) + "</title></item></rss>"
	if list, err := readFeed([]byte(long)); err != nil || len(list[0].Title) > 2*maxText {
		t.Errorf("%v", err)
	}
}

func FuzzFeed(f *testing.F) {
	f.Add([]byte(`<rss><item><guid>1</guid><title>a &lt;b&gt;</title></item></rss>`))
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1","items":[{"id":{}}]}`))
	f.Add([]byte(`<feed><entry><link href="x"/></entry></feed>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if list, err := readFeed(b); err == nil && len(list) > maxEntries {
			t.Error("too many entries")
		}
	})
}
