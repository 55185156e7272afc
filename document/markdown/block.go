package markdown

import (
	"regexp"
	"strings"
)

var (
	atx = regexp.MustCompile(`^(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$`)
	// tightAtx is what people write who forget the space; one # may be a channel.
	tightAtx = regexp.MustCompile(`^(#{2,6})([^#\s].*?)#*[ \t]*$`)
)

// frontMatter reads the metadata at the top of a page.
func (r *reader) frontMatter() bool {
	if len(r.blocks) > 0 || r.at > 0 {
		return false
	}
	mark := strings.TrimRight(r.lines[0], " \t")
	if mark != "---" && mark != "+++" {
		return false
	}
	for i := 1; i < len(r.lines); i++ {
		if end := strings.TrimRight(r.lines[i], " \t"); end == mark || mark == "---" && end == "..." {
			r.emit(Block{Kind: FrontMatter, Text: strings.Join(r.lines[1:i], "\n")}, i+1)
			return true
		}
	}
	return false
}

// fence reads fenced code. One that is never closed ends at the next heading behind a blank line, so that a forgotten
// fence does not swallow the rest of a document.
func (r *reader) fence(l line) bool {
	m := fenceLine.FindStringSubmatch(l.text)
	if m == nil || m[1][0] == '`' && strings.Contains(m[2], "`") {
		return false
	}
	end, closed := r.fenceEnd(m[1])
	var code []string
	last := end
	if closed {
		last--
	}
	for i := r.at + 1; i < last; i++ {
		text := r.lines[i]
		if l.quote {
			text = r.line(i).body
		}
		code = append(code, dedent(text, l.indent))
	}
	r.emit(Block{Kind: Code, Text: strings.Join(code, "\n"), Language: strings.TrimSpace(m[2]), Quote: l.quote}, end)
	return true
}

// fenceEnd finds the line behind a fence that opens with a mark.
func (r *reader) fenceEnd(mark string) (next int, closed bool) {
	if !r.none[mark] {
		for i := r.at + 1; i < len(r.lines); i++ {
			if !strings.Contains(r.lines[i], mark) {
				continue
			}
			t := r.line(i).text
			if strings.HasPrefix(t, mark) && strings.Trim(t, mark[:1]) == "" {
				return i + 1, true
			}
		}
		r.none[mark] = true
	}
	for i := r.at + 2; i < len(r.lines); i++ {
		if Blank(r.lines[i-1]) && strings.HasPrefix(r.lines[i], "#") && atx.MatchString(r.lines[i]) {
			return i, false
		}
	}
	return len(r.lines), false
}

// headed reads a heading that begins with #.
func (r *reader) headed(l line) bool {
	level, text, ok := hashes(l)
	if !ok {
		return false
	}
	r.list = nil
	if n := len(r.folds); n > 0 {
		level = min(max(level, r.folds[n-1].level+1), 6)
	} else {
		r.heading = level
	}
	t, links := r.inline(text)
	r.emit(Block{Kind: Heading, Level: level, Text: t, Links: links, Quote: l.quote}, r.at+1)
	return true
}

func hashes(l line) (level int, text string, ok bool) {
	if !strings.HasPrefix(l.text, "#") || l.indent > 3 {
		return 0, "", false
	}
	m := atx.FindStringSubmatch(l.text)
	if m == nil {
		m = tightAtx.FindStringSubmatch(l.text)
	}
	if m == nil {
		return 0, "", false
	}
	return len(m[1]), m[2], true
}

// item reads one item of a list with the lines that continue its text.
func (r *reader) item(l line) bool {
	k, ok := l.mark()
	if !ok || r.afterBlank && l.indent >= r.content()+4 {
		return false
	}
	indent := l.outer + l.indent
	for len(r.list) > 0 && indent < r.list[len(r.list)-1].marker {
		r.list = r.list[:len(r.list)-1]
	}
	n := len(r.list)
	at := level{marker: indent, content: indent + max(k.width, 2)}
	if n > 0 && indent < r.list[n-1].marker+2 || n >= maxDepth {
		r.list[n-1] = at
	} else {
		r.list = append(r.list, at)
	}
	texts := []string{l.text[k.width:]}
	next := r.at + 1
	if texts[0] != "" || next < len(r.lines) && r.line(next).indent > l.indent {
		next = r.run(next, &texts)
	}
	text, links := r.inline(strings.TrimSpace(strings.Join(texts, "\n")))
	r.emit(Block{
		Kind: Item, Level: len(r.list) - 1, Text: text, Links: links, Quote: l.quote,
		Ordered: k.ordered, Number: k.number, Task: k.task, Done: k.done,
	}, next)
	return true
}

