package plan

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// mostKeys is more than any thing of the model has.
const mostKeys = 64

// decodeStruct writes a mapping into a struct of the model: unknown keys, keys that stand twice and keys that are missing
// are problems. A struct at the root of the plan may be continued by another file.
func (l *loader) decodeStruct(n *yaml.Node, v reflect.Value, at spot) bool {
	pairs, ok := mapping(n)
	if !ok {
		return l.wrongType(n, at, "keys with values")
	}
	t := v.Type()
	known := fields(t)
	if t == reflect.TypeFor[Procedure]() {
		l.procedure, _ = peek(n, "id")
	}
	all := true
	var seen [mostKeys]*yaml.Node // keys that were written, by the index of their field
	var meant []string            // keys that were written, but not rightly
	for _, kv := range pairs {
		key, ok := l.keyOf(kv, at)
		if !ok {
			all = false
			continue
		}
		f, ok := fieldOf(known, key)
		if !ok {
			what := article(noun(t))
			if t == reflect.TypeFor[Plan]() {
				what = "the plan"
			}
			if l.full() {
				return false
			}
			var keys []string
			for _, k := range known {
				keys = append(keys, k.key)
			}
			if near := nearest(key, keys); len(near) > 0 {
				meant = append(meant, near[0])
			}
			all = l.problem(kv.key, at.path, fmt.Sprintf("%q is not a key of %s", clip(key), what), l.advise(key, "its keys are", keys))
			continue
		}
		here := spot{field: f, path: join(at.path, key)}
		target := v.Field(f.index)
		if !l.sharing(kv, here) || !l.once(kv, here, target.Type(), seen[f.index]) {
			all = false
			continue
		}
		seen[f.index] = kv.key
		all = l.decode(kv.value, target, here) && all
	}
	if t != reflect.TypeFor[Plan]() && !l.whole(n, v, &seen, meant, at) {
		all = false
	}
	l.name(n, v, at)
	return all
}

// once notes that a key is set and reports whether it may be: within one file once, and again in another file only if it
// is a list or a section.
func (l *loader) once(kv pair, at spot, t reflect.Type, before *yaml.Node) bool {
	if before != nil {
		return l.problem(kv.key, at.path, fmt.Sprintf("the key %q stands twice", at.key), fmt.Sprintf("it is already on line %d: keep one of the two", before.Line))
	}
	if strings.Contains(at.path, "[") {
		return true // no other file can go on with an item of a list
	}
	earlier, again := l.set[at.path]
	if !again {
		l.set[at.path] = l.place(kv.key)
		return true
	}
	section := t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
	if section || t.Kind() == reflect.Slice {
		return true
	}
	return l.problem(kv.key, at.path, fmt.Sprintf("the key %q is set in two files", at.key), fmt.Sprintf("it is already on line %d of %s: keep one of the two", earlier.Line, earlier.File))
}

// whole checks that no required key is missing.
func (l *loader) whole(n *yaml.Node, v reflect.Value, seen *[mostKeys]*yaml.Node, meant []string, at spot) bool {
	all := true
	for _, f := range fields(v.Type()) {
		if !f.required {
			continue
		}
		_, elsewhere := l.set[join(at.path, f.key)]
		if seen[f.index] == nil && !elsewhere && !slices.Contains(meant, f.key) {
			all = l.problem(n, at.path, fmt.Sprintf("%s has no %q", article(noun(v.Type())), f.key), l.needs(f))
		} else if target := v.Field(f.index); target.Kind() == reflect.Slice && target.Len() == 0 {
			all = l.problem(n, at.path, fmt.Sprintf("%q of %s is an empty list", f.key, article(noun(v.Type()))), l.needs(f))
		}
	}
	return all
}

// needs says what belongs into a required key.
func (l *loader) needs(f field) string {
	switch {
	case len(f.one) > 0:
		return fmt.Sprintf("add %s: one of %s", f.key, either(f.one))
	case len(f.ref) > 0:
		return fmt.Sprintf("add %s: the id of %s", f.key, kinds(f.ref))
	case f.form == "id":
		return fmt.Sprintf("add %s: lower-case letters, digits and hyphens by which the rest of the plan refers to it", f.key)
	}
	return fmt.Sprintf("add the key %q", f.key)
}

func fieldOf(known []field, key string) (field, bool) {
	for _, f := range known {
		if f.key == key {
			return f, true
		}
	}
	return field{}, false
}

// join puts a key behind a path.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
