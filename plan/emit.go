package plan

import (
	"bytes"
	"encoding"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tocsin/evm"
)

const (
	wide     = 110 // characters of a line before a text or a list is written over several
	tall     = 8   // lines of an item before the items of its list are set apart by blank lines
	listStep = 2   // by how much a list stands further in than its key
)

// flowTypes are written in one line where they are short: people read these as rows of a table.
var flowTypes = []reflect.Type{
	reflect.TypeFor[Contact](), reflect.TypeFor[Key](), reflect.TypeFor[StandIn](), reflect.TypeFor[RotaOverride](), reflect.TypeFor[Unlisted](),
}

// says reports whether there is anything to write about a value.
func says(v reflect.Value) bool {
	if isText(v) {
		return !v.IsZero()
	}
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil() && says(v.Elem())
	case reflect.Struct:
		for _, f := range fields(v.Type()) {
			if says(v.Field(f.index)) {
				return true
			}
		}
		return false
	case reflect.Slice:
		for i := range v.Len() {
			if v.Index(i).Kind() == reflect.Struct || says(v.Index(i)) {
				return true
			}
		}
		return false
	case reflect.Map:
		return v.Len() > 0
	case reflect.String:
		return strings.TrimSpace(clean(v.String())) != ""
	}
	return !v.IsZero()
}

