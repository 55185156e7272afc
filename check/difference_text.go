package check

import (
	"encoding"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tocsin/evm"
)

func isText(t reflect.Type) bool { return t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) }

// isValue reports whether a type of the model holds one value, not several.
func isValue(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct, reflect.Slice, reflect.Map, reflect.Pointer:
		return isText(t)
	}
	return true
}

// textOf writes a value as the plan does; nothing for what is not set.
func textOf(v reflect.Value) string {
	if !v.IsValid() || v.Kind() != reflect.String && v.IsZero() {
		return ""
	}
	if a, ok := v.Interface().(evm.Address); ok {
		return a.Hex() // as wallets show it
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
	return ""
}

// whole writes a thing as one text, in the style of YAML on one line.
func whole(v reflect.Value) string {
	switch {
	case !v.IsValid():
		return ""
	case isValue(v.Type()):
		return textOf(v)
	}
	var parts []string
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		return whole(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			parts = append(parts, whole(v.Index(i)))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			parts = append(parts, it.Key().String()+": "+whole(it.Value()))
		}
		slices.Sort(parts)
	default:
		for i := range v.NumField() {
			if key := keyOf(v.Type().Field(i)); key != "" && !v.Field(i).IsZero() {
				parts = append(parts, key+": "+whole(v.Field(i)))
			}
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// keyOf is the key of a field of the model; empty for what is no part of what a plan means.
func keyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if key == "-" {
		return ""
	}
	return key
}

// refsOf lists the kinds of things that a field of the model may refer to.
func refsOf(f reflect.StructField) []string {
	for _, word := range strings.Fields(f.Tag.Get("plan")) {
		if kinds, ok := strings.CutPrefix(word, "ref="); ok {
			return strings.Split(kinds, "|")
		}
	}
	return nil
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
	in := map[string]bool{}
	for _, s := range b {
		in[s] = true
	}
	var both []string
	for _, s := range a {
		if in[s] {
			both = append(both, s)
		}
	}
	return both
}
