package document

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tocsin/plan"
)

// key is one key of a thing of the plan, as documents speak of it.
type key struct {
	name  string // as in the plan: "respond_within"
	label string // as in a document: "Respond within"
	index int    // of the field
	one   []string
	ref   []string
}

// model holds the keys of every struct of the plan, made once: they are asked for at every line of a document.
var model = modelOf(reflect.TypeFor[plan.Plan](), map[reflect.Type]*keys{})

// keys are those of one struct, in order, and by their labels and names as plainKey makes them.
type keys struct {
	list    []key
	labeled map[string]int
}

func modelOf(t reflect.Type, m map[reflect.Type]*keys) map[reflect.Type]*keys {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || m[t] != nil {
		return m
	}
	ks := &keys{labeled: map[string]int{}}
	m[t] = ks
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("yaml")
		if name == "" || name == "-" {
			continue
		}
		k := key{name: name, label: labelOf(name), index: i}
		for _, demand := range strings.Fields(t.Field(i).Tag.Get("plan")) {
			if one, ok := strings.CutPrefix(demand, "one="); ok {
				k.one = strings.Split(one, "|")
			} else if ref, ok := strings.CutPrefix(demand, "ref="); ok {
				k.ref = strings.Split(ref, "|")
			}
		}
		ks.list = append(ks.list, k)
		modelOf(t.Field(i).Type, m)
	}
	for _, name := range []func(key) string{func(k key) string { return k.label }, func(k key) string { return k.name }} {
		for i, k := range ks.list {
			if _, taken := ks.labeled[plainKey(name(k))]; !taken {
				ks.labeled[plainKey(name(k))] = i
			}
		}
	}
	return m
}

// keysOf lists the keys of a struct of the model, in order.
func keysOf(t reflect.Type) []key {
	if ks := model[t]; ks != nil {
		return ks.list
	}
	return nil
}

// labels are what people call keys whose names say too little by themselves.
var labels = map[string]string{
	"abi": "ABI", "abi_file": "ABI file", "url": "URL", "not_incident": "Not an incident", "expect": "Expected", "budget": "Time budget",
	"not_when": "Not to be used when", "secret_at": "Secret lies at", "asked_by": "Asked by", "look_alikes": "What looks alike", "tell": "How to tell",
	"then_every": "Once familiar, every", "page": "Paged on detection", "update_every": "Updates every",
}

// labelOf writes a key for people: "Respond within".
func labelOf(name string) string {
	if label, ok := labels[name]; ok {
		return label
	}
	s := strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(s[:1]) + s[1:]
}

// keyLabelled finds the key of a label.
func keyLabelled(t reflect.Type, label string) (key, bool) {
	if ks := model[t]; ks != nil {
		if i, ok := ks.labeled[plainKey(label)]; ok {
			return ks.list[i], true
		}
	}
	return key{}, false
}

// set writes a text into a value of the model: a scalar, or a list of texts or references. References may be names; they
// are resolved once everything is read.
func set(v reflect.Value, k key, text string) error {
	text = strings.TrimSpace(text)
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if err := t.UnmarshalText([]byte(text)); err != nil {
			return fmt.Errorf("read %s: %w", k.label, err)
		}
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		if len(k.one) > 0 {
			text = strings.ReplaceAll(strings.ToLower(text), " ", "-")
			if !slices.Contains(k.one, text) && !slices.Contains(k.one, strings.ReplaceAll(text, "-", "_")) {
				return fmt.Errorf("read %s: %q is none of %s", k.label, text, strings.Join(k.one, ", "))
			}
			if !slices.Contains(k.one, text) {
				text = strings.ReplaceAll(text, "-", "_")
			}
		}
		v.SetString(text)
	case reflect.Bool:
		switch strings.ToLower(text) {
		case "yes", "true", "x", "✓", "✔":
			v.SetBool(true)
		case "no", "false", "":
			v.SetBool(false)
		default:
			return fmt.Errorf("read %s: write yes or no", k.label)
		}
	case reflect.Int, reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, 31)
		if v.Kind() == reflect.Uint64 {
			n, err = strconv.ParseUint(text, 10, 63)
		}
		if err != nil {
			return fmt.Errorf("read %s: %q is not a whole number", k.label, text)
		}
		if v.Kind() == reflect.Int {
			v.SetInt(int64(n))
		} else {
			v.SetUint(n)
		}
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || f < 0 {
			return fmt.Errorf("read %s: %q is not a number", k.label, text)
		}
		v.SetFloat(f)
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.String {
			return fmt.Errorf("read %s: it is more than a text can say", k.label)
		}
		words := strings.Split(text, "\n")
		if len(k.ref) > 0 || len(k.one) > 0 {
			words = list(text)
		}
		for _, w := range words {
			if w = strings.TrimSpace(w); w != "" && !slices.Contains(v.Interface().([]string), w) {
				v.Set(reflect.Append(v, reflect.ValueOf(w)))
			}
		}
	default:
		return fmt.Errorf("read %s: it is more than a text can say", k.label)
	}
	return nil
}
