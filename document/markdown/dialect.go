package markdown

import (
	"regexp"
	"strings"
)

var (
	liquid    = regexp.MustCompile(`\{%.*?%\}`)
	liquidTag = regexp.MustCompile(`^\{%-?\s*([a-z]+)`)
	shortcode = regexp.MustCompile(`^\{\{[<%].*[>%]\}\}$`)
	attribute = regexp.MustCompile(`^\{[:.#][^}]*\}$|^\[\[?_?(?i:toc)_?\]?\]$`)
	alert     = regexp.MustCompile(`^\[!\w+\][+-]?$`)
	colons    = regexp.MustCompile(`^:{3,}\s*([A-Za-z]*)\s*(.*)$`)
	admonish  = regexp.MustCompile(`^(?:!!!|\?\?\?\+?)\s+([A-Za-z]+)\s*(.*)$`)
	module    = regexp.MustCompile(`^(import\s+(['"]|.*\sfrom\s+['"])|export\s+(default|const|let|var|function|async|\{|\*))`)
	titled    = regexp.MustCompile(`\b(?:title|label|summary|header|heading)\s*=\s*(?:"([^"]*)"|'([^']*)'|\{\s*["'` + "`" + `]([^}]*)["'` + "`" + `]\s*\})`)
)

// markupLine reports whether a line is markup of a site generator; it may interrupt a paragraph.
func markupLine(l line) bool {
	t := l.text
	switch t[0] {
	case '{':
		return onlyLiquid(t) || strings.HasPrefix(t, "{/*") || shortcode.MatchString(t) || attribute.MatchString(t)
	case ':':
		return strings.HasPrefix(t, ":::")
	case '[':
		return attribute.MatchString(t) || l.quote && alert.MatchString(t)
	}
	return false
}

func onlyLiquid(t string) bool {
	return strings.HasPrefix(t, "{%") && Blank(liquid.ReplaceAllString(t, ""))
}

// dialect reads the markup of site generators: MDX, Docusaurus, GitBook, Jekyll, Hugo, MkDocs.
func (r *reader) dialect(l line) bool {
	t := l.text
	switch {
	case strings.HasPrefix(t, "<!--"):
		return r.comment(t, "-->")
	case strings.HasPrefix(t, "{/*"):
		return r.comment(t, "*/}")
	case onlyLiquid(t):
		r.liquid(t)
	case strings.HasPrefix(t, ":::"):
		r.callout(t)
	case admonish.MatchString(t):
		m := admonish.FindStringSubmatch(t)
		text, links := r.inline(strings.Trim(m[2], `"`))
		r.emit(Block{Kind: Paragraph, Text: text, Links: links, Quote: true}, r.at+1)
	case module.MatchString(t) && l.indent == 0 && !l.quote:
		r.module()
	case refLine.MatchString(l.body), shortcode.MatchString(t), attribute.MatchString(t), l.quote && alert.MatchString(t):
		r.emit(Block{Kind: Markup, Quote: l.quote}, r.at+1)
	default:
		return false
	}
	return true
}

// comment reads a comment that stands alone on its lines.
func (r *reader) comment(t, end string) bool {
	if at := strings.Index(t, end); at >= 0 {
		if !Blank(t[at+len(end):]) {
			return false // text follows: the paragraph leaves the comment out
		}
		r.emit(Block{Kind: Markup}, r.at+1)
		return true
	}
	next, ok := r.until(r.at+1, end)
	if !ok {
		next = r.at + 1
	}
	r.emit(Block{Kind: Markup}, next)
	return true
}

// liquid reads a line of tags such as {% hint %}, {% tab title="…" %}, {% endhint %}.
func (r *reader) liquid(t string) {
	m := liquidTag.FindStringSubmatch(t)
	if m != nil {
		switch m[1] {
		case "hint":
			r.callouts++
		case "endhint":
			r.callouts = max(r.callouts-1, 0)
		default:
			if title := titled.FindStringSubmatch(t); title != nil && len(liquid.FindAllString(t, 2)) == 1 {
				text, links := r.inline(title[1] + title[2] + title[3])
				if text != "" {
					r.summary(m[1], text, links, r.at+1)
					return
				}
			}
		}
	}
	r.emit(Block{Kind: Markup}, r.at+1)
}

// callout reads the line that opens (":::danger Title") or closes (":::") a call-out.
func (r *reader) callout(t string) {
	m := colons.FindStringSubmatch(t)
	if m == nil || m[1] == "" && m[2] == "" {
		r.emit(Block{Kind: Markup}, r.at+1)
		r.callouts = max(r.callouts-1, 0)
		return
	}
	r.callouts++
	title := strings.TrimSpace(m[2])
	if strings.HasPrefix(title, "[") && strings.HasSuffix(title, "]") {
		title = title[1 : len(title)-1]
	}
	if strings.HasPrefix(title, "{") {
		title = ""
	}
	text, links := r.inline(title)
	r.emit(Block{Kind: Paragraph, Text: text, Links: links}, r.at+1)
}

// module reads imports and exports, up to the next blank line.
func (r *reader) module() {
	next := r.at + 1
	for next < len(r.lines) && !Blank(r.lines[next]) {
		if l := r.line(next); l.indent == 0 && (strings.HasPrefix(l.text, "#") || strings.HasPrefix(l.text, "<")) {
			break
		}
		next++
	}
	r.emit(Block{Kind: Markup}, next)
}
