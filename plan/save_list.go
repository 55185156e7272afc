package plan

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// item is one item of a list, which may go on in several files.
type item struct {
	entry
	n    int // its number within the entry
	node *yaml.Node
	keep bool
}

// list changes a list item by item and reports whether it can; if not, nothing has changed.
func (s *saver) list(at []entry, old, now reflect.Value) bool {
	var items []item
	for _, e := range at {
		if e.value.Kind != yaml.SequenceNode {
			return false
		}
		if e.value.Style&yaml.FlowStyle != 0 && !e.flow() {
			if row, ok := flowList(now); !ok || utf8.RuneCountInString(row)+e.value.Column > wide+20 {
				return false // it has become too long for one line
			}
		}
		for n, node := range e.value.Content {
			items = append(items, item{e, n, node, false})
		}
	}
	from := match(old, now)
	if len(items) != old.Len() || !slices.ContainsFunc(from, func(i int) bool { return i >= 0 }) {
		return false
	}
	for _, i := range from {
		if i >= 0 {
			items[i].keep = true
		}
	}
	last := -1
	for j := 0; j < len(from); j++ {
		if i := from[j]; i >= 0 {
			last = i
			if !same(old.Index(i), now.Index(j)) {
				s.item(items[i], old.Index(i), now.Index(j))
			}
			continue
		}
		run := j
		for j+1 < len(from) && from[j+1] < 0 {
			j++
		}
		if last >= 0 {
			items[last].addAfter(now.Slice(run, j+1))
		} else {
			items[from[j+1]].addBefore(now.Slice(run, j+1))
		}
	}
	s.drop(items)
	return true
}

// drop takes out the items that are not kept, and the key where none is left in its file.
func (s *saver) drop(items []item) {
	for i := 0; i < len(items); {
		next := i
		for next < len(items) && items[next].value == items[i].value {
			next++
		}
		own := items[i:next]
		if !slices.ContainsFunc(own, func(it item) bool { return it.keep }) {
			own[0].remove()
		} else {
			for n, it := range own {
				if !it.keep {
					it.drop(own, n)
				}
			}
		}
		i = next
	}
}

// item changes one item within what stands there.
func (s *saver) item(it item, old, now reflect.Value) {
	if text, ok := single(now); ok {
		it.setText(it.node, now, text, it.value.Column-1, it.flow())
		return
	}
	s.things([]holder{{it.written, it.node}}, old, now)
}

// flow reports whether the list stands within brackets.
func (it item) flow() bool { return it.value.Style&yaml.FlowStyle != 0 }

// in is how far the list stands in.
func (it item) in() int { return it.value.Column - 1 }

// top is the offset of the line at which an item begins, with the comments right above it.
func (it item) top() int {
	line := it.lineStart(it.start(it.node))
	for line > 0 && !strings.HasPrefix(strings.TrimLeft(it.text[line:it.lineEnd(line)], " "), "-") {
		line = it.lineStart(line - 1)
	}
	return it.above(line)
}

// apart reports whether the items of the list are set apart by blank lines.
func (it item) apart(fresh [][]byte) bool {
	list := it.value.Content
	if len(list) == 1 {
		return spacious(fresh)
	}
	it.node = list[len(list)-1]
	top := it.top()
	return top > 0 && it.blank(top-1)
}

// addAfter writes new items behind one.
func (it item) addAfter(now reflect.Value) {
	if it.flow() {
		at := it.end(it.node, 0)
		it.replace(at, at, ", "+strings.Join(flowItems(now), ", "))
		return
	}
	fresh := itemsOf(it.in(), now)
	gap := ""
	if it.apart(fresh) {
		gap = "\n"
	}
	it.insert(it.after(it.end(it.node, it.in())), gap+string(bytes.Join(fresh, []byte(gap))))
}

// addBefore writes new items in front of one.
func (it item) addBefore(now reflect.Value) {
	if it.flow() {
		at := it.start(it.node)
		it.replace(at, at, strings.Join(flowItems(now), ", ")+", ")
		return
	}
	fresh := itemsOf(it.in(), now)
	gap := ""
	if it.apart(fresh) {
		gap = "\n"
	}
	it.insert(it.top(), string(bytes.Join(fresh, []byte(gap)))+gap)
}

// drop takes an item out, with the comments right above it. own are all items of its list in this file.
func (it item) drop(own []item, n int) {
	follows := slices.ContainsFunc(own[:n], func(o item) bool { return o.keep })
	switch {
	case !it.flow():
		it.removeLines(it.top(), it.after(it.end(it.node, it.in())), !follows)
	case follows:
		it.replace(it.end(own[n-1].node, 0), it.end(it.node, 0), "")
	default: // one that is kept follows
		it.replace(it.start(it.node), it.start(own[n+1].node), "")
	}
}

func flowItems(v reflect.Value) []string {
	var words []string
	for i := range v.Len() {
		words = append(words, flowAny(v.Index(i)))
	}
	return words
}
