package plan

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"tocsin/evm"
)

// A spot is where the decoder stands: the path of the value and what the model demands of it.
type spot struct {
	field
	path string
}

// decode writes a node of the tree into a value of the model and reports whether it could. What it cannot read becomes a
// problem and leaves the value as it was.
func (l *loader) decode(n *yaml.Node, v reflect.Value, at spot) bool {
	if l.full() {
		return false
	}
	if _, known := l.source.places[at.path]; !known {
		l.source.places[at.path] = l.place(n)
	}
	switch {
	case n.Anchor != "", n.Kind == yaml.AliasNode:
		return l.problem(n, at.path, "a plan uses no YAML anchors, aliases or merge keys", "write the value out where it is needed")
	case n.Style&yaml.TaggedStyle != 0:
		return l.problem(n, at.path, "a plan uses no YAML tags", "leave the word that begins with ! out; put a text in quotes")
	case n.Tag == tagNull:
		return l.problem(n, at.path, fmt.Sprintf("%q has no value", at.key), "write one, or leave the key out")
	}
	if text, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return l.decodeText(n, v, text, at)
	}
	switch v.Kind() {
	case reflect.Struct:
		return l.decodeStruct(n, v, at)
	case reflect.Pointer:
		fresh := reflect.New(v.Type().Elem())
		if !l.decodeStruct(n, fresh.Elem(), at) {
			return false
		}
		v.Set(fresh)
		return true
	case reflect.Slice:
		return l.decodeList(n, v, at)
	case reflect.Map:
		return l.decodeMap(n, v, at)
	default:
		return l.decodeScalar(n, v, at)
	}
}

// decodeText reads a duration, a date, a timing or an address.
func (l *loader) decodeText(n *yaml.Node, v reflect.Value, text encoding.TextUnmarshaler, at spot) bool {
	s, ok := scalar(n)
	if !ok {
		return l.wrongType(n, at, "a single value")
	}
	if _, ok := text.(*evm.Hash); ok {
		if err := text.UnmarshalText([]byte(s)); err != nil {
			return l.problem(n, at.path, fmt.Sprintf("%q is not a hash", clip(s)), "write 0x and 64 hexadecimal digits")
		}
		return true
	}
	if _, ok := text.(*evm.Address); ok {
		if strings.EqualFold(s, TBD) {
			return true // a gap, which the check names
		}
		if say, do := badAddress(s); say != "" {
			return l.problem(n, at.path, say, do)
		}
	}
	if err := text.UnmarshalText([]byte(s)); err != nil {
		what, do, _ := strings.Cut(err.Error(), ": ")
		kind, _, _ := strings.Cut(strings.TrimPrefix(what, "read "), " ")
		return l.problem(n, at.path, fmt.Sprintf("%q is not %s", clip(s), article(kind)), do)
	}
	if v.IsZero() && !at.zero {
		return l.problem(n, at.path, fmt.Sprintf("%q is set to nothing", at.key), "write how long, or leave the key out for what is usual")
	}
	return true
}

func (l *loader) decodeScalar(n *yaml.Node, v reflect.Value, at spot) bool {
	s, ok := scalar(n)
	if !ok {
		return l.wrongType(n, at, map[reflect.Kind]string{
			reflect.String: "a text", reflect.Bool: "true or false",
			reflect.Int: "a number", reflect.Uint64: "a number", reflect.Float64: "a number",
		}[v.Kind()])
	}
	switch v.Kind() {
	case reflect.String:
		return l.decodeString(n, s, v, at)
	case reflect.Bool:
		if n.Tag != tagBool {
			return l.problem(n, at.path, fmt.Sprintf("%q must be true or false, not %q", at.key, clip(s)), "write true or false, without quotes")
		}
		v.SetBool(strings.EqualFold(s, "true"))
	case reflect.Int, reflect.Uint64:
		u, err := strconv.ParseUint(s, 10, 63)
		if n.Tag != tagInt || err != nil || strconv.FormatUint(u, 10) != s || v.Kind() == reflect.Int && u > math.MaxInt32 {
			return l.problem(n, at.path, fmt.Sprintf("%q must be a whole number, not %q", at.key, clip(s)), "write digits only, without quotes")
		}
		if v.Kind() == reflect.Int {
			v.SetInt(int64(u))
		} else {
			v.SetUint(u)
		}
		if len(at.ref) > 0 {
			l.refer(n, s, at)
		}
	case reflect.Float64:
		f, err := strconv.ParseFloat(s, 64)
		if !number(n) || err != nil || math.IsInf(f, 0) || math.IsNaN(f) || f < 0 {
			return l.problem(n, at.path, fmt.Sprintf("%q must be a number, not %q", at.key, clip(s)), "write it in digits, such as 5 or 2.5, without quotes")
		}
		v.SetFloat(f)
	}
	return true
}

