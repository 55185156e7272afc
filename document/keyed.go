package document

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tocsin/document/markdown"
	"tocsin/evm"
	"tocsin/plan"
)

// A sheet is a list of the keys of a thing, one item each, "Owner: Technical lead"; what a key holds in turn stands in a
// list below it. Sheets tell people what no table has room for, and are read back.

// sheet writes the keys of v that are not skipped.
func (r *renderer) sheet(indent string, v reflect.Value, skip []string, siblings string) {
	for _, k := range keysOf(v.Type()) {
		f := v.Field(k.index)
		if slices.Contains(skip, k.name) || f.IsZero() {
			continue
		}
		if s, ok := r.word(f, k, siblings); ok {
			r.item(indent, k.label+": ", s)
			continue
		}
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		fmt.Fprintf(&r.out, "%s- %s:\n", indent, k.label)
		r.nested(indent+"  ", f, k, siblings)
	}
}

// nested writes what is more than one word: a struct, a list, a map.
func (r *renderer) nested(indent string, f reflect.Value, k key, siblings string) {
	switch f.Kind() {
	case reflect.Struct:
		r.sheet(indent, f, nil, siblings)
	case reflect.Map:
		var names []string
		for _, n := range f.MapKeys() {
			names = append(names, n.String())
		}
		slices.Sort(names)
		for _, n := range names {
			e := f.MapIndex(reflect.ValueOf(n).Convert(f.Type().Key()))
			if e.Kind() == reflect.String {
				r.item(indent, escape(n)+": ", escape(e.String()))
				continue
			}
			fmt.Fprintf(&r.out, "%s- %s\n", indent, escape(n))
			r.sheet(indent+"  ", e, nil, siblings)
		}
	case reflect.Slice:
		for i := range f.Len() {
			e := f.Index(i)
			if e.Kind() == reflect.String {
				r.item(indent, "", escape(e.String()))
				continue
			}
			head, skip := "–", []string(nil)
			if h, ok := headOf(e.Type()); ok {
				if s, ok := r.word(e.Field(h.index), h, siblings); ok && !e.Field(h.index).IsZero() {
					head, skip = s, []string{h.name}
				}
			}
			r.item(indent, "", head)
			r.sheet(indent+"  ", e, skip, siblings)
		}
	}
}

// headOf is the key that stands for a thing within a list: its first that must be there.
func headOf(t reflect.Type) (key, bool) {
	for _, k := range keysOf(t) {
		if strings.Contains(t.Field(k.index).Tag.Get("plan"), "required") {
			return k, true
		}
	}
	if t == reflect.TypeFor[plan.Key]() {
		return keyNamed(t, "address")
	}
	return key{}, false
}

// item writes one item of a list; further lines of its text stand below it.
func (r *renderer) item(indent, label, s string) {
	s = strings.ReplaceAll(s, "\n", "\\\n"+indent+"  ")
	fmt.Fprintf(&r.out, "%s- %s%s\n", indent, label, s)
}

// word writes a value in words, escaped, if it is one scalar or a list of references or short words.
func (r *renderer) word(v reflect.Value, k key, siblings string) (string, bool) {
	if a, ok := v.Interface().(evm.Address); ok {
		return a.Hex(), true // with the capitals by which people and wallets compare
	}
	if t, ok := v.Interface().(encoding.TextMarshaler); ok {
		b, _ := t.MarshalText()
		return string(b), true
	}
	switch v.Kind() {
	case reflect.String:
		if len(k.ref) > 0 {
			return escape(r.name(v.String(), k.ref, siblings)), true
		}
		return escape(v.String()), true
	case reflect.Bool:
		return map[bool]string{true: "yes", false: "no"}[v.Bool()], true
	case reflect.Int:
		return strconv.FormatInt(v.Int(), 10), true
	case reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10), true
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64), true
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.String && (len(k.ref) > 0 || len(k.one) > 0) {
			words := v.Interface().([]string)
			if len(k.ref) > 0 {
				words = r.names(words, k.ref, siblings)
			}
			return escape(strings.Join(words, ", ")), true
		}
	}
	return "", false
}

// twig is an item of a list with the lists below it.
type twig struct {
	text string
	line int
	last int // line
	own  []*twig
}

// end is the last line of an item and of all that stands below it.
func (t *twig) end() int {
	if n := len(t.own); n > 0 {
		return max(t.last, t.own[n-1].end())
	}
	return t.last
}

// twigs reads the items of the list that begins at a position and answers them and how many blocks they are. Another list
// begins where numbers begin or end.
func twigs(p *part, i int) (top []*twig, n int) {
	var open []*twig
	for ; i+n < len(p.blocks) && p.blocks[i+n].Kind == markdown.Item; n++ {
		b := &p.blocks[i+n]
		if b.Level == 0 && b.Ordered != p.blocks[i].Ordered {
			break
		}
		t := &twig{text: b.Text, line: b.From, last: b.To}
		level := min(b.Level, len(open))
		if level == 0 {
			top = append(top, t)
		} else {
			up := open[level-1]
			up.own = append(up.own, t)
		}
		open = append(open[:level], t)
	}
	return top, n
}

// fill reads a sheet into a struct of the model. What is none of its keys, or cannot be read, is answered.
func fill(v reflect.Value, sheet []*twig) (strange []*twig) {
	for _, t := range sheet {
		label, rest, _ := strings.Cut(t.text, ":")
		k, ok := keyLabelled(v.Type(), label)
		if !ok {
			strange = append(strange, t)
			continue
		}
		f := v.Field(k.index)
		rest = strings.TrimSpace(rest)
		switch {
		case rest != "" && len(t.own) == 0:
			f.SetZero()
			if set(f, k, rest) != nil {
				strange = append(strange, t)
			}
		case rest == "":
			strange = append(strange, fillNested(f, t)...)
		default:
			strange = append(strange, t)
		}
	}
	return strange
}

// fillNested reads what stands below a key.
func fillNested(f reflect.Value, t *twig) (strange []*twig) {
	switch {
	case f.Kind() == reflect.Pointer && f.Type().Elem().Kind() == reflect.Struct:
		f.Set(reflect.New(f.Type().Elem()))
		return fill(f.Elem(), t.own)
	case f.Kind() == reflect.Struct && f.Type() != reflect.TypeFor[plan.Date]() && f.Type() != reflect.TypeFor[plan.Timing]():
		return fill(f, t.own)
	case f.Kind() == reflect.Map:
		m := reflect.MakeMap(f.Type())
		for _, own := range t.own {
			e := reflect.New(f.Type().Elem()).Elem()
			name := strings.TrimSpace(own.text)
			if e.Kind() == reflect.String {
				n, value, _ := strings.Cut(own.text, ":")
				name = strings.TrimSpace(n)
				e.SetString(strings.TrimSpace(value))
			} else {
				strange = append(strange, fill(e, own.own)...)
			}
			m.SetMapIndex(reflect.ValueOf(name), e)
		}
		f.Set(m)
	case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.String:
		f.SetZero()
		for _, own := range t.own {
			f.Set(reflect.Append(f, reflect.ValueOf(own.text)))
		}
	case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct:
		f.SetZero()
		for _, own := range t.own {
			e := reflect.New(f.Type().Elem()).Elem()
			if k, ok := headOf(e.Type()); ok && own.text != "–" && set(e.Field(k.index), k, own.text) != nil {
				strange = append(strange, own)
				continue
			}
			strange = append(strange, fill(e, own.own)...)
			f.Set(reflect.Append(f, e))
		}
	default:
		strange = append(strange, t)
	}
	return strange
}
