package markdown

import (
	"regexp"
	"strings"
)

// reader goes through the lines of a document once. What a block may look ahead for (the end of a fence, of a comment) it
// either finds and consumes, or never looks for again.
type reader struct {
	lines  []string
	at     int // the next line
	blocks []Block

	afterBlank bool    // a blank line stands before the next line
	list       []level // the list items that are open
	quoted     bool    // the open list stands in a quotation
	ordered    []bool  // the HTML lists that are open
	folds      []fold  // the parts that fold that are open
	callouts   int     // the call-outs that are open
	heading    int     // level of the last heading outside folds

	refs  map[string]string // link references by their lower-case label
	close map[string]int    // the last line that holds a closing tag, by its name
	none  map[string]bool   // ends looked for and not found in the rest of the document
	tried int               // up to here an HTML block was looked for and found to be none
	cells int
	full  bool // more cells than may be
}

// level is an open list item.
type level struct{ marker, content int }

// fold is an open part that folds.
type fold struct {
	name  string // of the tag that closes it, as it stands behind </ or {% end
	level int    // of the heading that is its summary
}

var (
	refLine  = regexp.MustCompile(`^ {0,3}\[([^\]^][^\]]*)\]:\s+<?(\S+?)>?(\s+["'(].*)?$`)
	closeTag = regexp.MustCompile(`</([A-Za-z][\w.-]*)\s*>|\{%-?\s*end([a-z]+)`)
)

// survey notes what later lines say about earlier ones: where references lead and which tags are ever closed.
func (r *reader) survey() {
	r.close = map[string]int{}
	for i, line := range r.lines {
		if strings.Contains(line, "]:") {
			if m := refLine.FindStringSubmatch(line); m != nil {
				if label := strings.ToLower(m[1]); r.refs[label] == "" {
					r.refs[label] = m[2]
				}
			}
		}
		if strings.Contains(line, "</") || strings.Contains(line, "{%") {
			for _, m := range closeTag.FindAllStringSubmatch(line, -1) {
				r.close[strings.ToLower(m[1]+m[2])] = i
			}
		}
	}
}

// block reads the next block, or skips a blank line.
func (r *reader) block() {
	if Blank(r.lines[r.at]) {
		r.afterBlank = true
		r.at++
		return
	}
	l := r.line(r.at)
	if l.text == "" {
		r.hollow()
		return
	}
	r.settle(l)
	switch {
	case r.frontMatter():
	case r.fence(l):
	case r.dialect(l):
	case r.html(l):
	case r.headed(l):
	case rule.MatchString(l.text):
		r.list = nil
		r.emit(Block{Kind: Rule, Quote: l.quote}, r.at+1)
	case r.table(l):
	case r.item(l):
	case r.indented(l):
	default:
		r.paragraph(l)
	}
	r.afterBlank = false
}

// hollow takes the lines of a quotation that hold nothing but its mark: they belong to what stands before them in it.
func (r *reader) hollow() {
	next := r.at + 1
	for next < len(r.lines) && !Blank(r.lines[next]) && r.line(next).text == "" {
		next++
	}
	r.afterBlank = true
	if n := len(r.blocks); n > 0 && r.blocks[n-1].Quote && r.blocks[n-1].To == r.at {
		last := &r.blocks[n-1]
		last.Raw += "\n" + strings.Join(r.lines[r.at:next], "\n")
		last.To, r.at = next, next
		return
	}
	r.emit(Block{Kind: Markup, Quote: true}, next)
}

// settle closes the list items that a line no longer belongs to.
func (r *reader) settle(l line) {
	if l.quote != r.quoted && l.outer < 2 {
		r.list = nil
	}
	r.quoted = l.quote
	if _, ok := l.mark(); ok && l.indent < r.content()+4 {
		return // an item finds its own place
	}
	for len(r.list) > 0 && l.outer+l.indent < r.list[len(r.list)-1].marker+2 {
		if !r.afterBlank && fenceLine.MatchString(l.text) {
			return // people forget to indent the code of a step
		}
		r.list = r.list[:len(r.list)-1]
	}
}

// content is the column where the text of the open list item begins, 0 outside lists.
func (r *reader) content() int {
	if len(r.list) == 0 {
		return 0
	}
	return r.list[len(r.list)-1].content
}

// emit appends a block that takes the lines up to another, and closes the folds that they close.
func (r *reader) emit(b Block, next int) {
	b.From, b.To = r.at+1, next
	b.Raw = strings.Join(r.lines[r.at:next], "\n")
	b.Quote = b.Quote || r.callouts > 0
	b.Fold = len(r.folds)
	if b.Kind != Item {
		b.In = len(r.list)
	}
	if b.Kind == Paragraph && b.Text == "" {
		b.Kind = Markup
	}
	r.blocks = append(r.blocks, b)
	r.at = next
	if b.Kind == Code || b.Kind == FrontMatter || len(r.folds) == 0 {
		return
	}
	for _, m := range closeTag.FindAllStringSubmatch(b.Raw, -1) {
		for i := len(r.folds) - 1; i >= 0; i-- {
			if strings.EqualFold(r.folds[i].name, m[1]+m[2]) {
				r.folds = r.folds[:i]
				break
			}
		}
	}
}

// summary emits the heading of a part that folds, which the tag of that name will close. A tag that is never closed folds
// nothing.
func (r *reader) summary(name, text string, links []Link, next int) {
	at := r.heading + 1
	if n := len(r.folds); n > 0 {
		at = r.folds[n-1].level + 1
	}
	at = min(at, 6)
	if last, ok := r.close[strings.ToLower(name)]; ok && last >= r.at && len(r.folds) < maxDepth {
		r.folds = append(r.folds, fold{name: name, level: at})
	}
	r.emit(Block{Kind: Heading, Level: at, Text: text, Links: links}, next)
}

// until finds the line from one on that holds an end, and the line behind it; it looks for an end that is not there only
// once.
func (r *reader) until(from int, end string) (next int, ok bool) {
	if r.none[end] {
		return 0, false
	}
	for i := from; i < len(r.lines); i++ {
		if strings.Contains(r.lines[i], end) {
			return i + 1, true
		}
	}
	r.none[end] = true
	return 0, false
}
