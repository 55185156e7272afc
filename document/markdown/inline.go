package markdown

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxURL is how long the address of a link may be; a bracket opened and never closed is not looked for further.
const maxURL = 2048

var (
	bareURL  = regexp.MustCompile(`^(?:https?://|mailto:)[^\s<>"'|\x60]+`)
	autolink = regexp.MustCompile(`^<((?:https?://|mailto:)[^\s<>]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)>`)
	href     = regexp.MustCompile(`(?i)\bhref\s*=\s*["'{]*([^"'}\s>]+)`)
	jsxSpace = regexp.MustCompile(`^\{\s*["']\s*["']\s*\}`)
)

// inlines takes the markup off one text, in one pass.
type inlines struct {
	src    string
	refs   map[string]string
	closed map[string]bool // names of the tags that the text closes
	pair   map[int]int     // closing bracket of an opening one
	drop   map[int]int     // bytes to leave out: emphasis marks that have a partner
	ends   map[int]int     // closing bracket of a link: where its address ends

	out   strings.Builder
	links []Link
	open  *Link // the link whose text is being written
	from  int   // where its text begins in out
	outer int   // the bracket that closes it
}

// inline is the text without its markup, and its links.
func (r *reader) inline(src string) (string, []Link) {
	if !strings.ContainsAny(src, "\\`*_[]<&{:") {
		return src, nil
	}
	t := &inlines{src: src, refs: r.refs, ends: map[int]int{}}
	t.brackets()
	t.emphasis()
	if strings.Contains(src, "</") {
		t.closed = map[string]bool{}
		for _, m := range closeTag.FindAllStringSubmatch(src, -1) {
			t.closed[m[1]] = true
		}
	}
	for i := 0; i < len(src); {
		i = t.step(i)
	}
	text := strings.ReplaceAll(t.out.String(), "\u00a0", " ")
	return strings.TrimSpace(text), t.links
}

// step writes what stands at i and answers where to go on.
func (t *inlines) step(i int) int {
	s := t.src
	if n := t.drop[i]; n > 0 {
		return i + n
	}
	switch c := s[i]; c {
	case '\\':
		if i+1 < len(s) && punctuation(s[i+1]) {
			t.out.WriteByte(s[i+1])
			return i + 2
		}
		if i+1 < len(s) && s[i+1] == '\n' {
			return i + 1
		}
	case '`':
		if n, end := t.code(i); end > 0 {
			t.out.WriteString(strings.TrimSpace(s[i+n : end]))
			return end + n
		}
	case '!':
		if i+1 < len(s) && s[i+1] == '[' {
			if next, ok := t.link(i + 1); ok {
				return next
			}
		}
	case '[':
		if next, ok := t.link(i); ok {
			return next
		}
	case ']':
		if end, ok := t.ends[i]; ok {
			if i == t.outer {
				t.shut()
			}
			return end
		}
	case '<':
		if next, ok := t.angle(i); ok {
			return next
		}
	case '&':
		if end := strings.IndexByte(s[i:min(len(s), i+32)], ';'); end > 0 {
			t.out.WriteString(html.UnescapeString(s[i : i+end+1]))
			return i + end + 1
		}
	case '{':
		if m := jsxSpace.FindString(s[i:min(len(s), i+12)]); m != "" {
			t.out.WriteByte(' ')
			return i + len(m)
		}
		if strings.HasPrefix(s[i:], "{/*") {
			if end := strings.Index(s[i:min(len(s), i+maxURL)], "*/}"); end > 0 {
				return i + end + 3
			}
		}
	case 'h', 'm':
		if t.open == nil && (strings.HasPrefix(s[i:], "http") || strings.HasPrefix(s[i:], "mailto:")) {
			if m := bareURL.FindString(s[i:min(len(s), i+maxURL)]); m != "" {
				m = strings.TrimRight(m, ".,;:!?)]*_")
				t.links = append(t.links, Link{Text: m, URL: m})
				t.out.WriteString(m)
				return i + len(m)
			}
		}
	}
	t.out.WriteByte(s[i])
	return i + 1
}

func punctuation(c byte) bool {
	return c < utf8.RuneSelf && (unicode.IsPunct(rune(c)) || unicode.IsSymbol(rune(c)))
}

// code finds the end of the code that begins at i: the length of its marks and where the closing ones begin. The search is
// bounded, so that many marks without partner cost no more than the text is long.
func (t *inlines) code(i int) (n, end int) {
	s := t.src
	for i+n < len(s) && s[i+n] == '`' {
		n++
	}
	limit := min(len(s), i+n+maxURL)
	for j := i + n; j < limit; {
		if s[j] != '`' {
			j++
			continue
		}
		k := j
		for k < len(s) && s[k] == '`' {
			k++
		}
		if k-j == n {
			return n, j
		}
		j = k
	}
	return n, 0
}

// angle reads what stands in angle brackets: an address, a comment, a tag; a placeholder stays.
func (t *inlines) angle(i int) (next int, ok bool) {
	s := t.src[i:min(len(t.src), i+maxURL)]
	if m := autolink.FindStringSubmatch(s); m != nil {
		url := m[1]
		if !strings.Contains(url, ":") {
			url = "mailto:" + url
		}
		t.links = append(t.links, Link{Text: m[1], URL: url})
		t.out.WriteString(m[1])
		return i + len(m[0]), true
	}
	if strings.HasPrefix(s, "<!--") {
		if end := strings.Index(s, "-->"); end > 0 {
			return i + end + 3, true
		}
		return 0, false
	}
	end := strings.IndexByte(s, '>')
	if end < 0 {
		return 0, false
	}
	m := tag.FindStringSubmatch(s[:end+1])
	if m == nil || len(m[0]) != end+1 {
		return 0, false
	}
	name, closing := strings.ToLower(m[1]), s[1] == '/'
	if !htmlName(name) && !component(m[1], m[2], m[3], closing, t.closed[m[1]]) {
		return 0, false
	}
	switch name {
	case "br", "p", "li", "div", "tr", "summary", "details", "td", "th":
		if text := t.out.String(); text != "" && text[len(text)-1] != '\n' {
			t.out.WriteByte('\n')
		}
	case "a":
		if closing {
			t.shut()
		} else if h := href.FindStringSubmatch(m[2]); h != nil && t.open == nil {
			t.open, t.from = &Link{URL: h[1]}, t.out.Len()
		}
	}
	return i + end + 1, true
}

// htmlLinks lists the addresses that tags lead to.
func htmlLinks(s string) []Link {
	var links []Link
	for _, m := range href.FindAllStringSubmatch(s, -1) {
		links = append(links, Link{URL: m[1]})
	}
	return links
}

func plainEntities(s string) string { return html.UnescapeString(s) }
