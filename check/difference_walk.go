package check

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tocsin/plan"
)

// spot is where a comparison stands: a thing of both plans.
type spot struct {
	path string // issues[stolen-user-funds]
	name string // the issue "Stolen user funds"
}

// comparePlan walks over both plans key by key.
func (c *comparison) comparePlan() {
	c.compareThing(reflect.ValueOf(c.old).Elem(), reflect.ValueOf(c.new).Elem(), spot{name: "the plan"})
}

// compareThing compares two structs of the model, key by key.
func (c *comparison) compareThing(old, new reflect.Value, at spot) {
	t := old.Type()
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if key == "-" || key == "" {
			continue // not part of what a plan means
		}
		c.compareKey(t, key, old.Field(i), new.Field(i), spot{path: joined(at.path, key), name: at.name})
	}
}

func (c *comparison) compareKey(owner reflect.Type, key string, old, new reflect.Value, at spot) {
	r := ruleOf(owner, key)
	switch t := old.Type(); {
	case isText(t) || t.Kind() != reflect.Struct && t.Kind() != reflect.Slice && t.Kind() != reflect.Map && t.Kind() != reflect.Pointer:
		c.compareValue(r, old, new, at)
	case t.Kind() == reflect.Struct:
		c.compareThing(old, new, at)
	case t.Kind() == reflect.Pointer:
		c.comparePart(r, old, new, at)
	case t.Kind() == reflect.Map:
		c.compareMap(r, old, new, at)
	case t.Elem().Kind() == reflect.Struct && !isText(t.Elem()):
		c.compareThings(r, old, new, at)
	default:
		c.compareTexts(r, old, new, at)
	}
}

func isText(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

// textOf writes a value as the plan does; nothing for what is not set.
func textOf(v reflect.Value) string {
	if v.Kind() != reflect.String && v.IsZero() {
		return ""
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		b, _ := m.MarshalText() // the model's own types do not fail
		return string(b)
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
	return whole(v)
}

func (c *comparison) compareValue(r rule, old, new reflect.Value, at spot) {
	o, n := r.meant(textOf(old)), r.meant(textOf(new))
	if o == n {
		return
	}
	c.add(r.weight, r.judge(old, new, o, n), r.code, at.path, r.say(at.name, o, n), o, n)
}

// comparePart compares something that may not be there at all.
func (c *comparison) comparePart(r rule, old, new reflect.Value, at spot) {
	switch {
	case old.IsNil() && new.IsNil():
	case old.IsNil():
		text := whole(new.Elem())
		c.add(r.weight, r.effectOf(r.added), r.code, at.path, r.say(at.name, "", text), "", text)
	case new.IsNil():
		text := whole(old.Elem())
		c.add(r.weight, r.effectOf(r.removed), r.code, at.path, r.say(at.name, text, ""), text, "")
	default:
		c.compareThing(old.Elem(), new.Elem(), spot{path: at.path, name: r.words + " of " + at.name})
	}
}

func (c *comparison) compareMap(r rule, old, new reflect.Value, at spot) {
	var names []string
	for _, m := range []reflect.Value{old, new} {
		for _, k := range m.MapKeys() {
			if !slices.Contains(names, k.String()) {
				names = append(names, k.String())
			}
		}
	}
	slices.Sort(names)
	for _, name := range names {
		k := reflect.ValueOf(name)
		o, n := old.MapIndex(k), new.MapIndex(k)
		here := spot{path: fmt.Sprintf("%s[%s]", at.path, name), name: fmt.Sprintf("the entry %q of %s", name, at.name)}
		switch {
		case o.IsValid() && n.IsValid() && o.Kind() == reflect.Struct:
			c.compareThing(o, n, here)
		case o.IsValid() && n.IsValid():
			c.compareValue(r, o, n, here)
		case o.IsValid():
			c.add(r.weight, r.effectOf(r.removed), r.code+"-removed", here.path, r.gone(at.name, name), whole(o), "")
		default:
			c.add(r.weight, r.effectOf(r.added), r.code+"-added", here.path, r.come(at.name, name), "", whole(n))
		}
	}
}

// compareTexts compares lists of texts: references, signatures, sentences.
func (c *comparison) compareTexts(r rule, old, new reflect.Value, at spot) {
	o, n := stringsOf(old), stringsOf(new)
	if slices.Equal(o, n) {
		return
	}
	oldText, newText := strings.Join(o, ", "), strings.Join(n, ", ")
	if r.sequence {
		c.add(r.weight, r.judge(old, new, oldText, newText), r.code, at.path, r.say(at.name, oldText, newText), oldText, newText)
		return
	}
	for _, item := range without(o, n) {
		c.add(r.weight, r.effectOf(r.removed), r.code+"-removed", at.path, r.gone(at.name, c.called(item)), item, "")
	}
	for _, item := range without(n, o) {
		c.add(r.weight, r.effectOf(r.added), r.code+"-added", at.path, r.come(at.name, c.called(item)), "", item)
	}
	if r.ordered && !slices.Equal(common(o, n), common(n, o)) {
		c.add(r.weight, r.effectOf(r.turned), r.code+"-order", at.path, fmt.Sprintf("%s: the order of %s changed.", upper(at.name), r.words), oldText, newText)
	}
}

func stringsOf(list reflect.Value) []string {
	texts := make([]string, list.Len())
	for i := range texts {
		texts[i] = textOf(list.Index(i))
	}
	return texts
}

// without lists the items of a that b does not hold, each as often as it is there too often.
func without(a, b []string) []string {
	left := map[string]int{}
	for _, s := range b {
		left[s]++
	}
	var rest []string
	for _, s := range a {
		if left[s]--; left[s] < 0 {
			rest = append(rest, s)
		}
	}
	return rest
}

// common lists the items of a that b holds too, in the order of a.
func common(a, b []string) []string {
	var both []string
	for _, s := range a {
		if slices.Contains(b, s) {
			both = append(both, s)
		}
	}
	return both
}

// whole writes a thing as one text.
func whole(v reflect.Value) string {
	if isText(v.Type()) || v.Kind() != reflect.Struct {
		return textOf(v)
	}
	var parts []string
	for i := range v.NumField() {
		key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		f := v.Field(i)
		if key == "-" || f.IsZero() {
			continue
		}
		switch {
		case isText(f.Type()):
			parts = append(parts, key+": "+textOf(f))
		case f.Kind() == reflect.Slice:
			var items []string
			for j := range f.Len() {
				items = append(items, whole(f.Index(j)))
			}
			parts = append(parts, key+": ["+strings.Join(items, ", ")+"]")
		case f.Kind() == reflect.Pointer:
			parts = append(parts, key+": {"+whole(f.Elem())+"}")
		case f.Kind() == reflect.Struct:
			parts = append(parts, key+": {"+whole(f)+"}")
		case f.Kind() == reflect.Map:
			var items []string
			for it := f.MapRange(); it.Next(); {
				items = append(items, it.Key().String()+": {"+whole(it.Value())+"}")
			}
			slices.Sort(items)
			parts = append(parts, key+": {"+strings.Join(items, ", ")+"}")
		default:
			parts = append(parts, key+": "+textOf(f))
		}
	}
	return strings.Join(parts, ", ")
}

// called is what people call somebody or something of either plan.
func (c *comparison) called(ref string) string {
	for _, p := range []*plan.Plan{c.new, c.old} {
		if name := p.NameOf(ref); name != ref && name != "" {
			return name
		}
	}
	return ref
}

func joined(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func upper(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-32) + s[1:]
}