func (l *loader) decodeString(n *yaml.Node, s string, v reflect.Value, at spot) bool {
	if !textual(n) {
		return l.problem(n, at.path, fmt.Sprintf("%q must be a text, but YAML reads %s as something else", at.key, clip(s)), fmt.Sprintf("put it in quotes: %q", clip(s)))
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && control(r) }); i >= 0 {
		r, _ := utf8.DecodeRuneInString(s[i:])
		return l.problem(n, at.path, fmt.Sprintf("%q holds the control character U+%04X", at.key, r), "leave it out: nobody can read it")
	}
	s = strings.TrimRight(s, "\n")
	if strings.TrimSpace(s) == "" {
		return l.problem(n, at.path, fmt.Sprintf("%q is empty", at.key), "write it, or leave the key out")
	}
	v.SetString(s)
	if len(at.one) > 0 && !slices.Contains(at.one, s) {
		return l.problem(n, at.path, fmt.Sprintf("%q is none of the values of %q", clip(s), at.key), l.advise(s, "they are", at.one))
	}
	if say, do := badForm(at.form, s); say != "" {
		return l.problem(n, at.path, say, do)
	}
	if at.form == "sealed" {
		_, ok := l.read(s, func(say, do string) { l.problem(n, at.path, say, do) })
		return ok
	}
	if at.key == "abi_file" && l.isFolder(s) {
		return true // what it holds is read once the contracts are known
	}
	if at.form == "file" {
		return l.attach(n, s, at)
	}
	if len(at.ref) > 0 {
		l.refer(n, s, at)
	}
	return true
}

// decodeList appends to v, so that lists which several files share are joined.
func (l *loader) decodeList(n *yaml.Node, v reflect.Value, at spot) bool {
	if n.Kind != yaml.SequenceNode {
		return l.wrongType(n, at, "a list")
	}
	var have map[string]bool // words that stand in the list, where each may stand once
	if e := v.Type().Elem(); e.Kind() == reflect.String && (len(at.ref) > 0 || len(at.one) > 0) {
		have = map[string]bool{}
	}
	all := true
	v.Grow(len(n.Content))
	for _, item := range n.Content {
		e := reflect.New(v.Type().Elem()).Elem()
		here := at
		here.path = at.path + "[" + strconv.Itoa(v.Len()) + "]"
		if e.Kind() == reflect.Struct {
			if id, ok := peek(item, "id"); ok {
				here.path = at.path + "[" + id + "]"
				if l.taken(here.path) {
					here.path = fmt.Sprintf("%s[%s#%d]", at.path, id, v.Len())
				}
			}
		}
		if !l.decode(item, e, here) {
			all = false
		} else if have != nil {
			if have[e.String()] {
				l.problem(item, here.path, fmt.Sprintf("%q stands twice in %q", clip(e.String()), at.key), "name it once")
			}
			have[e.String()] = true
		}
		v.Set(reflect.Append(v, e))
	}
	return all
}

func (l *loader) taken(path string) bool {
	_, ok := l.source.places[path]
	return ok
}

func (l *loader) decodeMap(n *yaml.Node, v reflect.Value, at spot) bool {
	pairs, ok := mapping(n)
	if !ok {
		return l.wrongType(n, at, "names with values")
	}
	v.Set(reflect.MakeMap(v.Type()))
	all := true
	for _, kv := range pairs {
		key, ok := l.keyOf(kv, at)
		if !ok {
			all = false
			continue
		}
		if v.Type().Elem().Kind() == reflect.Struct && !nameForm.MatchString(key) {
			all = l.problem(kv.key, at.path, fmt.Sprintf("%q cannot be a name here", clip(key)), "write letters, digits and underscores, such as total_assets")
			continue
		}
		if v.MapIndex(reflect.ValueOf(key)).IsValid() {
			all = l.problem(kv.key, at.path, fmt.Sprintf("%q stands twice", clip(key)), "keep one of the two")
			continue
		}
		e := reflect.New(v.Type().Elem()).Elem()
		here := spot{field: at.field, path: at.path + "." + key}
		here.key = key
		all = l.decode(kv.value, e, here) && all
		v.SetMapIndex(reflect.ValueOf(key), e)
	}
	return all
}

// keyOf reads the key of a pair.
func (l *loader) keyOf(kv pair, at spot) (string, bool) {
	switch k := kv.key; {
	case k.Tag == tagMerge, k.Kind == yaml.AliasNode, k.Anchor != "":
		return "", l.problem(k, at.path, "a plan uses no YAML anchors, aliases or merge keys", "write the values out where they are needed")
	case k.Kind == yaml.ScalarNode && textual(k) && k.Style&yaml.TaggedStyle == 0 && strings.IndexFunc(k.Value, control) < 0:
		return k.Value, true
	default:
		return "", l.problem(kv.key, at.path, "a key must be a plain word", "write it without quotes, question mark or brackets")
	}
}

func (l *loader) wrongType(n *yaml.Node, at spot, want string) bool {
	is := "a single value"
	switch n.Kind {
	case yaml.MappingNode:
		is = "keys with values"
	case yaml.SequenceNode:
		is = "a list"
	}
	do := "write it behind the colon"
	switch want {
	case "a list":
		do = `write it as a list: [one, two], or each item on a line of its own that begins with "- "`
	case "keys with values", "names with values":
		do = "write its keys on indented lines below"
	}
	what := fmt.Sprintf("%q", at.key)
	if at.key == "" {
		what, do = "the plan", "begin each section with its name and a colon, such as issues:"
	}
	return l.problem(n, at.path, fmt.Sprintf("%s must be %s, not %s", what, want, is), do)
}