// run appends the lines that continue a text and answers the line behind them.
func (r *reader) run(next int, texts *[]string) int {
	for next < len(r.lines) && !Blank(r.lines[next]) {
		l := r.line(next)
		if r.interrupts(next, l) {
			break
		}
		*texts = append(*texts, l.text)
		next++
	}
	return next
}

// interrupts reports whether a line begins a block of its own though no blank line stands before it.
func (r *reader) interrupts(i int, l line) bool {
	if l.text == "" || l.quote && !r.quoted {
		return true
	}
	if _, _, ok := hashes(l); ok || rule.MatchString(l.text) || fenceLine.MatchString(l.text) {
		return true
	}
	if k, ok := l.mark(); ok && l.text[k.width:] != "" && (len(r.list) > 0 || !k.ordered || k.number <= 1 || r.counts(i, k.number)) {
		return true
	}
	return r.tableWidth(i) > 0 || markupLine(l) || htmlStart(l.text)
}

// counts reports whether a number at line i that stands directly under words is that of an item, as in a list that goes on
// at 10, rather than the end of a sentence: the words above have ended, or the next line counts on.
func (r *reader) counts(i, number int) bool {
	if number > 999 {
		return false
	}
	if i > 0 && strings.ContainsAny(lastOf(strings.TrimRight(r.lines[i-1], " \t*_")), ".:!?") {
		return true
	}
	if i+1 >= len(r.lines) || Blank(r.lines[i+1]) {
		return false
	}
	k, ok := r.line(i + 1).mark()
	return ok && k.ordered && k.number == number+1
}

// lastOf is the last byte of a text; empty if it has none.
func lastOf(s string) string { return s[max(0, len(s)-1):] }

// indented reads code that is indented.
func (r *reader) indented(l line) bool {
	if l.indent < r.content()+4 || !r.afterBlank && len(r.blocks) > 0 && r.blocks[len(r.blocks)-1].Kind == Item {
		return false
	}
	base := r.content() + 4
	next, end := r.at, r.at
	var code []string
	for ; next < len(r.lines); next++ {
		if Blank(r.lines[next]) {
			code = append(code, "")
			continue
		}
		n := r.line(next)
		if n.quote != l.quote || n.indent < base {
			break
		}
		code = append(code, dedent(n.body, base))
		end = next + 1
	}
	r.emit(Block{Kind: Code, Text: strings.TrimRight(strings.Join(code, "\n"), "\n"), Quote: l.quote}, end)
	return true
}

// paragraph reads a paragraph, or the heading that it is if a line across stands under it.
func (r *reader) paragraph(l line) {
	texts := []string{l.text}
	next := r.at + 1
	kind, level := Paragraph, 0
	for next < len(r.lines) && !Blank(r.lines[next]) {
		n := r.line(next)
		if underline.MatchString(n.text) && n.indent < 4 && n.quote == l.quote && len(r.list) == 0 {
			kind, level = Heading, 1
			if n.text[0] == '-' {
				level = 2
			}
			next++
			break
		}
		if r.interrupts(next, n) {
			break
		}
		texts = append(texts, n.text)
		next++
	}
	text, links := r.inline(strings.Join(texts, "\n"))
	if kind == Heading {
		if n := len(r.folds); n > 0 {
			level = min(max(level, r.folds[n-1].level+1), 6)
		} else {
			r.heading = level
		}
	}
	r.emit(Block{Kind: kind, Level: level, Text: text, Links: links, Quote: l.quote}, next)
}
