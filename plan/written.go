package plan

import (
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// written is a file of a plan as its authors wrote it, and what is to change in it.
type written struct {
	name  string
	raw   []byte // as it is
	text  string // as it is read: normal(raw)
	lines []int  // where each line of the text begins
	root  *yaml.Node
	edits []edit
}

// edit puts a text in the place of another one.
type edit struct {
	from, to int // offsets in the text
	text     string
}

func newWritten(name string, raw []byte) *written {
	w := &written{name: name, raw: raw, text: normal(raw), lines: []int{0}}
	for i := range len(w.text) {
		if w.text[i] == '\n' {
			w.lines = append(w.lines, i+1)
		}
	}
	return w
}

// start is the offset at which a node begins.
func (w *written) start(n *yaml.Node) int {
	at := w.lines[min(max(n.Line, 1), len(w.lines))-1]
	for range n.Column - 1 {
		if at >= len(w.text) || w.text[at] == '\n' {
			break
		}
		_, size := utf8.DecodeRuneInString(w.text[at:])
		at += size
	}
	return at
}

// end is the offset behind the last character of a node. in is how far the key or dash it belongs to stands in.
func (w *written) end(n *yaml.Node, in int) int {
	at := w.start(n)
	switch {
	case n.Kind != yaml.ScalarNode && n.Style&yaml.FlowStyle != 0:
		at++
		for _, c := range n.Content {
			at = w.end(c, in)
		}
		for at < len(w.text) && w.text[at] != ']' && w.text[at] != '}' {
			if w.text[at] == '#' {
				at = w.lineEnd(at)
			} else {
				at++
			}
		}
		return min(at+1, len(w.text))
	case n.Kind != yaml.ScalarNode:
		if len(n.Content) == 0 {
			return at
		}
		return w.end(n.Content[len(n.Content)-1], n.Column-1)
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return w.blockEnd(at, in)
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		return w.quoteEnd(at)
	}
	return w.plainEnd(at, n.Value)
}

// blockEnd finds the end of the text below a key: the last of the lines that stand further in than the key.
func (w *written) blockEnd(at, in int) int {
	end := w.lineEnd(at)
	deepest := 0 // how far in the text stands, once known
	for next := end + 1; next < len(w.text); {
		stop := w.lineEnd(next)
		line := w.text[next:stop]
		if strings.Trim(line, " ") != "" {
			stands := len(line) - len(strings.TrimLeft(line, " "))
			if deepest == 0 {
				deepest = stands
				if strings.ContainsAny(strings.SplitN(w.text[at:w.lineEnd(at)], " ", 2)[0], "123456789") {
					deepest = in + 1
				}
			}
			if stands <= in || stands < deepest {
				break
			}
			end = stop
		}
		next = stop + 1
	}
	return end
}

func (w *written) quoteEnd(at int) int {
	for i := at + 1; i < len(w.text); i++ {
		switch {
		case w.text[i] == '\\' && w.text[at] == '"':
			i++
		case w.text[i] == '\'' && w.text[at] == '\'' && i+1 < len(w.text) && w.text[i+1] == '\'':
			i++
		case w.text[i] == w.text[at]:
			return i + 1
		}
	}
	return len(w.text)
}

// plainEnd follows the words of a text without quotes, which may go on over several lines.
func (w *written) plainEnd(at int, value string) int {
	for _, word := range strings.Fields(value) {
		i := strings.Index(w.text[at:], word)
		if i < 0 {
			return at
		}
		at += i + len(word)
	}
	return at
}

// lineStart is the offset at which the line of an offset begins.
func (w *written) lineStart(at int) int { return strings.LastIndexByte(w.text[:at], '\n') + 1 }

// lineEnd is the offset of the end of its line, at the line end itself.
func (w *written) lineEnd(at int) int {
	if i := strings.IndexByte(w.text[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(w.text)
}

// after is the offset at which the line behind that of an offset begins.
func (w *written) after(at int) int { return min(w.lineEnd(at)+1, len(w.text)) }

// above is the offset at which the comments begin that stand right above a line, as far in as it does; of the lines at the
// top of the file none belongs to anything else than the file.
func (w *written) above(line int) int {
	margin := func(at int) string {
		s := w.text[at:w.lineEnd(at)]
		return s[:len(s)-len(strings.TrimLeft(s, " "))]
	}
	own, top := margin(line), w.start(w.root)
	from := line
	for from > 0 {
		before := w.lineStart(from - 1)
		if before < w.lineStart(top) || margin(before) != own || !strings.HasPrefix(w.text[before+len(own):], "#") {
			break
		}
		from = before
	}
	return from
}

// blank reports whether nothing stands in the line of an offset.
func (w *written) blank(at int) bool {
	return strings.TrimSpace(w.text[w.lineStart(at):w.lineEnd(at)]) == ""
}

// replace notes a change.
func (w *written) replace(from, to int, text string) {
	w.edits = append(w.edits, edit{from, to, text})
}

// insert puts whole lines at the beginning of a line.
func (w *written) insert(at int, lines string) {
	if at == len(w.text) && at > 0 && w.text[at-1] != '\n' {
		lines = "\n" + strings.TrimSuffix(lines, "\n")
	}
	w.replace(at, at, lines)
}

// removeLines takes whole lines out, and the blank lines behind them where they would stand beside others or, of the first
// item of a list, below its key.
func (w *written) removeLines(from, to int, first bool) {
	alone := first || from == 0 || w.blank(from-1)
	for alone && to < len(w.text) && w.blank(to) {
		to = w.after(to)
	}
	w.replace(from, to, "")
}

// bytes returns the file with all changes made. What does not change keeps its bytes.
func (w *written) bytes() []byte {
	if len(w.edits) == 0 {
		return w.raw
	}
	slices.SortStableFunc(w.edits, func(a, b edit) int { return a.from - b.from })
	place, end := w.origin()
	var b []byte
	at := 0
	for _, e := range w.edits {
		if e.from > at {
			b = append(b, w.raw[place(at):place(e.from)]...)
		}
		b = append(b, strings.ReplaceAll(e.text, "\n", end)...)
		at = max(at, e.to)
	}
	b = append(b, w.raw[place(at):]...)
	if place(0) > 0 {
		b = append(slices.Clone(w.raw[:place(0)]), b...)
	}
	return b
}

// origin tells where an offset in the text stands in the file as it is, and how its lines end.
func (w *written) origin() (place func(int) int, end string) {
	mark := len("\ufeff") * min(1, strings.Count(string(w.raw[:min(len(w.raw), 3)]), "\ufeff"))
	if !slices.Contains(w.raw, '\r') {
		return func(at int) int { return at + mark }, "\n"
	}
	places := make([]int, 0, len(w.text)+1)
	for i := mark; i < len(w.raw); i++ {
		places = append(places, i)
		if w.raw[i] == '\r' && i+1 < len(w.raw) && w.raw[i+1] == '\n' {
			i++
		}
	}
	places = append(places, len(w.raw))
	end = "\r\n"
	if !strings.Contains(string(w.raw), end) {
		end = "\r"
	}
	return func(at int) int { return places[at] }, end
}
