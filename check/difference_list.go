package check

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// compareThings compares lists of things: those with an id by it, the others by what they are most likely to be.
func (c *contrast) compareThings(r rule, old, new reflect.Value, at spot) {
	if old.Len() == 0 && new.Len() == 0 {
		return
	}
	pairs := matched(old, new)
	for _, p := range pairs {
		v := p.new
		if !v.IsValid() {
			v = p.old
		}
		owner := at.name
		if owner == planName {
			owner = ""
		}
		here := spot{path: at.path + "[" + p.label + "]", name: thingName(v, owner), of: at.name}
		if p.old.IsValid() && p.new.IsValid() {
			c.compareThing(p.old, p.new, here)
			continue
		}
		d := delta{old: p.old, new: p.new, oldText: whole(p.old), newText: whole(p.new), at: here}
		if r.more == "" {
			r.more = "{Thing} is new."
		}
		if r.less == "" {
			r.less = "{Thing} is no more."
		}
		c.note(r, suffixOf(d), d)
	}
	if !r.ordered {
		return
	}
	both := slices.DeleteFunc(pairs, func(p pair) bool { return !p.old.IsValid() || !p.new.IsValid() })
	turned := slices.Clone(both)
	slices.SortStableFunc(turned, func(a, b pair) int { return cmp.Compare(a.newAt, b.newAt) })
	if !slices.EqualFunc(both, turned, func(a, b pair) bool { return a.oldAt == b.oldAt }) {
		c.noteOrder(r, at, shown(both), shown(turned))
	}
}

func shown(pairs []pair) string {
	var texts []string
	for _, p := range pairs {
		if text := label(p.new); p.new.FieldByName("ID").IsValid() {
			texts = append(texts, text)
		} else {
			texts = append(texts, whole(p.new))
		}
	}
	return strings.Join(texts, ", ")
}

// pair is the same thing in two plans; one of the two is invalid where only one plan holds it.
type pair struct {
	old, new     reflect.Value
	oldAt, newAt int
	label        string // its place in the list: its id, or its position in the plan that holds it
}

// named is the name by which a list goes whose things have no id, but names that are unique.
func (p pair) named() (string, bool) {
	v := p.new
	if !v.IsValid() {
		v = p.old
	}
	return textOf(v.FieldByName("Name")), v.Type().Name() == "Attachment"
}

// matched pairs the things of two lists, in the order of the old list, with what is new behind: by their ids; or those that
// say the same, then those that go by the same label, in order.
func matched(old, new reflect.Value) []pair {
	pairs := make([]pair, old.Len(), old.Len()+new.Len())
	used := make([]bool, new.Len())
	_, known := old.Type().Elem().FieldByName("ID")
	keys := []func(reflect.Value) string{whole, label}
	if known {
		keys = []func(reflect.Value) string{label}
	}
	for i := range pairs {
		pairs[i] = pair{old: old.Index(i), oldAt: i, newAt: -1}
	}
	for _, key := range keys {
		at := map[string][]int{}
		for j := range used {
			if !used[j] {
				at[key(new.Index(j))] = append(at[key(new.Index(j))], j)
			}
		}
		for i := range pairs {
			if pairs[i].new.IsValid() {
				continue
			}
			k := key(pairs[i].old)
			if free := at[k]; len(free) > 0 {
				pairs[i].new, pairs[i].newAt, used[free[0]], at[k] = new.Index(free[0]), free[0], true, free[1:]
			}
		}
	}
	for j := range used {
		if !used[j] {
			pairs = append(pairs, pair{new: new.Index(j), oldAt: -1, newAt: j})
		}
	}
	for i := range pairs {
		p := &pairs[i]
		switch {
		case !known && p.new.IsValid():
			p.label = strconv.Itoa(p.newAt)
		case !known:
			p.label = strconv.Itoa(p.oldAt)
		case p.new.IsValid():
			p.label = label(p.new)
		default:
			p.label = label(p.old)
		}
		if name, ok := p.named(); ok {
			p.label = name
		}
	}
	return pairs
}

// label is what a thing goes by in its list.
func label(v reflect.Value) string {
	for _, key := range []string{"ID", "What", "Kind", "Name", "Answer", "For", "Person", "About"} {
		if f := v.FieldByName(key); f.IsValid() {
			return textOf(f)
		}
	}
	return "" // rules of the escalation go by nothing
}
