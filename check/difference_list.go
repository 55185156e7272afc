package check

import (
	"fmt"
	"reflect"
	"slices"
)

// compareThings compares lists of things: those with an id by it, the others by what they are most likely to be.
func (c *comparison) compareThings(r rule, old, new reflect.Value, at spot) {
	pairs := matched(old, new)
	for _, p := range pairs {
		v := p.new
		if !v.IsValid() {
			v = p.old
		}
		here := spot{path: fmt.Sprintf("%s[%s]", at.path, p.label), name: nameOf(v, at.name)}
		switch {
		case !p.new.IsValid():
			c.add(r.weight, r.effectOf(r.removed), r.code+"-removed", here.path, r.lost(here.name), whole(p.old), "")
		case !p.old.IsValid():
			c.add(r.weight, r.effectOf(r.added), r.code+"-added", here.path, r.got(here.name), "", whole(p.new))
		default:
			c.compareThing(p.old, p.new, here)
		}
	}
	if !r.ordered {
		return
	}
	var o, n []string
	for _, p := range pairs {
		if p.old.IsValid() && p.new.IsValid() {
			o = append(o, p.label)
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return a.newAt - b.newAt })
	for _, p := range pairs {
		if p.old.IsValid() && p.new.IsValid() {
			n = append(n, p.label)
		}
	}
	if !slices.Equal(o, n) {
		c.add(r.weight, r.effectOf(r.turned), r.code+"-order", at.path, fmt.Sprintf("%s: the order of %s changed.", upper(at.name), r.words), fmt.Sprint(o), fmt.Sprint(n))
	}
}

// pair is the same thing in two plans; one of the two is invalid where only one plan holds it.
type pair struct {
	old, new reflect.Value
	label    string
	newAt    int
}

// matched pairs the things of two lists, in the order of the old list, with what is new behind.
func matched(old, new reflect.Value) []pair {
	used := make([]bool, new.Len())
	pairs := make([]pair, old.Len())
	for i := range pairs {
		pairs[i] = pair{old: old.Index(i), newAt: -1}
	}
	take := func(same func(o, n reflect.Value) bool) {
		for i := range pairs {
			for j := 0; j < new.Len() && !pairs[i].new.IsValid(); j++ {
				if !used[j] && same(pairs[i].old, new.Index(j)) {
					used[j], pairs[i].new, pairs[i].newAt = true, new.Index(j), j
				}
			}
		}
	}
	take(func(o, n reflect.Value) bool { return reflect.DeepEqual(o.Interface(), n.Interface()) })
	take(func(o, n reflect.Value) bool { return label(o) != "" && label(o) == label(n) })
	for j := range used {
		if !used[j] {
			pairs = append(pairs, pair{new: new.Index(j), newAt: j})
		}
	}
	for i := range pairs {
		v := pairs[i].old
		if !v.IsValid() {
			v = pairs[i].new
		}
		if pairs[i].label = label(v); v.FieldByName("ID").IsValid() {
			continue
		}
		pairs[i].label = fmt.Sprint(max(pairs[i].newAt, 0))
	}
	return pairs
}
