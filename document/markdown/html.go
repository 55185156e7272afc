package markdown

import (
	"regexp"
	"strings"
)

// htmlTags are the elements of HTML that documents use; any other name in angle brackets is a placeholder such as <phone>,
// or a component if it begins with a capital and is closed or has attributes.
const htmlTags = " a abbr article aside b big blockquote body br button center cite code col colgroup dd del details div dl dt em " +
	"figcaption figure font footer h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label li link main mark meta nav ol p " +
	"picture pre q s samp script section small source span strike strong style sub summary sup svg table tbody td tfoot th thead time " +
	"title tr u ul var video wbr "

var (
	tag      = regexp.MustCompile(`</?([A-Za-z][\w.-]*)((?:\s+[^<>]*?)?)\s*(/?)>`)
	tagStart = regexp.MustCompile(`^</?([A-Za-z][\w.-]*)([\s/>]|$)`)
	htmlHead = regexp.MustCompile(`(?is)^<h([1-6])[^>]*>(.*?)</h[1-6]\s*>\s*$`)
	cellTag  = regexp.MustCompile(`(?is)<(/?)(tr|th|td|thead|tbody|table)(?:\s[^>]*)?>`)
)

func htmlName(name string) bool { return strings.Contains(htmlTags, " "+strings.ToLower(name)+" ") }

// component reports whether a tag is that of a page's component rather than a placeholder.
func component(name, attributes, slash string, closing, closed bool) bool {
	return name[0] >= 'A' && name[0] <= 'Z' && (closing || closed || slash != "" || strings.Contains(attributes, "="))
}

// htmlStart reports whether a line begins a block of HTML though no blank line stands before it.
func htmlStart(t string) bool {
	if t[0] != '<' {
		return false
	}
	m := tagStart.FindStringSubmatch(t)
	if m == nil {
		return strings.HasPrefix(t, "<!--")
	}
	return strings.Contains(" details summary table pre script style ul ol li div section h1 h2 h3 h4 h5 h6 p ", " "+strings.ToLower(m[1])+" ")
}

// html reads a line that begins with a tag.
func (r *reader) html(l line) bool {
	t := l.text
	if t[0] != '<' {
		return false
	}
	m := tagStart.FindStringSubmatch(t)
	if m == nil {
		return false
	}
	name, closing := strings.ToLower(m[1]), t[1] == '/'
	switch {
	case closing:
	case name == "details" || name == "summary":
		return r.details(name, t)
	case name == "table":
		return r.htmlTable()
	case name == "pre" || name == "script" || name == "style":
		return r.verbatim(name)
	case name == "ul" || name == "ol":
		if !strings.Contains(t, "</"+m[1]) {
			r.ordered = append(r.ordered[:min(len(r.ordered), maxDepth)], name == "ol")
		}
	case name == "li":
		return r.htmlItem(t)
	case len(name) == 2 && name[0] == 'h' && htmlHead.MatchString(t):
		h := htmlHead.FindStringSubmatch(t)
		return r.headed(line{text: strings.Repeat("#", int(h[1][0]-'0')) + " " + strings.Join(strings.Fields(h[2]), " "), quote: l.quote})
	}
	if closing && (name == "ul" || name == "ol") && len(r.ordered) > 0 {
		r.ordered = r.ordered[:len(r.ordered)-1]
	}
	return r.tags(l)
}

// tags reads lines that hold nothing but tags; one with a title is the heading of what it holds.
func (r *reader) tags(l line) bool {
	t, next := l.text, r.at+1
	for !strings.Contains(t, ">") && next < len(r.lines) && next < r.at+12 && !Blank(r.lines[next]) {
		t += " " + strings.TrimSpace(r.lines[next])
		next++
	}
	first := tag.FindStringSubmatch(t)
	if first == nil {
		return false
	}
	for _, m := range tag.FindAllStringSubmatch(t, -1) {
		_, closed := r.close[strings.ToLower(m[1])]
		if !htmlName(m[1]) && !component(m[1], m[2], m[3], strings.HasPrefix(m[0], "</"), closed) {
			return false
		}
	}
	rest := strings.TrimSpace(tag.ReplaceAllString(t, ""))
	if rest != "" {
		return false
	}
	title := titled.FindStringSubmatch(t)
	if title == nil || htmlName(first[1]) {
		if links := htmlLinks(t); len(links) > 0 {
			return false // a linked picture: the paragraph keeps its link
		}
		r.emit(Block{Kind: Markup, Quote: l.quote}, next)
		return true
	}
	text, links := r.inline(title[1] + title[2] + title[3])
	if first[3] == "/" || text == "" {
		r.emit(Block{Kind: Paragraph, Text: text, Links: append(links, htmlLinks(t)...), Quote: l.quote}, next)
		return true
	}
	r.summary(first[1], text, links, next)
	return true
}

