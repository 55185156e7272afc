package check

import (
	"reflect"
	"slices"
	"strings"

	"tocsin/plan"
)

const planName = "the plan"

// spot is where a contrast stands: at a thing of both plans, or one of its keys.
type spot struct {
	path   string // issues[stolen-user-funds]
	name   string // what it is called: the issue "Stolen user funds"
	of     string // what it belongs to
	within string // the key that holds it, where the same type stands in several: Action.effect
}

func (s spot) key(key string) spot {
	if s.path != "" {
		key = s.path + "." + key
	}
	return spot{path: key, name: s.name, of: s.of, within: s.within}
}

// comparePlan walks over both plans key by key, then compares what follows from the keys together.
func (c *contrast) comparePlan() {
	c.compareThing(reflect.ValueOf(c.old).Elem(), reflect.ValueOf(c.new).Elem(), spot{name: planName})
	c.compareMoved()
	c.compareQuorums()
	c.compareTold()
}

// compareMoved compares those who went from one team to the other, or another key could hide behind the move.
func (c *contrast) compareMoved() {
	for _, team := range []struct {
		key      string
		old, new []plan.Person
	}{{"core_team", c.old.ExtendedTeam, c.new.CoreTeam}, {"extended_team", c.old.CoreTeam, c.new.ExtendedTeam}} {
		before := map[string]*plan.Person{}
		for i := range team.old {
			before[team.old[i].ID] = &team.old[i]
		}
		for i := range team.new {
			n := reflect.ValueOf(&team.new[i]).Elem()
			if o := before[team.new[i].ID]; o != nil {
				c.compareThing(reflect.ValueOf(o).Elem(), n, spot{path: team.key + "[" + o.ID + "]", name: thingName(n, ""), of: planName})
			}
		}
	}
}

// compareThing compares two structs of the model, key by key.
func (c *contrast) compareThing(old, new reflect.Value, at spot) {
	t := old.Type()
	for i := range t.NumField() {
		key := keyOf(t.Field(i))
		if key == "" || key == "id" || reflect.DeepEqual(old.Field(i).Interface(), new.Field(i).Interface()) {
			continue
		}
		r := ruleOf(t, at.within, key)
		r.standing = refsOf(t.Field(i))
		c.compareKey(r, t.Name()+"."+key, old.Field(i), new.Field(i), at.key(key))
	}
}

func (c *contrast) compareKey(r rule, name string, old, new reflect.Value, at spot) {
	switch t := old.Type(); {
	case isValue(t):
		c.compareValue(r, old, new, at)
	case t.Kind() == reflect.Struct:
		c.compareThing(old, new, spot{path: at.path, name: at.name, of: at.name})
	case t.Kind() == reflect.Pointer:
		at.within = name
		c.comparePart(r, old, new, at)
	case t.Kind() == reflect.Map:
		at.within = name
		c.compareMap(r, old, new, at)
	case isValue(t.Elem()):
		c.compareTexts(r, old, new, at)
	default:
		c.compareThings(r, old, new, at)
	}
}

// note records one difference.
func (c *contrast) note(r rule, suffix string, d delta) {
	effect, say := r.judge(c, d), r.say(c, d)
	if places := c.strange(r, d); len(places) > 0 {
		effect = Weakens
		say += " It names " + listed(places) + ", which the old plan does not."
	}
	if r.code == "contacts-file-hash" && !c.opened {
		say += unseen
	}
	c.add(r.weight, effect, r.code+suffix, d.at.path, say, d.oldText, d.newText)
}

func (c *contrast) compareValue(r rule, old, new reflect.Value, at spot) {
	meant := func(text string) string {
		if text == "" {
			return r.unset
		}
		return text
	}
	d := delta{old: old, new: new, oldText: meant(textOf(old)), newText: meant(textOf(new)), at: at}
	if d.oldText != d.newText {
		c.note(r, "", d)
	}
}

// comparePart compares something that may not be there at all.
func (c *contrast) comparePart(r rule, old, new reflect.Value, at spot) {
	switch {
	case old.IsNil() && new.IsNil():
	case !old.IsNil() && !new.IsNil():
		c.compareThing(old.Elem(), new.Elem(), spot{path: at.path, name: r.words + " of " + at.name, of: at.name, within: at.within})
	default:
		c.note(r, "", delta{old: old, new: new, oldText: whole(old), newText: whole(new), at: at})
	}
}

func (c *contrast) compareMap(r rule, old, new reflect.Value, at spot) {
	var entries []string
	for _, m := range []reflect.Value{old, new} {
		for _, k := range m.MapKeys() {
			entries = append(entries, k.String())
		}
	}
	slices.Sort(entries)
	for _, entry := range slices.Compact(entries) {
		k := reflect.ValueOf(entry)
		o, n := old.MapIndex(k), new.MapIndex(k)
		here := at.key(entry)
		switch {
		case o.IsValid() && n.IsValid() && !isValue(o.Type()):
			here.name, here.of = "the reading \""+entry+"\" of "+at.name, at.name
			c.compareThing(o, n, here)
		case o.IsValid() && n.IsValid():
			c.compareValue(r, o, n, here)
		default: // that an entry stands there means something, even if it says nothing
			d := delta{old: o, new: n, item: entry, at: here}
			if o.IsValid() {
				d.oldText = entry + ": " + whole(o)
			} else {
				d.newText = entry + ": " + whole(n)
			}
			c.note(r, suffixOf(d), d)
		}
	}
}

// compareTexts compares lists of texts: references, signatures, sentences.
func (c *contrast) compareTexts(r rule, old, new reflect.Value, at spot) {
	o, n := stringsOf(old), stringsOf(new)
	if slices.Equal(o, n) {
		return
	}
	oldText, newText := strings.Join(o, ", "), strings.Join(n, ", ")
	if r.whole {
		d := delta{old: old, new: new, oldText: oldText, newText: newText, at: at}
		if oldText == newText { // the same text, cut into other items
			d.oldText, d.newText = whole(old), whole(new)
		}
		c.note(r, "", d)
		return
	}
	if r.filter && (len(o) == 0 || len(n) == 0) {
		r.more, r.less = "{Thing} is now limited to {item}.", "{Thing} is no longer limited to {item}."
		limits := slices.Concat(o, n)
		for i := range limits {
			limits[i] = c.named(r, limits[i])
		}
		d := delta{before: o, now_: n, oldText: oldText, newText: newText, item: listed(limits), at: at}
		c.note(r, suffixOf(d), d)
		return
	}
	for _, item := range without(o, n) {
		c.note(r, "-removed", delta{before: o, now_: n, oldText: quotedIfEmpty(item), item: quotedIfEmpty(item), at: at})
	}
	for _, item := range without(n, o) {
		c.note(r, "-added", delta{before: o, now_: n, newText: quotedIfEmpty(item), item: quotedIfEmpty(item), at: at})
	}
	if r.ordered && !slices.Equal(common(o, n), common(n, o)) {
		c.noteOrder(r, at, oldText, newText)
	}
}

func (c *contrast) noteOrder(r rule, at spot, old, new string) {
	template := r.order
	if template == "" {
		template = "{Thing}: the order of {words} changed."
	}
	c.add(r.weight, effectOf(r.moved), r.code+"-order", at.path, c.fill(template, r, delta{at: at}), old, new)
}

func suffixOf(d delta) string {
	if d.oldText == "" {
		return "-added"
	}
	return "-removed"
}

func quotedIfEmpty(s string) string {
	if s == "" {
		return `""`
	}
	return s
}
