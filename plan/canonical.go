package plan

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/evm"
)

// domain separates the hashes of plans from all other hashes, and versions their encoding.
const domain = "tocsin plan v1\n"

// Hash names the plan by its content: keccak256 over a domain and the canonical form. Formatting, comments, the order of
// keys and the split into files do not change it; the order of list items does. A key that a later format adds changes the
// hash only of plans that use it.
func (p *Plan) Hash() evm.Hash {
	return crypto.Keccak256Hash([]byte(domain), p.Canonical())
}

// Canonical returns the plan's canonical form: JSON without white space, keys in the order of their bytes, and only what is
// not zero. ParseCanonical reads it back.
func (p *Plan) Canonical() []byte {
	if p == nil {
		return []byte("{}")
	}
	b, _ := canonical(nil, reflect.ValueOf(p).Elem())
	return b
}

// ParseCanonical reads a plan from its canonical form. It refuses any other form, so that the hash of b is that of the plan.
func ParseCanonical(b []byte) (*Plan, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	p := &Plan{}
	if err := d.Decode(p); err != nil {
		return nil, fmt.Errorf("read canonical plan: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read canonical plan: something follows it")
	}
	if !bytes.Equal(p.Canonical(), b) {
		return nil, fmt.Errorf("read canonical plan: it is not in canonical form")
	}
	return p, nil
}

// canonical appends a value and reports whether there was more to it than nothing. The items of a list are always written,
// for their number and order count.
func canonical(b []byte, v reflect.Value) ([]byte, bool) {
	switch v.Kind() {
	case reflect.Struct, reflect.Array, reflect.Int64: // of which some are written as text
		if text, ok := v.Interface().(encoding.TextMarshaler); ok {
			s, _ := text.MarshalText() // the model's own types do not fail
			return quote(b, string(s)), !v.IsZero()
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, "null"...), false
		}
		return canonical(b, v.Elem())
	case reflect.Struct:
		return object(b, v)
	case reflect.Map:
		items := make(map[string]reflect.Value, v.Len())
		for i := v.MapRange(); i.Next(); {
			items[i.Key().String()] = i.Value()
		}
		return mapObject(b, items)
	case reflect.Slice:
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b, _ = canonical(b, v.Index(i))
		}
		return append(b, ']'), v.Len() > 0
	case reflect.String:
		return quote(b, v.String()), v.Len() > 0
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool()), v.Bool()
	case reflect.Int:
		return strconv.AppendInt(b, v.Int(), 10), v.Int() != 0
	case reflect.Uint64:
		return strconv.AppendUint(b, v.Uint(), 10), v.Uint() != 0
	case reflect.Float64:
		return strconv.AppendFloat(b, v.Float(), 'g', -1, 64), v.Float() != 0
	}
	return append(b, "null"...), false // no other kind stands in the model; a test says so
}

// member is a field of a struct by its JSON name.
type member struct {
	name  string
	index int
}

// members holds the fields of every struct type of the model, in the order of their names. It never changes.
var members = membersOf(map[reflect.Type][]member{}, reflect.TypeFor[Plan]())

func membersOf(known map[reflect.Type][]member, t reflect.Type) map[reflect.Type][]member {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return membersOf(known, t.Elem())
	case reflect.Struct:
		if _, done := known[t]; done {
			return known
		}
		var own []member
		for i := range t.NumField() {
			if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "-" && name != "" {
				own = append(own, member{name, i})
			}
		}
		slices.SortFunc(own, func(a, b member) int { return strings.Compare(a.name, b.name) })
		known[t] = own
		for _, m := range own {
			membersOf(known, t.Field(m.index).Type)
		}
	}
	return known
}

// object appends what is not zero of a struct.
func object(b []byte, v reflect.Value) ([]byte, bool) {
	b = append(b, '{')
	start := len(b)
	for _, m := range members[v.Type()] {
		before := len(b)
		if len(b) > start {
			b = append(b, ',')
		}
		b = append(quote(b, m.name), ':')
		var some bool
		if b, some = canonical(b, v.Field(m.index)); !some {
			b = b[:before]
		}
	}
	some := len(b) > start
	return append(b, '}'), some
}

// mapObject appends every entry: that a name stands in a map means something, even without a value.
func mapObject(b []byte, items map[string]reflect.Value) ([]byte, bool) {
	b = append(b, '{')
	for i, name := range sortedNames(items) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(quote(b, name), ':')
		b, _ = canonical(b, items[name])
	}
	return append(b, '}'), len(items) > 0
}

func sortedNames(items map[string]reflect.Value) []string {
	names := make([]string, 0, len(items))
	for n := range items {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// quote appends a JSON string; unlike json.Marshal it leaves <, > and & as they are.
func quote(b []byte, s string) []byte {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		return append(append(append(b, '"'), s...), '"')
	}
	var w bytes.Buffer
	e := json.NewEncoder(&w)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return append(b, bytes.TrimSuffix(w.Bytes(), []byte("\n"))...)
}