// details reads the head of a part that folds: its tag and its summary, which may stand on several lines.
func (r *reader) details(name, t string) bool {
	lower := strings.ToLower(t)
	if name == "details" && !strings.Contains(lower, "<summary") {
		if strings.TrimSpace(tag.ReplaceAllString(t, "")) != "" {
			return false
		}
		r.emit(Block{Kind: Markup}, r.at+1)
		return true
	}
	if _, closed := r.close["summary"]; !closed {
		return false
	}
	next := r.at + 1
	whole := t
	for !strings.Contains(strings.ToLower(whole), "</summary") {
		if next >= len(r.lines) || next > r.at+6 {
			return false
		}
		whole += "\n" + r.line(next).text
		next++
	}
	lower = strings.ToLower(whole)
	from, to := strings.Index(lower, "<summary"), strings.Index(lower, "</summary")
	if from > to || len(lower) != len(whole) {
		return false
	}
	rest := whole[to:]
	if i := strings.IndexByte(rest, '>'); i >= 0 {
		rest = rest[i+1:]
	}
	if strings.TrimSpace(tag.ReplaceAllString(rest, "")) != "" {
		return false // its text stands on the same line: they are one paragraph
	}
	text, links := r.inline(strings.Join(strings.Fields(tag.ReplaceAllString(whole[from:to], " ")), " "))
	if text == "" {
		r.emit(Block{Kind: Markup}, next)
		return true
	}
	r.list = nil
	r.summary("details", text, links, next)
	return true
}

// verbatim reads <pre> as code, and scripts and styles as markup.
func (r *reader) verbatim(name string) bool {
	if r.at < r.tried {
		return false
	}
	next, ok := r.until(r.at, "</"+name)
	r.tried = next
	if !ok {
		return false
	}
	if rest := strings.TrimSpace(r.lines[next-1]); !strings.HasSuffix(rest, ">") {
		return false // text follows
	}
	if name != "pre" {
		r.emit(Block{Kind: Markup}, next)
		return true
	}
	text := strings.Join(r.lines[r.at:next], "\n")
	text = strings.Trim(plainEntities(tag.ReplaceAllString(text, "")), "\n")
	r.emit(Block{Kind: Code, Text: text}, next)
	return true
}

// htmlItem reads an item of an HTML list that stands on one line.
func (r *reader) htmlItem(t string) bool {
	text, links := r.inline(tag.ReplaceAllStringFunc(t, func(s string) string {
		if strings.HasPrefix(strings.ToLower(s), "<li") || strings.EqualFold(s, "</li>") {
			return ""
		}
		return s
	}))
	if strings.TrimSpace(text) == "" {
		return false
	}
	n := len(r.ordered)
	r.emit(Block{Kind: Item, Level: max(n-1, 0), Text: strings.TrimSpace(text), Links: links, Ordered: n > 0 && r.ordered[n-1]}, r.at+1)
	return true
}

// htmlTable reads a simple HTML table; one within another is left to be read as text.
func (r *reader) htmlTable() bool {
	if r.at < r.tried {
		return false
	}
	next, ok := r.until(r.at, "</table")
	if !ok {
		return false
	}
	r.tried = next
	b := Block{Kind: Table}
	var row []Cell
	open, from := false, 0
	at := r.at + 1
	text := strings.Join(r.lines[r.at:next], "\n")
	counted := 0
	closeCell := func(to int) {
		if open && len(row) < maxWidth {
			said := strings.TrimSpace(text[from:to])
			if !strings.Contains(said, "\n\n") { // else Markdown stands in it, line by line
				said = strings.Join(strings.Fields(said), " ")
			}
			t, links := r.inline(said)
			row = append(row, Cell{Text: strings.TrimSpace(t), Line: at, Links: links})
		}
		open = false
	}
	closeRow := func(to int) {
		closeCell(to)
		if len(row) > 0 && b.Header == nil {
			b.Header = row
		} else if len(row) > 0 {
			b.Rows = append(b.Rows, row)
		}
		row = nil
	}
	tables := 0
	for _, m := range cellTag.FindAllStringSubmatchIndex(text, -1) {
		closing, name := m[2] < m[3], strings.ToLower(text[m[4]:m[5]])
		switch {
		case name == "table" && !closing:
			tables++
		case name == "tr" || name == "table":
			closeRow(m[0])
		case name == "td" || name == "th":
			closeCell(m[0])
			if !closing {
				at += strings.Count(text[counted:m[1]], "\n")
				counted = m[1]
				open, from = true, m[1]
			}
		}
	}
	if tables != 1 || b.Header == nil || !Blank(tag.ReplaceAllString(text[strings.LastIndex(text, "</"):], "")) {
		return false
	}
	r.square(&b)
	r.emit(b, next)
	return true
}
