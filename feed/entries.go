package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"tocsin/feed/target"
)

const (
	maxEntries = 500 // of one answer; those behind are old
	maxNesting = 100
	maxText    = 64 << 10 // bytes of one entry
)

var errFeed = errors.New("it is no feed: neither RSS nor Atom nor JSON Feed")

// readFeed reads RSS, Atom and JSON Feed. Entries come as they stand, the newest first by custom.
func readFeed(body []byte) ([]target.Entry, error) {
	if b := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), " \t\r\n"); len(b) > 0 && b[0] == '{' {
		return readJSONFeed(b)
	}
	return readXMLFeed(body)
}

func readJSONFeed(b []byte) ([]target.Entry, error) {
	var f struct {
		Version string `json:"version"`
		Items   []struct {
			ID      any    `json:"id"`
			URL     string `json:"url"`
			Link    string `json:"external_url"`
			Title   string `json:"title"`
			Text    string `json:"content_text"`
			HTML    string `json:"content_html"`
			Summary string `json:"summary"`
		} `json:"items"`
	}
	if err := json.Unmarshal(b, &f); err != nil || !strings.HasPrefix(f.Version, "https://jsonfeed.org/version/") {
		return nil, errFeed
	}
	list := make([]target.Entry, 0, min(len(f.Items), maxEntries))
	for _, i := range f.Items[:min(len(f.Items), maxEntries)] {
		id, _ := i.ID.(string)
		if id == "" && i.ID != nil {
			if n, err := json.Marshal(i.ID); err == nil {
				id = string(n)
			}
		}
		link := i.URL
		if link == "" {
			link = i.Link
		}
		list = append(list, target.Entry{ID: id, Title: bare(i.Title), Link: link, Text: bare(short(i.Summary + "\n" + i.Text + "\n" + i.HTML))})
	}
	return list, nil
}

// readXMLFeed walks over the elements; nothing is built that an answer could make large, and entities of its own are not
// known.
func readXMLFeed(body []byte) ([]target.Entry, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = charset.NewReaderLabel
	d.Entity = xml.HTMLEntity
	d.Strict = false
	var list []target.Entry
	var entry *draft
	var path []string
	inside := 0 // depth of the entry's own element
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) && len(path) == 0 && list != nil {
			return list, nil
		}
		if err != nil {
			return nil, errFeed
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			name := strings.ToLower(tok.Name.Local)
			if len(path) == 0 {
				if name != "rss" && name != "feed" && name != "rdf" || list != nil {
					return nil, errFeed
				}
				list = []target.Entry{}
			}
			if path = append(path, name); len(path) > maxNesting {
				return nil, errFeed
			}
			switch {
			case entry == nil && (name == "item" || name == "entry"):
				if len(list) == maxEntries {
					return list, nil
				}
				entry, inside = &draft{}, len(path)
			case entry != nil && len(path) == inside+1 && name == "link" && leads(tok):
				if href := valueOf(tok, "href"); href != "" {
					entry.link = []byte(short(href))
				}
			}
		case xml.EndElement:
			if len(path) == 0 {
				return nil, errFeed
			}
			if entry != nil && len(path) == inside {
				list, entry = append(list, entry.done()), nil
			}
			path = path[:len(path)-1]
		case xml.CharData:
			if entry != nil && len(path) > inside {
				entry.put(path[inside], tok)
			}
		}
	}
}

// draft is an entry being read.
type draft struct{ id, title, link, text []byte }

// put adds a text to an entry, by the element that it stands in.
func (e *draft) put(element string, text []byte) {
	var to *[]byte
	switch element {
	case "guid", "id":
		to = &e.id
	case "title":
		to = &e.title
	case "link":
		to = &e.link
	case "description", "summary", "content", "encoded":
		to = &e.text
	default:
		return
	}
	*to = append(*to, text[:min(len(text), maxText-len(*to))]...)
}

func (e *draft) done() target.Entry {
	return target.Entry{ID: strings.TrimSpace(string(e.id)), Title: bare(string(e.title)), Link: strings.TrimSpace(string(e.link)), Text: bare(string(e.text))}
}

// leads reports whether a link of an entry leads to the entry itself.
func leads(e xml.StartElement) bool {
	rel := valueOf(e, "rel")
	return rel == "" || rel == "alternate"
}

func valueOf(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func short(s string) string { return s[:min(len(s), maxText)] }

// bare is a text without its tags.
func bare(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	for z := html.NewTokenizer(strings.NewReader(s)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.TextToken:
			b.Write(z.Text())
		default:
			b.WriteByte(' ')
		}
	}
}
