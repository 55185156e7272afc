package plan

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"tocsin/evm"
)

// A spot is where the decoder stands: the path of the value and what the model demands of it.
type spot struct {
	field
	path string
}

// decode writes a node of the tree into a value of the model and reports whether it could. What it cannot read becomes a
// problem and leaves the value as it was.
func (l *loader) decode(n ast.Node, v reflect.Value, at spot) bool {
	if n == nil {
		return l.fileProblem(fmt.Sprintf("%q has no value", at.key), "write one, or leave the key out")
	}
	if _, known := l.source.places[at.path]; !known {
		l.source.places[at.path] = l.place(first(n))
	}
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return l.problem(n.GetToken(), at.path, "a plan uses no YAML anchors, aliases or merge keys", "write the value out where it is needed")
	case *ast.TagNode:
		return l.problem(n.GetToken(), at.path, "a plan uses no YAML tags", "leave the word that begins with ! out; put a text in quotes")
	case *ast.NullNode:
		return l.problem(n.GetToken(), at.path, fmt.Sprintf("%q has no value", at.key), "write one, or leave the key out")
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
func (l *loader) decodeText(n ast.Node, v reflect.Value, text encoding.TextUnmarshaler, at spot) bool {
	s, ok := scalar(n)
	if !ok {
		return l.wrongType(n, at, "a single value")
	}
	if _, ok := text.(*evm.Hash); ok {
		if err := text.UnmarshalText([]byte(s)); err != nil {
			return l.problem(first(n), at.path, fmt.Sprintf("%q is not a hash", clip(s)), "write 0x and 64 hexadecimal digits")
		}
		return true
	}
	if _, ok := text.(*evm.Address); ok {
		if strings.EqualFold(s, TBD) {
			return true // a gap, which the check names
		}
		if say, do := badAddress(s); say != "" {
			return l.problem(first(n), at.path, say, do)
		}
	}
	if err := text.UnmarshalText([]byte(s)); err != nil {
		what, do, _ := strings.Cut(err.Error(), ": ")
		kind, _, _ := strings.Cut(strings.TrimPrefix(what, "read "), " ")
		return l.problem(first(n), at.path, fmt.Sprintf("%q is not %s", clip(s), article(kind)), do)
	}
	if v.IsZero() && !at.zero {
		return l.problem(first(n), at.path, fmt.Sprintf("%q is set to nothing", at.key), "write how long, or leave the key out for what is usual")
	}
	return true
}

func (l *loader) decodeScalar(n ast.Node, v reflect.Value, at spot) bool {
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
		b, ok := n.(*ast.BoolNode)
		if !ok {
			return l.problem(first(n), at.path, fmt.Sprintf("%q must be true or false, not %q", at.key, clip(s)), "write true or false, without quotes")
		}
		v.SetBool(b.Value)
	case reflect.Int, reflect.Uint64:
		u, err := strconv.ParseUint(s, 10, 63)
		if _, ok := n.(*ast.IntegerNode); !ok || err != nil || strconv.FormatUint(u, 10) != s || v.Kind() == reflect.Int && u > math.MaxInt32 {
			return l.problem(first(n), at.path, fmt.Sprintf("%q must be a whole number, not %q", at.key, clip(s)), "write digits only, without quotes")
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
			return l.problem(first(n), at.path, fmt.Sprintf("%q must be a number, not %q", at.key, clip(s)), "write it in digits, such as 5 or 2.5, without quotes")
		}
		v.SetFloat(f)
	}
	return true
}

func (l *loader) decodeString(n ast.Node, s string, v reflect.Value, at spot) bool {
	switch n.(type) {
	case *ast.StringNode, *ast.LiteralNode:
	default:
		return l.problem(first(n), at.path, fmt.Sprintf("%q must be a text, but YAML reads %s as something else", at.key, clip(s)), fmt.Sprintf("put it in quotes: %q", clip(s)))
	}
	s = strings.TrimRight(s, "\n")
	if strings.TrimSpace(s) == "" {
		return l.problem(first(n), at.path, fmt.Sprintf("%q is empty", at.key), "write it, or leave the key out")
	}
	v.SetString(s)
	if len(at.one) > 0 && !slices.Contains(at.one, s) {
		return l.problem(first(n), at.path, fmt.Sprintf("%q is none of the values of %q", clip(s), at.key), advise(s, "they are", at.one))
	}
	if say, do := badForm(at.form, s); say != "" {
		return l.problem(first(n), at.path, say, do)
	}
	if at.form == "sealed" {
		_, ok := l.read(s, func(say, do string) { l.problem(first(n), at.path, say, do) })
		return ok
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
func (l *loader) decodeList(n ast.Node, v reflect.Value, at spot) bool {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		return l.wrongType(n, at, "a list")
	}
	have := map[string]bool{}
	all := true
	for _, item := range seq.Values {
		if item == nil {
			continue
		}
		e := reflect.New(v.Type().Elem()).Elem()
		here := at
		here.path = fmt.Sprintf("%s[%d]", at.path, v.Len())
		if e.Kind() == reflect.Struct {
			if id, ok := peek(item, "id"); ok {
				here.path = fmt.Sprintf("%s[%s]", at.path, id)
				if l.taken(here.path) {
					here.path = fmt.Sprintf("%s[%s#%d]", at.path, id, v.Len())
				}
			}
		}
		if !l.decode(item, e, here) {
			all = false
		} else if e.Kind() == reflect.String && (len(at.ref) > 0 || len(at.one) > 0) {
			if have[e.String()] {
				l.problem(first(item), here.path, fmt.Sprintf("%q stands twice in %q", clip(e.String()), at.key), "name it once")
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

func (l *loader) decodeMap(n ast.Node, v reflect.Value, at spot) bool {
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
			all = l.problem(kv.Key.GetToken(), at.path, fmt.Sprintf("%q cannot be a name here", clip(key)), "write letters, digits and underscores, such as total_assets")
			continue
		}
		if v.MapIndex(reflect.ValueOf(key)).IsValid() {
			all = l.problem(kv.Key.GetToken(), at.path, fmt.Sprintf("%q stands twice", clip(key)), "keep one of the two")
			continue
		}
		e := reflect.New(v.Type().Elem()).Elem()
		here := spot{field: at.field, path: at.path + "." + key}
		here.key = key
		all = l.decode(kv.Value, e, here) && all
		v.SetMapIndex(reflect.ValueOf(key), e)
	}
	return all
}

// keyOf reads the key of a pair.
func (l *loader) keyOf(kv *ast.MappingValueNode, at spot) (string, bool) {
	switch k := kv.Key.(type) {
	case *ast.StringNode:
		return k.Value, true
	case *ast.MergeKeyNode:
		return "", l.problem(k.GetToken(), at.path, "a plan uses no YAML anchors, aliases or merge keys", "write the values out where they are needed")
	default:
		return "", l.problem(kv.Key.GetToken(), at.path, "a key must be a plain word", "write it without quotes, question mark or brackets")
	}
}

func (l *loader) wrongType(n ast.Node, at spot, want string) bool {
	is := "a single value"
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		is = "keys with values"
	case *ast.SequenceNode:
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
	return l.problem(first(n), at.path, fmt.Sprintf("%s must be %s, not %s", what, want, is), do)
}
