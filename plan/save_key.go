package plan

import (
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"
)

// holder is a place where keys of a thing stand.
type holder struct {
	*written
	value *yaml.Node
}

// entry is a key with its value.
type entry struct {
	pair
	holder holder
	*written
}

// entries finds a key. A document holds it once; sections may be continued by other files.
func (h holder) entries(key string) []entry {
	var found []entry
	pairs, _ := mapping(h.value)
	for _, kv := range pairs {
		if kv.key.Value == key {
			found = append(found, entry{kv, h, h.written})
		}
	}
	return found
}

// flow reports whether the key stands within brackets.
func (e entry) flow() bool { return e.holder.value.Style&yaml.FlowStyle != 0 }

// stop is the offset behind the value.
func (e entry) stop() int { return e.end(e.value, e.key.Column-1) }

// add writes a new key, behind the last of those that come before it in the model; apart sets it off by a blank line.
func (h holder) add(known []field, f field, now reflect.Value, apart bool) {
	pairs, _ := mapping(h.value)
	before := -1
	for i, kv := range pairs {
		if k, ok := fieldOf(known, kv.key.Value); ok && k.index < f.index {
			before = i
		}
	}
	if h.value.Style&yaml.FlowStyle != 0 {
		text := quoteKey(f.key) + ": " + flowAny(now)
		switch {
		case len(pairs) == 0:
			h.replace(h.start(h.value)+1, h.start(h.value)+1, text)
		case before < 0:
			at := h.start(pairs[0].key)
			h.replace(at, at, text+", ")
		default:
			at := h.end(pairs[before].value, 0)
			h.replace(at, at, ", "+text)
		}
		return
	}
	in := h.value.Column - 1
	text := string(appendPair(nil, in, f, now))
	first := h.start(pairs[0].key)
	line := h.lineStart(first)
	if before < 0 && strings.Trim(h.text[line:first], " ") == "" {
		if apart {
			text += "\n"
		}
		h.insert(h.above(line), text)
		return
	}
	if apart {
		text = "\n" + text
	}
	h.insert(h.after(h.end(pairs[max(before, 0)].value, in)), text)
}

// remove takes a key out, with its value and the comments right above it.
func (e entry) remove() {
	pairs, _ := mapping(e.holder.value)
	i := 0
	for pairs[i].key != e.key {
		i++
	}
	start := e.start(e.key)
	line := e.lineStart(start)
	switch {
	case e.flow() && i > 0:
		e.replace(e.end(pairs[i-1].value, 0), e.stop(), "")
	case e.flow() && len(pairs) > 1:
		e.replace(start, e.start(pairs[1].key), "")
	case e.flow():
		e.replace(start, e.stop(), "")
	case strings.Trim(e.text[line:start], " ") == "":
		e.removeLines(e.above(line), e.after(e.stop()), false)
	case len(pairs) > 1: // behind the dash of a list: the next key takes its place
		e.replace(start, e.start(pairs[1].key), "")
	}
}

// rewrite writes a key anew where it stands.
func (e entry) rewrite(f field, now reflect.Value) {
	start := e.start(e.key)
	if e.flow() {
		e.replace(start, e.stop(), quoteKey(f.key)+": "+flowAny(now))
		return
	}
	in := e.key.Column - 1
	text := strings.TrimSuffix(string(appendPair(nil, in, f, now)), "\n")
	e.replace(start, e.lineEnd(e.stop()), text[in:])
}

// setText replaces a single value and reports whether it is one. in is how far its key or dash stands in.
func (w *written) setText(n *yaml.Node, now reflect.Value, text string, in int, flow bool) bool {
	if n.Kind != yaml.ScalarNode {
		return false
	}
	start, end := w.start(n), w.end(n, in)
	fresh := style(text, now, in, n.Column-1, flow)
	text = clean(text)
	if now.Kind() == reflect.String && !strings.Contains(fresh, "\n") {
		switch { // as its authors quote
		case n.Style&yaml.SingleQuotedStyle != 0 && printable(text) && !strings.Contains(text, "'"):
			fresh = "'" + text + "'"
		case n.Style&yaml.DoubleQuotedStyle != 0 && !strings.HasPrefix(fresh, "'"):
			fresh = doubleQuote(text)
		}
	}
	comment := "" // that stands on the first line of what is replaced, or behind it
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		if _, c, ok := strings.Cut(w.text[start:w.lineEnd(start)], "#"); ok {
			comment = " #" + c
		}
	} else if strings.Contains(fresh, "\n") {
		comment = w.text[end:w.lineEnd(end)]
		end = w.lineEnd(end)
	}
	first, rest, block := strings.Cut(fresh, "\n")
	if first += comment; block {
		first += "\n" + rest
	}
	w.replace(start, end, first)
	return true
}