// isText reports whether a value is written as a single text, though it is not a string.
func isText(v reflect.Value) bool {
	return v.Type().Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

// due reports whether a key is written: there is something to say, or the want of it is worth a "TBD" in the place where
// people will look for it.
func due(f field, owner, v reflect.Value) bool {
	return says(v) || f.key == "address" && lacksAddress(owner)
}

// lacksAddress reports whether a thing has yet to get the address that its kind needs.
func lacksAddress(owner reflect.Value) bool {
	switch x := owner.Interface().(type) {
	case Asset:
		return (x.Kind == "contract" || x.Kind == "token") && x.Address == evm.Address{}
	case Key:
		return x.Kind != "passkey" && x.Address == evm.Address{}
	}
	return false
}

// appendFields writes the keys of a struct, each on a line of its own that stands in by so many spaces.
func appendFields(b []byte, in int, v reflect.Value) []byte {
	for _, f := range fields(v.Type()) {
		if due(f, v, v.Field(f.index)) {
			b = appendPair(b, in, f, v.Field(f.index))
		}
	}
	return b
}

// appendPair writes a key and its value.
func appendPair(b []byte, in int, f field, v reflect.Value) []byte {
	b = append(append(b, strings.Repeat(" ", in)...), quoteKey(f.key)...)
	b = append(b, ':')
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if s, ok := single(v); ok {
		return append(append(append(b, ' '), style(s, v, in, in+len(f.key)+2, false)...), '\n')
	}
	switch v.Kind() {
	case reflect.Struct:
		return appendFields(append(b, '\n'), in+2, v)
	case reflect.Map:
		b = append(b, '\n')
		for _, name := range mapKeys(v) {
			if e := v.MapIndex(reflect.ValueOf(name)); says(e) {
				b = appendPair(b, in+2, field{key: name}, e)
			}
		}
		return b
	}
	if row, ok := flowList(v); ok && utf8.RuneCountInString(row)+in+len(f.key)+2 <= wide {
		return append(append(append(b, ' '), row...), '\n')
	}
	return appendItems(append(b, '\n'), in+listStep, v)
}

// appendItems writes the items of a list, each behind a dash.
func appendItems(b []byte, in int, v reflect.Value) []byte {
	items := itemsOf(in, v)
	gap := spacious(items)
	for i, item := range items {
		if gap && i > 0 {
			b = append(b, '\n')
		}
		b = append(b, item...)
	}
	return b
}

// itemsOf writes each item of a list by itself.
func itemsOf(in int, v reflect.Value) [][]byte {
	items := make([][]byte, 0, v.Len())
	for i := range v.Len() {
		if item := appendItem(nil, in, v.Index(i)); len(item) > 0 {
			items = append(items, item)
		}
	}
	return items
}

// appendItem writes one item of a list; an empty text is left out, for no list may hold one.
func appendItem(b []byte, in int, v reflect.Value) []byte {
	dash := strings.Repeat(" ", in) + "- "
	if s, ok := single(v); ok {
		if !says(v) {
			return b
		}
		return append(append(append(b, dash...), style(s, v, in, in+2, false)...), '\n')
	}
	if row, ok := flowRow(v); ok && utf8.RuneCountInString(row)+in+2 <= wide {
		return append(append(append(b, dash...), row...), '\n')
	}
	body := appendFields(nil, in+2, v)
	if len(body) == 0 {
		return append(append(b, dash...), "{}\n"...)
	}
	return append(append(b, dash...), body[len(dash):]...)
}

// spacious reports whether the items of a list are so long that blank lines between them help.
func spacious(items [][]byte) bool {
	return slices.ContainsFunc(items, func(item []byte) bool { return bytes.Count(item, []byte("\n")) > tall })
}

// flowList writes a list of words in one line: [one, two].
func flowList(v reflect.Value) (string, bool) {
	var words []string
	for i := range v.Len() {
		s, ok := single(v.Index(i))
		if s = clean(s); !ok || strings.ContainsAny(s, " \t\n") || utf8.RuneCountInString(s) > wide {
			return "", false
		}
		if s != "" {
			words = append(words, style(s, v.Index(i), 0, 0, true))
		}
	}
	return "[" + strings.Join(words, ", ") + "]", true
}

// flowRow writes a small struct in one line: { kind: email, to: janet@example.com }.
func flowRow(v reflect.Value) (string, bool) {
	if !slices.Contains(flowTypes, v.Type()) {
		return "", false
	}
	var words []string
	for _, f := range fields(v.Type()) {
		value := v.Field(f.index)
		if !due(f, v, value) {
			continue
		}
		s, ok := single(value)
		if !ok || strings.Contains(clean(s), "\n") {
			return "", false
		}
		words = append(words, f.key+": "+style(s, value, 0, 0, true))
	}
	return "{ " + strings.Join(words, ", ") + " }", len(words) > 0
}

// flowAny writes any value in one line, for a place within brackets.
func flowAny(v reflect.Value) string {
	if s, ok := single(v); ok {
		return style(s, v, 0, 0, true)
	}
	var words []string
	switch v.Kind() {
	case reflect.Pointer:
		return flowAny(v.Elem())
	case reflect.Struct:
		for _, f := range fields(v.Type()) {
			if due(f, v, v.Field(f.index)) {
				words = append(words, f.key+": "+flowAny(v.Field(f.index)))
			}
		}
		return "{ " + strings.Join(words, ", ") + " }"
	case reflect.Map:
		for _, name := range mapKeys(v) {
			words = append(words, quoteKey(name)+": "+flowAny(v.MapIndex(reflect.ValueOf(name))))
		}
		return "{ " + strings.Join(words, ", ") + " }"
	}
	for i := range v.Len() {
		if says(v.Index(i)) {
			words = append(words, flowAny(v.Index(i)))
		}
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// single returns the text of a value that is written as a single one.
func single(v reflect.Value) (string, bool) {
	if text, ok := v.Interface().(encoding.TextMarshaler); ok {
		if v.IsZero() && v.Type() == reflect.TypeFor[evm.Address]() {
			return TBD, true
		}
		s, _ := text.MarshalText() // the model's own types do not fail
		return string(s), true
	}
	switch v.Kind() {
	case reflect.String:
		return v.String(), true
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), true
	case reflect.Int:
		return strconv.FormatInt(v.Int(), 10), true
	case reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10), true
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64), true
	}
	return "", false
}

func mapKeys(v reflect.Value) []string {
	var names []string
	for i := v.MapRange(); i.Next(); {
		names = append(names, i.Key().String())
	}
	slices.Sort(names)
	return names
}
